"""The floor's answers about figures and quotas: of students without a subscription, whose reservations are all settled."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from bench.floor import statistics_sql as sql
from bench.floor.drivers import local
from bench.floor.unit import actor, db, dialect, encode

_FREE = (50, 100, 5_000, 20)


class Platform(Struct):
    """Figures of the platform."""

    total_courses: int
    total_lessons: int
    total_words: int
    total_learners: int
    completed_lessons: int
    certificates: int


class Usage(Struct):
    """What everybody used."""

    gpt4o_requests: int
    stt_requests: int
    tts_characters: int
    pronunciation_analysis: int


class TopLearner(Struct):
    """A learner."""

    full_name: str
    completed_lessons: int


class TopCourse(Struct):
    """A course."""

    title: str
    enrolled_users: int


class Dashboard(Struct):
    """The admins' dashboard."""

    total_users: int
    premium_users: int
    total_courses: int
    total_lessons: int
    total_words: int
    active_subscriptions: int
    total_revenue: int | Decimal
    ai_usage_stats: Usage
    pending_payments: int
    top_learners: list[TopLearner]
    top_courses: list[TopCourse]


class TopUser(Struct):
    """A learner as admins see them."""

    id: int
    email: str | None
    username: str
    is_active: bool
    is_superuser: bool
    full_name: str
    current_level: str | None
    last_viewed_lesson_id: int | None
    roles: tuple[str]
    is_premium: bool
    role: str
    lesson_count: int


class Left(Struct):
    """What is left of somebody's quotas."""

    id: int
    user_id: int
    usage_date: datetime
    resets_at: datetime
    gpt4o_requests_left: int
    stt_requests_left: int
    tts_chars_left: int
    pronunciation_analysis_left: int


def read_platform(scope: Any) -> bytes:
    """GET /api/v1/statistics/."""
    db.begin(writes=False)
    actor(scope, datetime.now(UTC))
    row = db.execute(dialect(sql.PLATFORM), {}).fetchone()
    db.commit()
    return encode(Platform(*map(int, row)))


def read_dashboard(scope: Any) -> bytes:
    """GET /api/v1/admin/statistics."""
    db.begin(writes=False)
    actor(scope, now := datetime.now(UTC), "admin")
    named = {"now": db.bound(now), "role": "student"}
    totals = db.execute(dialect(sql.TOTALS), named).fetchone()
    income = int(db.execute(dialect(sql.SUMS), {}).fetchone()[0])
    usage = db.execute(dialect(sql.USAGE), named).fetchone()
    learners = db.execute(dialect(sql.TOP_LEARNERS), {}).fetchall()
    courses = db.execute(dialect(sql.TOP_COURSES), {}).fetchall()
    db.commit()
    revenue = income // 100 if income % 100 == 0 else Decimal(income).scaleb(-2)
    best = [TopLearner(f"{first} {last}".strip(), count) for first, last, count in learners]
    return encode(Dashboard(*totals[:6], revenue, Usage(*map(int, usage)), totals[6], best, [TopCourse(*row) for row in courses]))


def list_top_users(scope: Any) -> tuple[bytes, int]:
    """GET /api/v1/statistics/top-users; the body, and the number of all learners."""
    asked = parse_qs(scope["query_string"])
    db.begin(writes=False)
    actor(scope, now := datetime.now(UTC), "admin")
    wanted = {"limit": int(asked[b"limit"][0]), "skip": int(asked[b"skip"][0]), "now": db.bound(now)}
    rows = db.execute(dialect(sql.TOP_USERS), wanted).fetchall()
    total = db.execute(dialect(sql.TOP_USER_COUNT), {}).fetchone()[0]
    db.commit()
    return encode([_top_user(*row) for row in rows]), total


def _top_user(*row: Any) -> TopUser:
    id_, username, email, _, _, first, last, role, active, premium, level, lesson, _, count = row
    shown = ("premium" if premium else "free") if role == "student" else role
    name = f"{first} {last}".strip()
    return TopUser(id_, email, username, bool(active), role == "superadmin", name, level, lesson, (shown,), bool(premium), shown, count)


def read_usage(scope: Any) -> bytes:
    """GET /api/v1/ai/usage."""
    db.begin(writes=False)
    user_id = actor(scope, now := datetime.now(UTC))
    standing = db.execute(dialect(sql.STANDING), {"user_id": user_id, "now": db.bound(now)}).fetchone()
    assert not standing[0]
    assert standing[1] is None
    first = local(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    wanted = {"user_id": user_id, "period": f"{first:%Y-%m}", "now": db.bound(now)}
    began_at, *used, kind, _ = db.execute(dialect(sql.USED), wanted).fetchone()
    assert kind is None
    db.commit()
    return encode(Left(user_id, user_id, db.shown(began_at), following, *(max(0, a - b) for a, b in zip(_FREE, used, strict=True))))
