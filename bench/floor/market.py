"""The floor's answers about reviews, wishes and statements."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from bench.floor import market_sql as sql
from bench.floor.bodies import Instructor, Ref
from bench.floor.unit import actor, db, dialect, encode


class Reply(Struct, gc=False):
    """What the instructor answered."""

    text: str
    created_at: datetime
    updated_at: datetime


class Review(Struct, gc=False):
    """A review."""

    id: int
    course: Ref
    user: Instructor
    rating: int
    comment: str
    reply: Reply | None
    created_at: datetime
    updated_at: datetime


class WishedCourse(Ref, gc=False):
    """A course kept for later."""

    price: int | Decimal
    discount_price: int | Decimal
    thumbnail: str | None


class Wish(Struct, gc=False):
    """That somebody keeps it."""

    id: int
    course: WishedCourse
    created_at: datetime


class Line(Struct, gc=False):
    """A line of a statement."""

    id: int
    kind: str
    payment: int
    course: Ref
    amount: int | Decimal
    share_percent: int
    share: int | Decimal
    balance: int | Decimal
    created_at: datetime


def _asked(scope: Any) -> tuple[dict[bytes, list[bytes]], dict[str, int]]:
    found = parse_qs(scope["query_string"])
    return found, {name: int(found[name.encode()][0]) for name in ("limit", "skip")}


def list_reviews(scope: Any) -> tuple[bytes, int]:
    """GET /api/reviews/ of one course, the best first; the body, and the number of all of them."""
    found, wanted = _asked(scope)
    wanted["course_id"] = int(found[b"course"][0])
    db.begin(writes=False)
    rows = db.execute(dialect(sql.REVIEWS), wanted).fetchall()
    total = db.execute(dialect(sql.REVIEWS_COUNT), wanted).fetchone()[0]
    db.commit()
    return encode([_review(row) for row in rows]), total


def _review(row: Any) -> Review:
    id_, course_id, title, user_id, first, last, rating, comment, reply, replied, changed, created, updated = row
    answer = Reply(reply, db.shown(replied), db.shown(changed)) if reply is not None else None
    author = Instructor(user_id, f"{first} {last}".strip())
    return Review(id_, Ref(course_id, title), author, rating, comment, answer, db.shown(created), db.shown(updated))


def list_wishes(scope: Any) -> tuple[bytes, int]:
    """GET /api/wishlist/, all on the first page; the body, and the number of rows."""
    db.begin(writes=False)
    wanted = {"viewer_id": actor(scope, datetime.now(UTC)), "limit": 100, "skip": 0}
    rows = db.execute(dialect(sql.WISHES), wanted).fetchall()
    db.commit()
    return encode([Wish(id_, _wished(*course), db.shown(made)) for id_, *course, made in rows]), len(rows)


def _wished(course_id: int, title: str, price: int, discount: int, thumbnail: str | None) -> WishedCourse:
    return WishedCourse(course_id, title, _uzs(price), _uzs(discount), thumbnail)


def list_lines(scope: Any) -> tuple[bytes, int]:
    """GET /api/instructor/statement/; the body, and the number of all lines."""
    _, wanted = _asked(scope)
    db.begin(writes=False)
    wanted["instructor_id"] = actor(scope, datetime.now(UTC), "teacher")
    rows = db.execute(dialect(sql.LINES), wanted).fetchall()
    total = db.execute(dialect(sql.LINES_COUNT), wanted).fetchone()[0]
    db.commit()
    return encode([_line(*row) for row in rows]), total


def _line(id_: int, amount: int, payment: int, course: int, title: str, percent: int, *rest: Any) -> Line:
    share, balance, created = rest
    kind = "sale" if amount > 0 else "refund"
    return Line(id_, kind, payment, Ref(course, title), _uzs(amount), percent, _uzs(share), _uzs(balance), db.shown(created))


def _uzs(tiyin: int) -> int | Decimal:
    return tiyin // 100 if tiyin % 100 == 0 else Decimal(tiyin).scaleb(-2)
