"""The floor's answers about the learning centre."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec

from bench.floor import centre_sql as sql
from bench.floor.centre_bodies import Attendance, Dashboard, Finance, GroupRef, Presence, RatedGroup, RatedStudent, Student, StudentRef
from bench.floor.unit import actor, array, db, dialect, encode

_STUDENT = {"role": "student"}
_TEACHER = {"role": "teacher"}


def open_register(scope: Any, body: bytes) -> bytes:
    """POST /api/v1/attendance/bulk_create/, by an admin."""
    now = datetime.now(UTC)
    db.begin(writes=True)
    admin_id = actor(scope, now, "admin")
    group_id = msgspec.json.decode(body)["group_id"]
    today = db.day(now)
    assert db.execute(dialect(sql.LESSON), {"group_id": group_id}).fetchone()
    named = {"group_id": group_id, "absent": "kelmadi", "today": today, "actor_id": admin_id, "now": db.bound(now)}
    assert db.execute(dialect(sql.MARK), named | _STUDENT).rowcount
    rows = db.execute(dialect(sql.ATTENDANCE_ON), {"group_id": group_id, "today": today}).fetchall()
    db.commit()
    return encode([_attendance(row) for row in rows])


def _attendance(row: Any) -> Attendance:
    created = db.shown(row[9])
    day, marked = db.date(row[8]), created.time().replace(microsecond=0)
    return Attendance(row[0], StudentRef(*row[1:5]), GroupRef(*row[5:7]), row[7], day, marked, created, db.shown(row[10]))


def list_attendance(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/attendance/; the body, and the number of rows."""
    db.begin(writes=False)
    actor(scope, datetime.now(UTC), "teacher")
    body, count = array(dialect(sql.ATTENDANCE), {}, _attendance)
    db.commit()
    return body, count


def _student(row: Any) -> Student:
    group = None if row[8] is None else GroupRef(row[8], row[9])
    return Student(*row[:8], group, row[10], db.shown(row[11]))


def list_students(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/students/, with a limit or without; the body, and the number of all students."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    actor(scope, datetime.now(UTC), "teacher")
    if asked:
        rows = db.execute(dialect(sql.SOME_STUDENTS), _STUDENT | {"limit": int(asked[b"limit"][0]), "skip": 0}).fetchall()
        body = encode([_student(row) for row in rows])
        count = db.execute(dialect(sql.STUDENTS_COUNT), _STUDENT).fetchone()[0]
    else:
        body, count = array(dialect(sql.STUDENTS), _STUDENT, _student)
    db.commit()
    return body, count


def rate_students(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/students/rating/?group_id=; the body, and the number of students."""
    wanted = {"group_id": int(parse_qs(scope["query_string"])[b"group_id"][0])}
    db.begin(writes=False)
    actor(scope, datetime.now(UTC), "teacher")
    rows = db.execute(dialect(sql.RATED_STUDENTS), wanted | _STUDENT).fetchall()
    db.commit()
    return encode([RatedStudent(*row) for row in rows]), len(rows)


def rate_groups(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/groups/rating/; the body, and the number of groups."""
    db.begin(writes=False)
    actor(scope, datetime.now(UTC), "teacher")
    rows = db.execute(dialect(sql.RATED_GROUPS), _STUDENT).fetchall()
    db.commit()
    return encode([RatedGroup(*row) for row in rows]), len(rows)


def read_dashboard(scope: Any) -> bytes:
    """GET /api/v1/dashboard/."""
    now = datetime.now(UTC)
    db.begin(writes=False)
    actor(scope, now, "teacher")
    present, employees = db.execute(dialect(sql.EMPLOYEES), _TEACHER | {"today": db.day(now)}).fetchone()
    income, expense = map(int, db.execute(dialect(sql.SUMS), {}).fetchone())
    db.commit()
    return encode(Dashboard(Finance(_uzs(income), _uzs(expense), _uzs(income - expense)), Presence(present, employees)))


def _uzs(tiyin: int) -> str:
    return f"{'-' if tiyin < 0 else ''}{abs(tiyin) // 100}.{abs(tiyin) % 100:02}"
