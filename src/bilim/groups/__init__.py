"""Subjects, groups, who is in them, and the students of the learning centre."""
