"""The floor's SQL about the learning centre; see `bench.floor.sql`."""

LESSON = """
    SELECT groups.days, groups.start_time, groups.end_time
    FROM groups
    WHERE groups.id = :group_id AND groups.deleted_at IS NULL AND groups.is_active{yes} {share}
"""
MARK = """
    INSERT INTO attendance (student_id, group_id, status, date, marked_by, created_at, updated_at)
    SELECT memberships.student_id, memberships.group_id, :absent, :today, :actor_id, :now, :now
    FROM memberships JOIN users ON users.id = memberships.student_id
    WHERE memberships.group_id = :group_id AND memberships.left_at IS NULL
      AND users.role = :role AND users.deleted_at IS NULL AND users.is_active{yes}
    ORDER BY memberships.student_id
    ON CONFLICT DO NOTHING
"""

_ATTENDANCE = """
    SELECT attendance.id, users.id, users.first_name, users.last_name, users.username, groups.id, groups.name,
           attendance.status, attendance.date, attendance.created_at, attendance.updated_at
    FROM attendance JOIN users ON users.id = attendance.student_id JOIN groups ON groups.id = attendance.group_id
"""
ATTENDANCE_ON = f"{_ATTENDANCE} WHERE attendance.group_id = :group_id AND attendance.date = :today ORDER BY attendance.id"
ATTENDANCE = f"{_ATTENDANCE} ORDER BY attendance.id"

_OF_THE_CENTRE = """users.role = :role AND users.deleted_at IS NULL AND (users.made_by_staff{yes} OR (EXISTS
    (SELECT memberships_1.id FROM memberships AS memberships_1 WHERE memberships_1.student_id = users.id)))"""
STUDENTS = f"""
    SELECT users.id, users.username, users.first_name, users.last_name, users.phone, users.parent_phone, users.telegram_id,
           users.role, groups.id, groups.name,
           coalesce((SELECT sum(scores.score) FROM scores WHERE scores.student_id = users.id), 0),
           users.created_at
    FROM users LEFT OUTER JOIN memberships ON memberships.student_id = users.id AND memberships.left_at IS NULL
         LEFT OUTER JOIN groups ON groups.id = memberships.group_id
    WHERE {_OF_THE_CENTRE} ORDER BY users.id
"""
SOME_STUDENTS = f"{STUDENTS} LIMIT :limit OFFSET :skip"
STUDENTS_COUNT = f"SELECT count(users.id) FROM users WHERE {_OF_THE_CENTRE}"

RATED_STUDENTS = """
    WITH totals AS MATERIALIZED
        (SELECT memberships.student_id AS student_id,
                coalesce((SELECT sum(scores.score) FROM scores
                    WHERE scores.group_id = memberships.group_id AND scores.student_id = memberships.student_id), 0) AS total
        FROM memberships
        WHERE memberships.group_id = :group_id AND memberships.left_at IS NULL)
    SELECT users.id, users.username, users.first_name, users.last_name, totals.total, rank() OVER (ORDER BY totals.total DESC),
           (SELECT groups.name FROM groups WHERE groups.id = :group_id AND groups.deleted_at IS NULL)
    FROM users JOIN totals ON totals.student_id = users.id
    WHERE users.role = :role AND users.deleted_at IS NULL AND users.is_active{yes} ORDER BY totals.total DESC, users.id
"""
RATED_GROUPS = """
    WITH totals AS MATERIALIZED
        (SELECT groups.id AS id, groups.name AS name, subjects.name AS subject_name,
                coalesce((SELECT sum(scores.score) FROM scores WHERE scores.group_id = groups.id), 0) AS total,
                coalesce((SELECT count(*) FROM memberships JOIN users ON users.id = memberships.student_id
                    WHERE memberships.group_id = groups.id AND memberships.left_at IS NULL
                      AND users.role = :role AND users.deleted_at IS NULL AND users.is_active{yes}), 0) AS students
        FROM groups JOIN subjects ON subjects.id = groups.subject_id
        WHERE groups.deleted_at IS NULL AND groups.is_active{yes})
    SELECT totals.id, totals.name, totals.subject_name, totals.total, rank() OVER (ORDER BY totals.total DESC), totals.students
    FROM totals ORDER BY totals.total DESC, totals.id
"""

EMPLOYEES = """
    SELECT (SELECT count(work_logs.id) FROM work_logs JOIN users ON users.id = work_logs.employee_id
               WHERE work_logs.date = :today AND users.role = :role AND users.deleted_at IS NULL AND users.is_active{yes}),
           (SELECT count(users.id) FROM users WHERE users.role = :role AND users.deleted_at IS NULL AND users.is_active{yes})
"""
SUMS = "SELECT coalesce(sum(month_sums.income), 0), coalesce(sum(month_sums.expense), 0) FROM month_sums"

SENT = {
    "mark a class": (LESSON, MARK, ATTENDANCE_ON),
    "some students": (SOME_STUDENTS, STUDENTS_COUNT),
    "students": (STUDENTS,),
    "rated students": (RATED_STUDENTS,),
    "rated groups": (RATED_GROUPS,),
    "dashboard": (EMPLOYEES, SUMS),
    "attendance": (ATTENDANCE,),
}
"""What each scenario sends after the statement that finds the actor."""
