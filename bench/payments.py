"""The part of the data about payments by services: a ledger that grew, and payments that each kind of call waits for."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, select, update

from bench.rows import EPOCH, advance_sequences, fill
from bilim.billing.models import Payment
from bilim.catalog.models import Course, Purchase
from bilim.click.models import ClickPayment
from bilim.db.outbox_tables import JobRow
from bilim.payments.models import Checkout, Order, OrderGrant, PaymentLog, ProviderTransaction, WebhookEvent
from bilim.stripe.models import StripeCharge
from bilim.study.models import Enrollment

KEYS = {
    "PAYME_MERCHANT_ID": "587f72c72cac0d162c722ae2",
    "PAYME_KEY": "a-key-of-thirty-six-characters-01234",
    "CLICK_SERVICE_ID": "24903",
    "CLICK_MERCHANT_ID": "17",
    "CLICK_SECRET_KEY": "a-key-of-clicks",
    "STRIPE_SECRET_KEY": "sk_test_bench",
    "STRIPE_WEBHOOK_SECRET": "whsec_bench",
}
"""Settings of product and floor."""
AMOUNT = 49_000_000
"""Tiyin, of every payment."""
PLAN = 1
"""The plan that is ordered, of `bench.plans`."""
_FIRST = 20_000_000
"""Ids from here on are of this part. A course of its own, which is not published, is what is paid for."""
_COURSES = 1_000_000
_PAYERS = 2_000
"""So many people share the payments that were captured."""
_KINDS = ("check", "create", "perform", "prepare", "complete", "event")
"""The calls, each with payments of its own that wait for it."""
_PROVIDERS = {"prepare": "click", "complete": "click", "event": "stripe"}


class PaymentScale(Struct, frozen=True):
    """How many payments were captured, and how many wait for each kind of call."""

    captured: int
    waiting: int

    def tenth(self) -> "PaymentScale":
        """A tenth of what was captured."""
        return PaymentScale(self.captured // 10, self.waiting)

    def waiting_for(self, kind: str) -> range:
        """The ids of the payments that wait for a kind of call."""
        first = _FIRST + self.captured + _KINDS.index(kind) * self.waiting
        return range(first, first + self.waiting)


PAYMENTS = PaymentScale(captured=40_000, waiting=2_000)


def number_of(payment_id: int) -> str:
    """The number by which a service names a payment."""
    return f"{payment_id:016}"


def payme_id(payment_id: int) -> str:
    """Payme's id of a payment's transaction."""
    return f"{payment_id:024x}"


def payers(students: range) -> range:
    """Who has payments that were captured."""
    return students[:_PAYERS]


def fill_payments(connection: Connection, rng: random.Random, scale: PaymentScale, students: range, author: int) -> None:
    """Fill the tables of payments by services."""
    now = datetime.now(UTC)
    waiting = [(payment_id, kind) for kind in _KINDS for payment_id in scale.waiting_for(kind)]
    fill(connection, Course, (_course(course, author) for course in range(_COURSES, _COURSES + len(waiting) // len(students) + 1)))
    captured = [(_FIRST + place, rng.choice(payers(students))) for place in range(scale.captured)]
    buyers = [(payment_id, kind, place) for place, (payment_id, kind) in enumerate(waiting)]
    fill(connection, Payment, (_payment(each, payer, "payme", now, is_captured=True) for each, payer in captured))
    fill(connection, Order, (_order(each, payer, _COURSES, "granted") for each, payer in captured))
    fill(connection, Payment, (_payment(each, _buyer(students, place), _PROVIDERS.get(kind, "payme"), now) for each, kind, place in buyers))
    fill(connection, Order, (_order(each, _buyer(students, place), _COURSES + place // len(students)) for each, _, place in buyers))
    everybody = [each for each, _ in captured] + [each for each, _ in waiting]
    fill(connection, Checkout, ({"payment_id": each, "order_id": each, "number": number_of(each)} for each in everybody))
    fill(connection, ProviderTransaction, _transactions(scale, now))
    fill(connection, ClickPayment, ({"transaction_id": each, "paydoc_id": each} for each in scale.waiting_for("complete")))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Payment, Order, ProviderTransaction)


def _buyer(students: range, place: int) -> int:
    return students[place % len(students)]


def _course(course_id: int, author: int) -> dict[str, Any]:
    named = {"id": course_id, "instructor_id": author, "title": "Kurs", "difficulty_level": "A1", "is_published": False}
    lists = {"tags": [], "requirements": [], "learning_outcomes": []}
    return {**named, **lists, "price": AMOUNT, "created_at": EPOCH, "updated_at": EPOCH}


def _payment(payment_id: int, payer: int, provider: str, now: datetime, *, is_captured: bool = False) -> dict[str, Any]:
    what = {"kind": "course", "provider": provider, "payer_id": payer, "amount": AMOUNT, "refunded": 0}
    state = {"status": "captured", "captured_at": EPOCH} if is_captured else {"status": "pending", "captured_at": None}
    times = {"expires_at": now + timedelta(days=1), "created_at": EPOCH, "updated_at": EPOCH}
    return {"id": payment_id, **what, **state, **times}


def _order(order_id: int, user_id: int, course_id: int, status: str = "open") -> dict[str, Any]:
    what = {"kind": "course", "item_key": f"course:{course_id}", "course_id": course_id, "title": "Kurs", "amount": AMOUNT}
    return {"id": order_id, "user_id": user_id, **what, "status": status, "created_at": EPOCH}


def _transactions(scale: PaymentScale, now: datetime) -> Iterator[dict[str, Any]]:
    """Those that a completion or a Perform follows; their ids are their payments'."""
    for provider, kind in (("payme", "perform"), ("click", "complete")):
        for each in scale.waiting_for(kind):
            times = {"provider_time": now, "created_at": now, "expires_at": now + timedelta(hours=12)}
            name = payme_id(each) if provider == "payme" else str(each)
            yield {
                "id": each, "provider": provider, "provider_txn_id": name, "payment_id": each, "amount": AMOUNT, "state": "created", **times
            }  # fmt: skip


def forget_calls(engine: Engine, scale: PaymentScale) -> None:
    """Undo what the calls did, so that they can be made anew."""
    granted = (Order.id >= scale.waiting_for("check")[0], Order.kind == "course", Order.status != "open")
    waiting = Payment.id.between(scale.waiting_for("check")[0], scale.waiting_for("event")[-1])
    begun = [each for kind in ("perform", "complete") for each in (scale.waiting_for(kind)[0], scale.waiting_for(kind)[-1])]
    was_begun = ProviderTransaction.id.between(*begun[:2]) | ProviderTransaction.id.between(*begun[2:])
    ordered = select(Checkout.payment_id).join(Order, Order.id == Checkout.order_id).where(Order.plan_id == PLAN)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        for kind in (OrderGrant, JobRow, PaymentLog, WebhookEvent, StripeCharge):
            connection.execute(delete(kind))
        for kind in (Purchase, Enrollment):
            connection.execute(delete(kind).where(kind.course_id >= _COURSES))
        connection.execute(delete(ClickPayment).where(ClickPayment.transaction_id.in_(select(ProviderTransaction.id).where(~was_begun))))
        connection.execute(delete(ProviderTransaction).where(~was_begun))
        connection.execute(
            update(ProviderTransaction).where(ProviderTransaction.state != "created").values(state="created", captured_at=None)
        )
        connection.execute(update(Payment).where(waiting, Payment.status != "pending").values(status="pending", captured_at=None))
        connection.execute(update(Order).where(*granted).values(status="open"))
        placed = connection.execute(ordered).scalars().all()
        connection.execute(delete(Checkout).where(Checkout.payment_id.in_(ordered)))
        connection.execute(delete(Order).where(Order.plan_id == PLAN))
        if placed:
            connection.execute(delete(Payment).where(Payment.id.between(min(placed), max(placed))))
