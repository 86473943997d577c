"""The floor's answers about homework: of courses, without files and lessons."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec

from bench.floor import homework_sql as sql
from bench.floor.homework_bodies import Assignment, Content, Homework, Learner, Submission
from bench.floor.unit import actor, db, dialect, encode

_LIMIT = 100


def list_homework(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/homework/, by a student; the body, and the number of rows."""
    rows = _rows(scope, sql.OWN)
    db.commit()
    return encode([_homework(row) for row in rows]), len(rows)


def list_assignments(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/homework/user/me."""
    found = _assignments(_rows(scope, sql.ASSIGNMENTS))
    db.commit()
    return encode(found), len(found)


def _rows(scope: Any, text: str) -> list[Any]:
    db.begin(writes=False)
    viewer_id = actor(scope, datetime.now(UTC))
    limit = int(parse_qs(scope["query_string"])[b"limit"][0])
    return db.execute(dialect(text), {"viewer_id": viewer_id, "limit": limit, "skip": 0}).fetchall()


def read_homework(scope: Any) -> bytes:
    """GET /api/v1/homework/{id}?include_submissions=true, by an admin."""
    db.begin(writes=False)
    actor(scope, datetime.now(UTC), "admin")
    wanted = {"homework_id": int(scope["path"].split("/")[4])}
    found = _homework(db.execute(dialect(sql.ONE), wanted).fetchone())
    assert db.execute(dialect(sql.MANAGED), wanted).fetchone()[0]
    rows = db.execute(dialect(sql.SUBMISSIONS), {**wanted, "limit": _LIMIT, "skip": 0}).fetchall()
    _require_no_files(rows)
    db.commit()
    found.submissions = [Submission(*_submission(row)) for row in rows]
    found.submissions_count = len(rows)
    return encode(found)


def submit_homework(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/homework/{id}/submit, again."""
    now = datetime.now(UTC)
    db.begin(writes=True)
    named = {"viewer_id": actor(scope, now), "homework_id": int(scope["path"].split("/")[4]), "now": db.bound(now)}
    assert db.execute(dialect(sql.DUE), named).fetchone()
    named |= {"content": msgspec.json.decode(body)["submission"], "status": "submitted", "graded": "graded"}
    assignment_id, revision = db.execute(dialect(sql.SUBMIT), named).fetchone()
    assert revision > 1
    assert not db.execute(dialect(sql.OLD_FILES), {"assignment_id": assignment_id}).fetchone()
    (found,) = _assignments(db.execute(dialect(sql.HANDED_IN), {"assignment_id": assignment_id}).fetchall())
    db.commit()
    return encode(found)


def _assignments(rows: list[Any]) -> list[Assignment]:
    """Assignments of one student."""
    learner = _learner(db.execute(dialect(sql.PERSON), {"user_id": rows[0][2], "now": db.bound(datetime.now(UTC))}).fetchone())
    _require_no_files(rows)
    return [_assignment(row, learner) for row in rows]


def _require_no_files(rows: list[Any]) -> None:
    ids = {f"id{place}": row[0] for place, row in enumerate(rows)}
    assert not db.execute(dialect(sql.files(len(ids))), ids).fetchall()


def _submission(row: Any) -> tuple[Any, ...]:
    id_, homework_id, user_id, status, content, submitted, score, feedback, graded, graded_by, created, due = row[:12]
    is_late = submitted > due
    shown = (db.shown(submitted), is_late, score, feedback, graded and db.shown(graded), graded_by, db.shown(created))
    return (id_, homework_id, user_id, user_id, status, content, None, None, (), *shown)


def _assignment(row: Any, learner: Learner) -> Assignment:
    homework = _homework((*row[12:23], row[11], *row[23:29]))
    return Assignment(*_submission(row), Content(row[4], (), None), homework, learner, learner)


def _homework(row: Any) -> Homework:
    return Homework(
        *row[:6],
        db.shown(row[6]),
        db.shown(row[7]),
        *row[8:11],
        db.shown(row[11]),
        row[12],
        bool(row[13]),
        None if row[1] else {},
        *row[15:],
    )


def _learner(row: Any) -> Learner:
    id_, username, email, _, _, first, last, role, active, premium, level, lesson, _ = row
    shown = "free" if role == "student" else role
    is_superuser = role == "superadmin"
    return Learner(
        id_, email, username, bool(active), is_superuser, f"{first} {last}".strip(), level, lesson, (shown,), bool(premium), shown
    )
