"""The SQL of the floor: statement for statement what the product sends, written to be read.

`statement` puts a text into a database's dialect. `bench.same` compares these texts with what the product sends at the time and says
where they came apart. What differs on purpose: constants stand in the text instead of being bound, columns have no aliases, and
PostgreSQL's inserts return no id, since nothing reads it.
"""

import re

from bench.floor import centre_sql

ACTOR = """
    SELECT users.id, users.role, users.is_premium, sessions.id
    FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE sessions.id = :session_id AND sessions.user_id = :user_id AND sessions.ended_at IS NULL AND sessions.expires_at > :now
      AND users.is_active{yes} AND users.deleted_at IS NULL
"""

PERSON = """
    SELECT users.id, users.username, users.email, users.phone, users.telegram_id, users.first_name, users.last_name, users.role,
           users.is_active, users.is_premium, users.current_level, users.last_viewed_lesson_id, users.created_at
    FROM users
    WHERE users.id = :user_id AND users.deleted_at IS NULL
"""

_PEOPLE = "FROM users WHERE users.deleted_at IS NULL"
PEOPLE = f"""
    SELECT users.id, users.username, users.email, users.phone, users.telegram_id, users.first_name, users.last_name, users.role,
           users.is_active, users.is_premium, users.current_level, users.last_viewed_lesson_id, users.created_at
    {_PEOPLE} ORDER BY users.id LIMIT :limit OFFSET :skip
"""
PEOPLE_COUNT = f"SELECT count(*) {_PEOPLE}"

_VISIBLE = "courses.deleted_at IS NULL AND (courses.is_published{yes} OR courses.instructor_id = :viewer_id)"
_BOUGHT = """EXISTS (SELECT purchases.id FROM purchases
    WHERE purchases.user_id = :viewer_id AND purchases.course_id = courses.id AND purchases.revoked_at IS NULL)"""
_OPEN = f"""lessons.is_preview{{yes}} OR courses.price = 0 AND lessons.premium_only IS {{false}}
    OR courses.instructor_id = :viewer_id OR ({_BOUGHT})"""

COURSE_IDS = f"SELECT courses.id FROM courses WHERE {_VISIBLE} ORDER BY courses.id LIMIT :limit OFFSET :skip"
COURSE_COUNT = f"SELECT count(*) FROM courses WHERE {_VISIBLE}"

_COURSE = """
    SELECT courses.id, courses.title, courses.description, courses.difficulty_level, courses.short_description,
           courses.thumbnail_url, courses.is_published, courses.is_featured, courses.estimated_duration, courses.language,
           courses.price, courses.discount_price, categories.name, courses.category_id, courses.tags, courses.requirements,
           courses.learning_outcomes, courses.instructor_id, users.first_name, users.last_name, courses.created_at,
           courses.updated_at
    FROM courses LEFT OUTER JOIN categories ON categories.id = courses.category_id
         LEFT OUTER JOIN users ON users.id = courses.instructor_id
"""
COURSES = f"{_COURSE} WHERE courses.id IN ({{ids}}) ORDER BY courses.id"
COURSE = f"{_COURSE} WHERE courses.id = :course_id AND {_VISIBLE}"

FIGURES = """
    SELECT 0, sections.course_id, count(*), 0
    FROM sections WHERE sections.course_id IN ({ids}) GROUP BY sections.course_id
    UNION ALL
    SELECT 1, lessons.course_id, count(*), 0
    FROM lessons WHERE lessons.course_id IN ({ids}) AND lessons.deleted_at IS NULL GROUP BY lessons.course_id
    UNION ALL
    SELECT 2, enrollments.course_id, count(*), 0
    FROM enrollments WHERE enrollments.course_id IN ({ids}) GROUP BY enrollments.course_id
    UNION ALL
    SELECT 3, reviews.course_id, count(*), sum(reviews.rating)
    FROM reviews WHERE reviews.course_id IN ({ids}) GROUP BY reviews.course_id
"""

SECTIONS = """
    SELECT sections.id, sections.title, sections.position, sections.course_id
    FROM sections WHERE sections.course_id IN ({ids}) ORDER BY sections.course_id, sections.position, sections.id
"""

LESSONS = f"""
    SELECT lessons.id, lessons.title,
           CASE WHEN ({_OPEN}) THEN lessons.content ELSE NULL END,
           CASE WHEN ({_OPEN}) THEN lessons.video_url ELSE NULL END,
           lessons.premium_only, lessons.position, lessons.is_preview,
           CASE WHEN ({_OPEN}) THEN {{true}} ELSE {{false}} END,
           lessons.course_id, lessons.section_id
    FROM lessons JOIN courses ON courses.id = lessons.course_id JOIN sections ON sections.id = lessons.section_id
    WHERE lessons.deleted_at IS NULL AND {_VISIBLE} AND lessons.course_id IN ({{ids}})
    ORDER BY lessons.course_id, sections.position, sections.id, lessons.position, lessons.id
"""

STUDIED_LESSON = f"""
    SELECT lessons.course_id, courses.is_published, {_OPEN},
           courses.price = 0 OR courses.instructor_id = :viewer_id OR ({_BOUGHT})
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
"""
LAST_VIEWED = "UPDATE users SET last_viewed_lesson_id=:lesson_id WHERE users.id = :user_id"

LESSONS_LEFT = """
    SELECT count(*)
    FROM lessons LEFT OUTER JOIN completions ON completions.lesson_id = lessons.id AND completions.user_id = :user_id
    WHERE lessons.course_id = :course_id AND lessons.deleted_at IS NULL AND completions.id IS NULL
"""
COMPLETION = """
    SELECT completions.id, completions.user_id, completions.lesson_id, completions.completed_at, completions.updated_at
    FROM completions WHERE completions.user_id = :user_id AND completions.lesson_id = :lesson_id
"""

_LIST = (ACTOR, COURSE_IDS, COURSES, COURSE_COUNT, FIGURES)
SENT = {
    "own profile": (ACTOR, PERSON),
    "users": (ACTOR, PEOPLE, PEOPLE_COUNT),
    "courses, near": _LIST,
    "courses, far": _LIST,
    "one course": (ACTOR, COURSE, SECTIONS, LESSONS, FIGURES),
    "complete a lesson": (ACTOR, STUDIED_LESSON, ENROLL, COMPLETE, LAST_VIEWED, LESSONS_LEFT, COMPLETION),
    **{name: (ACTOR, *texts) for name, texts in centre_sql.SENT.items()},
}
"""What each scenario sends, in order, between BEGIN (IMMEDIATE for SQLite's write) and the end of the transaction."""

_SQLITE = {"yes": " = 1", "true": "1", "false": "0", "share": ""}
_POSTGRESQL = {"yes": "", "true": "true", "false": "false", "share": "FOR SHARE"}
_CASTS = {
    "now": "TIMESTAMP WITH TIME ZONE",
    "today": "DATE",
    "limit": "INTEGER",
    "skip": "INTEGER",
    **dict.fromkeys(("absent", "role", "status"), "VARCHAR"),
}
_NAME = re.compile(r"(?<!:):([a-z_]+\d*)")


def statement(text: str, *, sqlite: bool, ids: int = 0) -> str:
    """A text in a database's dialect, with places for so many ids: they are named id0, id1 and so on.

    PostgreSQL's parameters are cast as the product casts them, so that both get the same plans.
    """
    listed = ", ".join(f":id{place}" for place in range(ids))
    filled = " ".join(text.format(ids=listed, **(_SQLITE if sqlite else _POSTGRESQL)).split())
    return filled if sqlite else _NAME.sub(_cast, filled)


def _cast(found: re.Match[str]) -> str:
    return f"%({found[1]})s::{_CASTS.get(found[1], 'BIGINT')}"
