"""The floor's answers about teaching material."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from bench.floor import content_sql as sql
from bench.floor.content_bodies import Interactive, Lesson, Named, Word
from bench.floor.unit import actor, db, dialect, encode


def list_interactive(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/interactive-lessons/, by a student; the body, and the number of all lessons."""
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    rows = db.execute(dialect(sql.INTERACTIVE), {**viewer, **_page(scope), "empty": "{}"}).fetchall()
    total = db.execute(dialect(sql.INTERACTIVE_COUNT), viewer).fetchone()[0]
    db.commit()
    return encode([Interactive(*row[:5], *map(bool, row[5:7]), db.json(row[7]), db.texts(row[8]), *row[9:]) for row in rows]), total


def list_lessons(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/content/lessons, by a teacher who has a full page; the body, and the number of all lessons."""
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC), "teacher")}
    rows = db.execute(dialect(sql.LESSONS), {**viewer, **_page(scope)}).fetchall()
    lessons = {row[0]: _lesson(row) for row in rows}
    total = db.execute(dialect(sql.LESSON_COUNT), viewer).fetchone()[0]
    for word in db.execute(dialect(sql.WORDS), {f"lesson{place}": lesson_id for place, lesson_id in enumerate(lessons)}).fetchall():
        lessons[word[1]].words.append(Word(*word))
    db.commit()
    return encode(list(lessons.values())), total


def _lesson(row: Any) -> Lesson:
    known = (*row[:3], Named(row[3], row[4]), Named(row[5], row[6]), *row[7:11], bool(row[11]), bool(row[12]))
    return Lesson(*known, db.shown(row[13]), db.shown(row[14]), [])


def _page(scope: Any) -> dict[str, int]:
    asked = parse_qs(scope["query_string"])
    return {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}
