"""Courses that were sold, for tests of statements."""

from typing import Any

from sqlalchemy import update

from bilim.billing.models import Payment
from bilim.sales.actions import record_refund, record_sale
from world import Person, World

STATEMENT = "/api/instructor/statement/"
SUMS = f"{STATEMENT}summary/"


def pay(world: World, payer: Person, tiyin: int, status: str = "captured", kind: str = "course") -> int:
    """A payment that a service took; its id."""
    with world.db.write() as tx:
        paid = {"kind": kind, "provider": "payme", "status": status, "payer_id": payer.id, "amount": tiyin, "refunded": 0}
        return tx.insert(Payment, **paid, created_at=tx.now, updated_at=tx.now)


def record(world: World, payment_id: int, course: dict[str, Any], percent: int = 70) -> bool:
    with world.db.write() as tx:
        return record_sale(tx, payment_id, course["id"], percent)


def sell(world: World, course: dict[str, Any], tiyin: int, percent: int = 70) -> int:
    """A course that somebody bought; the payment's id."""
    payment_id = pay(world, world.student(), tiyin)
    assert record(world, payment_id, course, percent)
    return payment_id


def refund(world: World, payment_id: int, tiyin: int) -> bool:
    """Give money back, so much more than before."""
    with world.db.write() as tx:
        tx.execute(update(Payment).where(Payment.id == payment_id).values(refunded=Payment.refunded + tiyin))
        return record_refund(tx, payment_id)
