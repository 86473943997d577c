"""The floor's ASGI function and its answers."""

import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from bench.floor import centre, sql
from bench.floor.bodies import Completion, Course, CourseDetail, Instructor, Lesson, Profile, Ref, Section
from bench.floor.unit import actor, db, dialect, encode


def read_profile(scope: Any) -> bytes:
    """GET /api/v1/users/me."""
    db.begin(writes=False)
    user_id = actor(scope, datetime.now(UTC))
    row = db.execute(dialect(sql.PERSON), {"user_id": user_id}).fetchone()
    db.commit()
    return encode(_profile(row))


def _profile(row: Any) -> Profile:
    name, role = f"{row[5]} {row[6]}".strip(), "free" if row[7] == "student" else row[7]
    return Profile(row[0], row[2], row[1], bool(row[8]), row[7] == "superadmin", name, row[10], row[11], (role,), bool(row[9]), role)


def list_users(scope: Any) -> tuple[bytes, bytes]:
    """GET /api/v1/users/; the body, and the number of all people."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    actor(scope, datetime.now(UTC), "admin")
    wanted = {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}
    rows = db.execute(dialect(sql.PEOPLE), wanted).fetchall()
    total = db.execute(dialect(sql.PEOPLE_COUNT), {}).fetchone()[0]
    db.commit()
    return encode([_profile(row) for row in rows]), b"%d" % total


def _uzs(tiyin: int) -> int | Decimal:
    return tiyin // 100 if tiyin % 100 == 0 else Decimal(tiyin).scaleb(-2)


def _course(kind: type[Course], row: Any, counted: list[Any], *more: Any) -> Course:
    return kind(
        row[0],
        row[1],
        row[2],
        row[4],
        Ref(row[13], row[12]) if row[13] is not None else None,
        row[3],
        row[9],
        _uzs(row[10]),
        _uzs(row[11]),
        row[5],
        Instructor(row[17], f"{row[18]} {row[19]}".strip()) if row[17] is not None else None,
        bool(row[6]),
        bool(row[7]),
        row[8],
        db.texts(row[14]),
        *counted,
        db.shown(row[20]),
        db.shown(row[21]),
        *more,
    )


def _figures(ids: list[int], named: dict[str, int]) -> dict[int, list[Any]]:
    """Sections, lessons, students, average rating and reviews of courses."""
    figures: dict[int, list[Any]] = {course_id: [0, 0, 0, None, 0] for course_id in ids}
    for what, course_id, count, total in db.execute(dialect(sql.FIGURES, len(ids)), named):
        if what < 3:
            figures[course_id][what] = count
        else:
            figures[course_id][3:] = (round(total / count, 2), count)
    return figures


def list_courses(scope: Any) -> tuple[bytes, bytes]:
    """GET /api/courses/; the body, and the number of all courses."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    wanted = {**viewer, "limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}
    ids = [row[0] for row in db.execute(dialect(sql.COURSE_IDS), wanted)]
    named = {f"id{place}": course_id for place, course_id in enumerate(ids)}
    rows = db.execute(dialect(sql.COURSES, len(ids)), named).fetchall()
    total = db.execute(dialect(sql.COURSE_COUNT), viewer).fetchone()[0]
    figures = _figures(ids, named)
    db.commit()
    return encode([_course(Course, row, figures[row[0]]) for row in rows]), b"%d" % total


def read_course(scope: Any, course_id: int) -> bytes:
    """GET /api/courses/{id}/."""
    db.begin(writes=False)
    user_id = actor(scope, datetime.now(UTC))
    named, viewer = {"id0": course_id}, {"viewer_id": user_id}
    row = db.execute(dialect(sql.COURSE), {**viewer, "course_id": course_id}).fetchone()
    sections = {id_: Section(id_, title, order, []) for id_, title, order, _ in db.execute(dialect(sql.SECTIONS, 1), named)}
    for id_, title, content, video, premium, order, preview, opened, _, section in db.execute(dialect(sql.LESSONS, 1), named | viewer):
        lesson = Lesson(id_, title, order, bool(preview), bool(premium), bool(opened), content, video)
        sections[section].lessons.append(lesson)
    figures = _figures([course_id], named)[course_id]
    db.commit()
    more = (db.texts(row[15]), db.texts(row[16]), list(sections.values()))
    return encode(_course(CourseDetail, row, figures, *more))


def complete_lesson(scope: Any, lesson_id: int) -> bytes:
    """POST /api/v1/user-progress/lessons/{lesson_id}/complete."""
    now = datetime.now(UTC)
    db.begin(writes=True)
    user_id = actor(scope, now)
    found = db.execute(dialect(sql.STUDIED_LESSON), {"viewer_id": user_id, "lesson_id": lesson_id}).fetchone()
    course_id, published, opened, may_study = found
    assert published
    assert opened
    assert may_study
    named = {"user_id": user_id, "course_id": course_id, "lesson_id": lesson_id, "now": db.bound(now)}
    db.execute(dialect(sql.ENROLL), named)
    db.execute(dialect(sql.COMPLETE), named)
    db.execute(dialect(sql.LAST_VIEWED), named)
    assert db.execute(dialect(sql.LESSONS_LEFT), named).fetchone()[0] > 0
    id_, _, _, completed_at, updated_at = db.execute(dialect(sql.COMPLETION), named).fetchone()
    db.commit()
    return encode(Completion(id_, user_id, lesson_id, db.shown(completed_at), db.shown(updated_at)))


_CENTRE_LISTS = {
    "/api/v1/attendance/": centre.list_attendance,
    "/api/v1/students/": centre.list_students,
    "/api/v1/students/rating/": centre.rate_students,
    "/api/v1/groups/rating/": centre.rate_groups,
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI function."""
    path: str = scope["path"]
    headers: list[tuple[bytes, bytes]] = []
    status = 200
    if path == "/api/v1/users/me":
        body = read_profile(scope)
    elif path == "/api/v1/users/":
        body, total = list_users(scope)
        headers.append((b"x-total-count", total))
    elif path == "/api/courses/":
        body, total = list_courses(scope)
        headers.append((b"x-total-count", total))
    elif path.startswith("/api/courses/"):
        body = read_course(scope, int(path[13:-1]))
    elif path.endswith("/complete"):
        body = complete_lesson(scope, int(path[30:-9]))
    elif listed := _CENTRE_LISTS.get(path):
        body, count = listed(scope)
        headers.append((b"x-total-count", b"%d" % count))
    elif path == "/api/v1/dashboard/":
        body = centre.read_dashboard(scope)
    elif path == "/api/v1/attendance/bulk_create/":
        body, status = centre.open_register(scope, (await receive())["body"]), 201
    else:
        body = b'{"status":"ok"}'
    headers += ((b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve on a port of 127.0.0.1 until ended."""
    port = int(sys.argv[1])
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_config=None, server_header=False, lifespan="off")


if __name__ == "__main__":
    main()
