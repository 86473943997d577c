"""The floor's SQL about homework; see `bench.floor.sql`."""

from bench.floor.person_sql import PREMIUM

OFFERED = """homework.deleted_at IS NULL AND homework.is_published{yes} AND (homework.course_id IS NULL OR (EXISTS (SELECT courses.id
    FROM courses WHERE courses.id = homework.course_id AND courses.is_published{yes} AND courses.deleted_at IS NULL)))"""
OWN_GROUP = """homework.group_id IN (SELECT memberships.group_id FROM memberships
    WHERE memberships.student_id = :viewer_id AND memberships.left_at IS NULL)"""
OWN_COURSE = "homework.course_id IN (SELECT enrollments.course_id FROM enrollments WHERE enrollments.user_id = :viewer_id)"
ASSIGNED = """homework.id IN (SELECT homework_assignments.homework_id FROM homework_assignments
    WHERE homework_assignments.user_id = :viewer_id)"""
_COLUMNS = """
    homework.id, homework.group_id, homework.text, homework.file, homework.homework_type, homework.created_by, homework.created_at,
    homework.updated_at, homework.title, homework.description, homework.instructions, {due}homework.max_score, homework.is_published,
    homework.metadata, homework.oral_assignment, homework.course_id, homework.lesson_id"""
_HOMEWORK = f"SELECT {_COLUMNS.replace('{due}', 'homework.due_date, ')} FROM homework"
OWN = f"""
    {_HOMEWORK} WHERE homework.id IN (SELECT anon_1.id FROM (SELECT homework.id FROM homework WHERE {OFFERED} AND {OWN_GROUP}
        UNION SELECT homework.id FROM homework WHERE {OFFERED} AND {OWN_COURSE}
        UNION SELECT homework.id FROM homework WHERE {OFFERED} AND {ASSIGNED}) AS anon_1
    ORDER BY anon_1.id LIMIT :limit OFFSET :skip) ORDER BY homework.id
"""

_SUBMISSION = """
    homework_assignments.id, homework_assignments.homework_id, homework_assignments.user_id, homework_assignments.status,
    homework_assignments.content, homework_assignments.submitted_at, homework_assignments.score, homework_assignments.feedback,
    homework_assignments.graded_at, homework_assignments.graded_by, homework_assignments.created_at, homework.due_date"""
_JOINED = "FROM homework_assignments JOIN homework ON homework.id = homework_assignments.homework_id"
_ASSIGNMENT = f"""
    SELECT {_SUBMISSION}, {_COLUMNS.replace("{due}", "")}, CASE WHEN ({OFFERED}) THEN {{true}} ELSE {{false}} END {_JOINED}
"""
ASSIGNMENTS = f"""
    {_ASSIGNMENT} WHERE homework_assignments.id IN (SELECT homework_assignments.id {_JOINED}
        WHERE homework_assignments.user_id = :viewer_id AND (homework_assignments.submitted_at IS NOT NULL OR {OFFERED})
        ORDER BY homework_assignments.id LIMIT :limit OFFSET :skip)
    ORDER BY homework_assignments.id
"""
PERSON = f"""
    SELECT users.id, users.username, users.email, users.phone, users.telegram_id, users.first_name, users.last_name, users.role,
           users.is_active, {PREMIUM}, users.current_level, users.last_viewed_lesson_id, users.created_at
    FROM users WHERE users.id IN (:user_id)
"""
_FILES = """
    SELECT homework_files.id, homework_files.assignment_id, homework_files.name, homework_files.filename, homework_files.size,
           homework_files.is_recording
    FROM homework_files WHERE homework_files.assignment_id IN ({ids}) ORDER BY homework_files.id
"""


def files(count: int) -> str:
    """The files of so many submissions."""
    return _FILES.replace("{ids}", ", ".join(f":id{place}" for place in range(count)))


_KNOWN = """homework.deleted_at IS NULL AND (homework.course_id IS NULL OR (EXISTS (SELECT courses.id
    FROM courses WHERE courses.id = homework.course_id AND courses.deleted_at IS NULL)))"""
ONE = f"{_HOMEWORK} WHERE homework.id = :homework_id AND {_KNOWN}"
MANAGED = f"SELECT CASE WHEN {{true}} THEN {{true}} ELSE {{false}} END FROM homework WHERE homework.id = :homework_id AND {_KNOWN}"
SUBMISSIONS = f"""
    SELECT {_SUBMISSION} {_JOINED}
    WHERE homework_assignments.homework_id = :homework_id AND homework_assignments.submitted_at IS NOT NULL
    ORDER BY homework_assignments.id LIMIT :limit OFFSET :skip
"""

DUE = f"""
    SELECT homework.id FROM homework
    WHERE homework.id = :homework_id AND {OFFERED} AND ({OWN_GROUP} OR {OWN_COURSE} OR {ASSIGNED}) {{share_homework}}
"""
SUBMIT = """
    INSERT INTO homework_assignments (homework_id, user_id, status, content, revision, submitted_at, created_at, updated_at)
    VALUES (:homework_id, :viewer_id, :status, :content, 1, :now, :now, :now)
    ON CONFLICT (homework_id, user_id) DO UPDATE SET status = excluded.status, content = excluded.content,
        revision = (homework_assignments.revision + 1), submitted_at = excluded.submitted_at, updated_at = excluded.updated_at
    WHERE homework_assignments.status != :graded RETURNING homework_assignments.id, homework_assignments.revision
"""
OLD_FILES = "SELECT homework_files.id FROM homework_files WHERE homework_files.assignment_id = :assignment_id"
HANDED_IN = f"{_ASSIGNMENT} WHERE homework_assignments.id IN (:assignment_id) ORDER BY homework_assignments.id"

SENT = {
    "own homework": (OWN,),
    "own assignments": (ASSIGNMENTS, PERSON, files(1)),
    "submissions": (ONE, MANAGED, SUBMISSIONS, files(1)),
    "hand homework in": (DUE, SUBMIT, OLD_FILES, HANDED_IN, PERSON, files(1)),
}
"""What each scenario sends after the statement that finds the actor."""
