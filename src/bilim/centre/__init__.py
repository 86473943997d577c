"""The running of a learning centre: subjects, groups, students, attendance, scores, work logs, the dashboard."""
