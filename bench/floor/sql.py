"""The SQL of the floor: statement for statement what the product sends, written to be read.

`statement` puts a text into a database's dialect. `bench.same` compares these texts with what the product sends at the time and says
where they came apart. What differs on purpose: constants stand in the text instead of being bound, columns have no aliases, and
PostgreSQL's inserts return no id where nothing reads it.
"""

import re
from types import ModuleType

from bench.floor import (
    calendars_sql,
    centre_sql,
    community_sql,
    content_sql,
    exams_sql,
    homework_sql,
    interactive_sql,
    market_sql,
    mock_sql,
    payments_sql,
    practice_sql,
    pronunciation_sql,
    quiz_sql,
    statistics_sql,
    tutor_sql,
)
from bench.floor.person_sql import PREMIUM

_SESSION = """
    FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE sessions.id = :session_id AND sessions.user_id = :user_id AND sessions.ended_at IS NULL AND sessions.expires_at > :now
      AND users.is_active{yes} AND users.deleted_at IS NULL
"""
ACTOR = f"SELECT users.id, users.role, {PREMIUM}, sessions.id {_SESSION}"
ACTOR_AND_PERSON = f"""
    SELECT users.id, users.role, {PREMIUM}, sessions.id, users.username, users.email, users.phone, users.telegram_id,
           users.first_name, users.last_name, users.is_active, users.current_level, users.last_viewed_lesson_id, users.created_at
    {_SESSION}
"""

_PEOPLE = "FROM users WHERE users.deleted_at IS NULL"
PEOPLE = f"""
    SELECT users.id, users.username, users.email, users.phone, users.telegram_id, users.first_name, users.last_name, users.role,
           users.is_active, {PREMIUM}, users.current_level, users.last_viewed_lesson_id, users.created_at
    {_PEOPLE} ORDER BY users.id LIMIT :limit OFFSET :skip
"""
PEOPLE_COUNT = f"SELECT count(*) {_PEOPLE}"

_VISIBLE = "courses.deleted_at IS NULL AND (courses.is_published{yes} OR courses.instructor_id = :viewer_id)"
_BOUGHT = """EXISTS (SELECT purchases.id FROM purchases
    WHERE purchases.user_id = :viewer_id AND purchases.course_id = courses.id AND purchases.revoked_at IS NULL)"""
_OPEN = f"""lessons.is_preview{{yes}} OR courses.price = 0 AND lessons.premium_only IS {{false}}
    OR courses.instructor_id = :viewer_id OR ({_BOUGHT})"""

_STARS = ", ".join(f"coalesce(course_ratings.stars_{stars}, 0)" for stars in range(1, 6))
_COURSE = f"""
    courses.id, courses.title, courses.description, courses.short_description, categories.id, categories.name,
    courses.difficulty_level, courses.language, courses.price, courses.discount_price, courses.thumbnail_url, users.id,
    users.first_name, users.last_name, courses.is_published, courses.is_featured, courses.estimated_duration, courses.tags,
    (SELECT count(*) FROM sections WHERE sections.course_id = courses.id),
    (SELECT count(*) FROM lessons WHERE lessons.course_id = courses.id AND lessons.deleted_at IS NULL),
    (SELECT count(*) FROM enrollments WHERE enrollments.course_id = courses.id),
    {_STARS}, {_STARS.replace("), ", ") + ")},
    courses.created_at, courses.updated_at"""
_JOINED = """
    FROM courses LEFT OUTER JOIN categories ON categories.id = courses.category_id
         LEFT OUTER JOIN users ON users.id = courses.instructor_id
         LEFT OUTER JOIN course_ratings ON course_ratings.course_id = courses.id
"""
COURSES = f"""
    SELECT {_COURSE} {_JOINED}
    WHERE courses.id IN (SELECT courses.id FROM courses WHERE {_VISIBLE} ORDER BY courses.id LIMIT :limit OFFSET :skip)
    ORDER BY courses.id
"""
COURSE_COUNT = f"SELECT count(*) FROM courses WHERE {_VISIBLE}"
COURSE = f"""
    SELECT {_COURSE}, courses.requirements, courses.learning_outcomes {_JOINED} WHERE courses.id = :course_id AND {_VISIBLE}
"""

PARTS = f"""
    SELECT sections.id, sections.title, sections.position,
           lessons.id, lessons.title, lessons.position, lessons.is_preview, lessons.premium_only,
           CASE WHEN ({_OPEN}) THEN {{true}} ELSE {{false}} END,
           CASE WHEN ({_OPEN}) THEN lessons.content ELSE NULL END,
           CASE WHEN ({_OPEN}) THEN lessons.video_url ELSE NULL END
    FROM sections JOIN courses ON courses.id = sections.course_id
         LEFT OUTER JOIN lessons ON lessons.section_id = sections.id AND lessons.deleted_at IS NULL
    WHERE sections.course_id = :course_id ORDER BY sections.position, sections.id, lessons.position, lessons.id
"""

STUDIED_LESSON = f"""
    SELECT lessons.course_id, courses.is_published,
           CASE WHEN ({_OPEN}) THEN {{true}} ELSE {{false}} END,
           CASE WHEN (courses.price = 0 OR courses.instructor_id = :viewer_id OR ({_BOUGHT})) THEN {{true}} ELSE {{false}} END
    FROM lessons JOIN courses ON courses.id = lessons.course_id
    WHERE lessons.id = :lesson_id AND lessons.deleted_at IS NULL AND {_VISIBLE}
"""

ENROLL = """
    INSERT INTO enrollments (user_id, course_id, created_at, studied_at) VALUES (:user_id, :course_id, :now, :now)
    ON CONFLICT (user_id, course_id) DO UPDATE SET studied_at = excluded.studied_at
"""
COMPLETE = """
    INSERT INTO completions (user_id, lesson_id, completed_at, updated_at) VALUES (:user_id, :lesson_id, :now, :now)
    ON CONFLICT DO NOTHING
    RETURNING completions.id, EXISTS (SELECT lessons.id FROM lessons
        WHERE lessons.course_id = :course_id AND lessons.deleted_at IS NULL AND lessons.id != :lesson_id AND NOT (EXISTS
            (SELECT done.id FROM completions AS done WHERE done.lesson_id = lessons.id AND done.user_id = :user_id)))
"""
_STREAK = """CASE WHEN (learner_totals.last_day >= :today) THEN learner_totals.streak_days
    WHEN (learner_totals.last_day = :yesterday) THEN learner_totals.streak_days + 1 ELSE 1 END"""
COUNT_LESSON = f"""
    INSERT INTO learner_totals (user_id, completed_lessons, streak_days, longest_streak, last_day) VALUES (:user_id, 1, 1, 1, :today)
    ON CONFLICT (user_id) DO UPDATE SET
        completed_lessons = (learner_totals.completed_lessons + 1), streak_days = {_STREAK},
        longest_streak = CASE WHEN ({_STREAK} > learner_totals.longest_streak) THEN {_STREAK} ELSE learner_totals.longest_streak END,
        last_day = CASE WHEN (learner_totals.last_day > :today) THEN learner_totals.last_day ELSE :today END
"""
LAST_VIEWED = "UPDATE users SET last_viewed_lesson_id=:lesson_id WHERE users.id = :user_id"

_LIST = (ACTOR, COURSES, COURSE_COUNT)
_PARTS: tuple[ModuleType, ...] = (
    centre_sql,
    exams_sql,
    mock_sql,
    homework_sql,
    statistics_sql,
    community_sql,
    quiz_sql,
    content_sql,
    interactive_sql,
    practice_sql,
    pronunciation_sql,
    market_sql,
    tutor_sql,
    payments_sql,
)
SENT = {
    "own profile": (ACTOR_AND_PERSON,),
    "users": (ACTOR, PEOPLE, PEOPLE_COUNT),
    "courses, near": _LIST,
    "courses, far": _LIST,
    "one course": (ACTOR, COURSE, PARTS),
    "complete a lesson": (ACTOR, STUDIED_LESSON, ENROLL, COMPLETE, LAST_VIEWED, COUNT_LESSON),
    **{name: (ACTOR, *texts) for part in _PARTS for name, texts in part.SENT.items()},
    **community_sql.PUBLIC,
    **market_sql.PUBLIC,
    **calendars_sql.PUBLIC,
    **payments_sql.PUBLIC,
}
"""What each scenario sends, in order, between BEGIN (IMMEDIATE for SQLite's write) and the end of the transaction."""

_SQLITE = {
    "yes": " = 1",
    "true": "1",
    "false": "0",
    "always": "1 = 1",
    "share": "",
    "no_skip": "OFFSET 0",
    "share_exams": "",
    "share_tests": "",
    "share_homework": "",
    "lock_attempts": "",
    "quiz_answers": "json_each(:document)",
    "sections": "json_each(:document)",
    "answers": "json_each(section.value)",
    "from_the_first": " OFFSET 0",
    "for_update": "",
    "lock_payment": "",
    "skip_locked": "",
}
_POSTGRESQL = {
    "yes": "",
    "true": "true",
    "false": "false",
    "always": "true",
    "share": "FOR SHARE",
    "no_skip": "",
    "share_exams": "FOR SHARE OF exams",
    "share_tests": "FOR SHARE OF mock_tests",
    "share_homework": "FOR SHARE OF homework",
    "lock_attempts": "FOR UPDATE OF quiz_attempts",
    "quiz_answers": "json_each(CAST(:document AS JSON))",
    "sections": "jsonb_each(CAST(:document AS JSONB))",
    "answers": "jsonb_each_text(section.value)",
    "from_the_first": "",
    "for_update": "FOR UPDATE",
    "lock_payment": "FOR UPDATE OF payments, orders",
    "skip_locked": "FOR UPDATE SKIP LOCKED",
}
_CASTS = {
    **dict.fromkeys(tutor_sql.IDS, "VARCHAR"),
    **dict.fromkeys(payments_sql.TEXTS, "VARCHAR"),
    **dict.fromkeys(("now", "ends_at", "due", "since", "said_at", "until", "no_moment"), "TIMESTAMP WITH TIME ZONE"),
    **dict.fromkeys(("stability", "difficulty"), "FLOAT"),
    **dict.fromkeys(("public_id", "test_id"), "UUID"),
    **dict.fromkeys(("today", "yesterday", "first_day", "end_day", "month"), "DATE"),
    **dict.fromkeys(
        (
            "correct_answers",
            "count",
            "lapses",
            "limit",
            "max_score",
            "reps",
            "reps_before",
            "skip",
            "taken",
            "total_questions",
            "total_score",
        ),
        "INTEGER",
    ),
    "is_correct": "BOOLEAN",
    **dict.fromkeys(("empty", "payload"), "JSON"),
    **dict.fromkeys(("rating", "step"), "SMALLINT"),
    **dict.fromkeys(
        (
            "absent",
            "any_level",
            "level",
            "new",
            "state",
            "code",
            "content",
            "digest",
            "document",
            "graded",
            "key",
            "listening",
            "over",
            "period",
            "reading",
            "role",
            "running",
            "scores",
            "status",
            "writing",
            "written_answer",
        ),
        "VARCHAR",
    ),
}
_NAME = re.compile(r"(?<!:):([a-z_]+\d*)")


def statement(text: str, *, sqlite: bool) -> str:
    """A text in a database's dialect.

    PostgreSQL's parameters are cast as the product casts them, so that both get the same plans.
    """
    filled = " ".join(text.format(**(_SQLITE if sqlite else _POSTGRESQL)).split())
    return filled if sqlite else _NAME.sub(_cast, filled)


def _cast(found: re.Match[str]) -> str:
    return f"%({found[1]})s::{_CASTS.get(found[1], 'BIGINT')}"
