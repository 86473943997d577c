"""The floor's SQL about calendars; see `bench.floor.sql`."""

from bench.floor.homework_sql import ASSIGNED, OFFERED, OWN_COURSE, OWN_GROUP

SUBSCRIBER = """
    SELECT users.id, users.role, notification_settings.language
    FROM calendar_tokens JOIN users ON users.id = calendar_tokens.user_id
        LEFT OUTER JOIN notification_settings ON notification_settings.user_id = users.id
    WHERE calendar_tokens.digest = :digest AND users.is_active{yes} AND users.deleted_at IS NULL
"""
LESSONS = """
    SELECT groups.id, groups.name, subjects.name, groups.days, groups.start_time, groups.end_time, memberships.joined_at,
           groups.created_at, groups.updated_at
    FROM memberships JOIN groups ON groups.id = memberships.group_id JOIN subjects ON subjects.id = groups.subject_id
    WHERE memberships.student_id = :viewer_id AND memberships.left_at IS NULL AND groups.is_active{yes} AND groups.deleted_at IS NULL
        AND groups.days IS NOT NULL
"""
_DUE = "homework.due_date >= :since AND homework.due_date < :until"
DEADLINES = f"""
    SELECT homework.id, homework.title, substr(homework.text, 1, 320), groups.name, courses.title, homework.due_date,
           homework_assignments.status, CASE WHEN (homework.created_by = :viewer_id) THEN {{true}} ELSE {{false}} END,
           homework.created_at, homework.updated_at, homework_assignments.updated_at
    FROM homework LEFT OUTER JOIN groups ON groups.id = homework.group_id LEFT OUTER JOIN courses ON courses.id = homework.course_id
        LEFT OUTER JOIN homework_assignments ON homework_assignments.homework_id = homework.id
            AND homework_assignments.user_id = :viewer_id
    WHERE homework.id IN (SELECT anon_2.id FROM (SELECT homework.id AS id FROM homework WHERE {OFFERED} AND {OWN_GROUP} AND {_DUE}
        UNION SELECT homework.id AS id FROM homework WHERE {OFFERED} AND {OWN_COURSE} AND {_DUE}
        UNION SELECT homework.id AS id FROM homework WHERE {OFFERED} AND {ASSIGNED} AND {_DUE}) AS anon_2
        UNION SELECT homework.id FROM homework WHERE {OFFERED} AND homework.created_by = :viewer_id AND {_DUE})
    ORDER BY homework.due_date DESC, homework.id LIMIT 500{{from_the_first}}
"""
EXAMS = """
    SELECT exams.id, exams.title, subjects.name, exams.date, exams.time_limit, exams.created_at, exams.updated_at
    FROM exams JOIN subjects ON subjects.id = exams.subject_id
    WHERE exams.is_published{yes} AND exams.is_active{yes} AND exams.deleted_at IS NULL
        AND exams.date >= :first_day AND exams.date < :end_day
    ORDER BY exams.date DESC, exams.id LIMIT 200{from_the_first}
"""
MOCK_SITTINGS = """
    SELECT mock_sessions.id, mock_tests.title, mock_sessions.started_at, mock_sessions.ends_at, mock_sessions.ended_at
    FROM mock_sessions JOIN mock_tests ON mock_tests.id = mock_sessions.test_id
    WHERE mock_sessions.user_id = :viewer_id AND mock_sessions.started_at >= :since
    ORDER BY mock_sessions.id DESC LIMIT 100{from_the_first}
"""
TEST_SITTINGS = """
    SELECT quiz_attempts.id, quiz_tests.title, quiz_attempts.started_at, quiz_attempts.ends_at, quiz_attempts.ended_at
    FROM quiz_attempts JOIN quiz_tests ON quiz_tests.id = quiz_attempts.test_id
    WHERE quiz_attempts.user_id = :viewer_id AND quiz_attempts.ends_at IS NOT NULL AND quiz_attempts.started_at >= :since
    ORDER BY quiz_attempts.id DESC LIMIT 100{from_the_first}
"""

PUBLIC = {"a calendar": (SUBSCRIBER, LESSONS, DEADLINES, EXAMS, MOCK_SITTINGS, TEST_SITTINGS)}
"""Without a person behind the token: whoever has the address may read."""
