"""The floor's ASGI function and its answers."""

import gc
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from bench.floor import (
    calendars,
    centre,
    community,
    content,
    exams,
    homework,
    interactive,
    market,
    mock,
    payments,
    practice,
    pronunciation,
    quiz,
    sql,
    statistics,
    tutor,
)
from bench.floor.bodies import Completion, Course, CourseDetail, Instructor, Lesson, Profile, Ref, Section
from bench.floor.drivers import local
from bench.floor.unit import actor, db, dialect, encode, person

_DAY = timedelta(days=1)


def read_profile(scope: Any) -> bytes:
    """GET /api/v1/users/me."""
    db.begin(writes=False)
    id_, role, premium, _, username, email, _, _, first, last, active, level, lesson, _ = person(scope, datetime.now(UTC))
    db.commit()
    return encode(_profile(id_, username, email, None, None, first, last, role, active, premium, level, lesson, None))


def _profile(*row: Any) -> Profile:
    """Of the columns of `sql.PEOPLE`."""
    id_, username, email, _, _, first, last, role, active, premium, level, lesson, _ = row
    shown = "free" if role == "student" else role
    name, is_superuser = f"{first} {last}".strip(), role == "superadmin"
    return Profile(id_, email, username, bool(active), is_superuser, name, level, lesson, (shown,), bool(premium), shown)


def list_users(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/users/; the body, and the number of all people."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    actor(scope, now := datetime.now(UTC), "admin")
    wanted = {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0]), "now": db.bound(now)}
    rows = db.execute(dialect(sql.PEOPLE), wanted).fetchall()
    total = db.execute(dialect(sql.PEOPLE_COUNT), {}).fetchone()[0]
    db.commit()
    return encode([_profile(*row) for row in rows]), total


def _uzs(tiyin: int) -> int | Decimal:
    return tiyin // 100 if tiyin % 100 == 0 else Decimal(tiyin).scaleb(-2)


def _course(kind: type[Course], row: Any, *more: Any) -> Course:
    return kind(
        *row[:4],
        Ref(row[4], row[5]) if row[4] is not None else None,
        row[6],
        row[7],
        _uzs(row[8]),
        _uzs(row[9]),
        row[10],
        Instructor(row[11], f"{row[12]} {row[13]}".strip()) if row[11] is not None else None,
        bool(row[14]),
        bool(row[15]),
        row[16],
        db.texts(row[17]),
        *row[18:21],
        _average(row[21:26], row[26]),
        row[26],
        db.shown(row[27]),
        db.shown(row[28]),
        *more,
    )


def _average(stars: Any, reviews: int) -> float | None:
    total = sum(number * count for number, count in enumerate(stars, 1))
    return (200 * total + reviews) // (2 * reviews) / 100 if reviews else None


def list_courses(scope: Any) -> tuple[bytes, int]:
    """GET /api/courses/; the body, and the number of all courses."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    viewer = {"viewer_id": actor(scope, datetime.now(UTC))}
    wanted = {**viewer, "limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0])}
    rows = db.execute(dialect(sql.COURSES), wanted).fetchall()
    total = db.execute(dialect(sql.COURSE_COUNT), viewer).fetchone()[0]
    db.commit()
    return encode([_course(Course, row) for row in rows]), total


def read_course(scope: Any) -> bytes:
    """GET /api/courses/{id}/."""
    course_id = int(scope["path"][13:-1])
    db.begin(writes=False)
    wanted = {"viewer_id": actor(scope, datetime.now(UTC)), "course_id": course_id}
    row = db.execute(dialect(sql.COURSE), wanted).fetchone()
    parts = db.execute(dialect(sql.PARTS), wanted).fetchall()
    db.commit()
    sections: list[Section] = []
    for section_id, title, position, *lesson in parts:
        if not sections or sections[-1].id != section_id:
            sections.append(Section(section_id, title, position, []))
        if lesson[0] is not None:
            sections[-1].lessons.append(Lesson(*lesson[:3], *map(bool, lesson[3:6]), *lesson[6:]))
    stars = {str(number): count for number, count in enumerate(row[21:26], 1)}
    return encode(_course(CourseDetail, row, db.texts(row[29]), db.texts(row[30]), stars, sections))


def complete_lesson(scope: Any, _body: bytes) -> bytes:
    """POST /api/v1/user-progress/lessons/{lesson_id}/complete."""
    lesson_id = int(scope["path"][30:-9])
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
    id_, has_more = db.execute(dialect(sql.COMPLETE), named).fetchone()
    db.execute(dialect(sql.LAST_VIEWED), named)
    db.execute(dialect(sql.COUNT_LESSON), {"user_id": user_id, "today": db.day(now), "yesterday": db.day(now - _DAY)})
    assert has_more
    db.commit()
    moment = local(now)
    return encode(Completion(id_, user_id, lesson_id, moment, moment))


def _submit(scope: Any, body: bytes) -> bytes:
    """POST …/submit, of homework or of an exam."""
    write = homework.submit_homework if scope["path"].startswith("/api/v1/homework/") else exams.submit_exam
    return write(scope, body)


_OBJECTS = {
    "/api/v1/users/me": read_profile,
    "/api/v1/dashboard/": centre.read_dashboard,
    "/api/v1/statistics/": statistics.read_platform,
    "/api/v1/admin/statistics": statistics.read_dashboard,
    "/api/v1/ai/usage": statistics.read_usage,
    "/api/v1/statistics/payment-stats": payments.read_figures,
    "/api/v1/notifications/unread-count": community.count_unread,
    "/api/v1/ai/pronunciation/summary": pronunciation.read_profile,
}
_LISTS = {
    "/api/v1/users/": list_users,
    "/api/courses/": list_courses,
    "/api/v1/attendance/": centre.list_attendance,
    "/api/v1/students/": centre.list_students,
    "/api/v1/students/rating/": centre.rate_students,
    "/api/v1/groups/rating/": centre.rate_groups,
    "/api/v1/exam-results/": exams.list_results,
    "/api/v1/homework/": homework.list_homework,
    "/api/v1/homework/user/me": homework.list_assignments,
    "/api/v1/statistics/top-users": statistics.list_top_users,
    "/api/v1/forum/topics/": community.list_topics,
    "/api/v1/notifications/": community.list_notifications,
    "/api/reviews/": market.list_reviews,
    "/api/wishlist/": market.list_wishes,
    "/api/payments/": payments.list_payments,
    "/api/instructor/statement/": market.list_lines,
    "/api/v1/tests/attempts/me": quiz.list_attempts,
    "/api/v1/interactive-lessons/": content.list_interactive,
    "/api/v1/content/lessons": content.list_lessons,
    "/api/v1/lesson-sessions/user/me": interactive.list_sessions,
    "/api/v1/ai-sessions/sessions": tutor.list_conversations,
    "/api/v1/recommendations/for-you": practice.recommend,
    "/api/v1/words/review": practice.list_due,
    "/api/v1/exercises/": practice.list_exercises,
    "/api/v1/ai/pronunciation/history": pronunciation.list_readings,
    "/api/v1/pronunciation/phrases/": pronunciation.list_phrases,
    "/api/v1/pronunciation/sessions/": pronunciation.list_sessions,
}
_WRITES = {
    "complete": (200, complete_lesson),
    "bulk_create": (201, centre.open_register),
    "enter-code": (200, exams.enter_exam),
    "submit": (201, _submit),
    "start": (201, mock.start_session),
    "draft": (200, mock.save_draft),
    "review": (200, practice.review_word),
}
"""By the last word of the path."""
_TESTS = "/api/v1/tests/"
_TEST_WRITES = {
    "start": (201, quiz.start_attempt),
    "submit": (200, quiz.save_answers),
    "finish": (200, quiz.finish_attempt),
}
"""The same of paths that begin so."""

_BEGINNINGS: dict[str, Callable[[Any], bytes]] = {
    tutor.PATH: tutor.read_conversation,
    "/api/v1/homework/": homework.read_homework,
    "/api/courses/": read_course,
    "/api/v1/forum/topics/": community.read_topic,
}
"""Reads of one object, by how their paths begin."""


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI function."""
    path: str = scope["path"]
    headers: list[tuple[bytes, bytes]] = []
    status = 200
    if read := _OBJECTS.get(path):
        body = read(scope)
    elif scope["method"] == "POST" and (called := payments.WRITES.get(path)):
        status, write = called
        body = write(scope, await _body(receive))
    elif listed := _LISTS.get(path):
        body, count = listed(scope)
        headers.append((b"x-total-count", b"%d" % count))
    elif found := (_TEST_WRITES if path.startswith(_TESTS) else _WRITES).get(path.rstrip("/").rpartition("/")[2]):
        status, write = found
        body = write(scope, await _body(receive))
    elif path.startswith(interactive.PATH):
        body, count = interactive.list_interactions(scope)
        headers.append((b"x-total-count", b"%d" % count))
    elif path.startswith(calendars.PATH):
        body, tag = calendars.read_calendar(scope)
        headers.append((b"etag", tag))
    else:
        body = next((read(scope) for beginning, read in _BEGINNINGS.items() if path.startswith(beginning)), b'{"status":"ok"}')
    headers += ((b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Any) -> bytes:
    """A request's body, which is small enough to come at once."""
    message = await receive()
    assert not message["more_body"]
    return message["body"]


def main() -> None:
    """Serve on a port of 127.0.0.1 until ended."""
    port = int(sys.argv[1])
    gc.freeze()  # as the product does
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_config=None, server_header=False, lifespan="off")


if __name__ == "__main__":
    main()
