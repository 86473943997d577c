"""The marketplace's part of the data: ten courses that everybody reviewed, wishes, and an instructor who sold very much."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from bench.rows import EPOCH, WORDS, advance_sequences, fill, moment
from bilim.billing.models import Payment
from bilim.db.engine import Tx
from bilim.sales.models import SaleLine
from bilim.sales.rules import share_of
from bilim.study.actions.reviews import recount_ratings
from bilim.study.models import Review, ReviewReply, Wish

_SHARE = 70
_FIRST_PAYMENT = 10_000_000
_WISHES = 8
"""Of each student; fewer where one was drawn twice."""


class MarketScale(Struct, frozen=True):
    """How many courses everybody reviewed, and how many lines the statement has."""

    reviewed: int
    lines: int

    @property
    def courses(self) -> list[int]:
        """The courses that everybody reviewed: such as must be bought, so that nobody of the bench joined them."""
        return [3 * (place + 1) for place in range(self.reviewed)]


MARKET = MarketScale(reviewed=10, lines=20_000)


def fill_market(connection: Connection, rng: random.Random, scale: MarketScale, instructor: int, students: range, courses: int) -> None:
    """Fill the tables of reviews, wishes and statements; count the stars of all reviews."""
    fill(connection, Review, _reviews(rng, scale, students))
    fill(
        connection,
        ReviewReply,
        ({"review_id": each, "text": "Rahmat!", "created_at": EPOCH, "updated_at": EPOCH} for each in range(1, 400)),
    )
    priced = range(3, courses + 1, 3)
    kept = {(user_id, rng.choice(priced)) for user_id in students for _ in range(_WISHES)}
    fill(connection, Wish, ({"user_id": user, "course_id": course, "created_at": moment(rng)} for user, course in sorted(kept)))
    fill(connection, Payment, (_payment(rng, number, students) for number in range(scale.lines)))
    fill(connection, SaleLine, _lines(random.Random(5), scale, instructor, courses))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Payment)
    recount_ratings(Tx(connection, EPOCH, {}))


def _reviews(rng: random.Random, scale: MarketScale, students: range) -> Iterator[dict[str, Any]]:
    for course_id in scale.courses:
        for user_id in students:
            made = moment(rng)
            words = " ".join(rng.choices(WORDS, k=12))
            about = {"user_id": user_id, "course_id": course_id, "rating": rng.randint(1, 5), "comment": words}
            yield {**about, "created_at": made, "updated_at": made}


def _payment(rng: random.Random, number: int, students: range) -> dict[str, Any]:
    paid = {"kind": "course", "provider": "payme", "status": "captured", "payer_id": rng.choice(students), "amount": _amount(number)}
    return {"id": _FIRST_PAYMENT + number, **paid, "refunded": 0, "created_at": EPOCH, "updated_at": EPOCH}


def _amount(number: int) -> int:
    return 10_000_001 + number * 37


def _lines(rng: random.Random, scale: MarketScale, instructor: int, courses: int) -> Iterator[dict[str, Any]]:
    balance = 0
    for number in range(scale.lines):
        share = share_of(_amount(number), _SHARE)
        balance += share
        sold = {"payment_id": _FIRST_PAYMENT + number, "course_id": rng.randint(1, courses), "instructor_id": instructor}
        shares = {"amount": _amount(number), "share_percent": _SHARE, "share": share, "balance": balance}
        yield {**sold, **shares, "created_at": EPOCH + timedelta(minutes=number)}
