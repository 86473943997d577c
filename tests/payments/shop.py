"""A school where things are paid online: what is sold, who buys, and what a service says, without a service's protocol."""

from datetime import timedelta
from typing import Any

import msgspec
from httpx import Response
from sqlalchemy import func, select, update

from bilim.billing.models import Payment
from bilim.catalog.models import Course
from bilim.kit.actors import Role
from bilim.payme.checkout import PaymeCheckout
from bilim.payments.actions import ledger
from bilim.payments.actions.checkouts import open_checkout
from bilim.payments.actions.ledger import Captured, HeldPayment
from bilim.payments.inputs import PurchaseInput
from bilim.payments.protocols import Checkouts
from bilim.payments.queries import payments
from guarded import actor
from world import Person, World

PAYMENTS = "/api/payments/"
PRICE = 490_000
"""UZS."""
NAME = "payme"
PAYME = {"payme_merchant_id": "587f72c72cac0d162c722ae2", "payme_key": "a key: with?odd&signs%of@36#characters"}


def open_shop(world: World) -> World:
    """Give the application a service by which people can pay."""
    settings = msgspec.structs.replace(world.app.state.services.settings, **PAYME)
    world.use(settings=settings, checkouts=Checkouts([PaymeCheckout(settings)]))
    return world


def buy(person: Person, **what: Any) -> Response:
    return person.post(PAYMENTS, {"provider": NAME} | what)


def bought(person: Person, **what: Any) -> dict[str, Any]:
    """A payment that somebody began."""
    begun = buy(person, **what)
    assert begun.status_code == 201, begun.text
    return begun.json()


def pending_payment(world: World, person: Person) -> tuple[int, str]:
    """A payment that somebody began while a service was configured: a course's; its id and number."""
    course = world.course(world.teacher(), price=PRICE)
    purchase = PurchaseInput(provider=NAME, course_id=course["id"])
    with world.db.write() as tx:
        payment_id = open_checkout(tx, actor(Role.STUDENT, person.id), purchase)
        return payment_id, payments.to_pay(tx, payment_id).number


def begin(world: World, number: str, txn: str = "txn-1") -> None:
    """The service begins to take a payment."""
    with world.db.write() as tx:
        held = ledger.lock_payment(tx, NAME, number)
        assert held is not None
        assert ledger.begin_transaction(tx, held, txn, tx.now, tx.now + timedelta(hours=12)) is not None


def capture(world: World, number: str, txn: str = "txn-1") -> Captured:
    """The service takes the money of a payment, having begun before or now."""
    with world.db.write() as tx:
        held = ledger.lock_payment(tx, NAME, number)
        assert held is not None
        known = ledger.find_transaction(tx, NAME, txn)
        begun = known or ledger.begin_transaction(tx, held, txn, tx.now, tx.now + timedelta(hours=12))
        assert begun is not None
        return ledger.capture(tx, held, begun)


def refund(world: World, number: str, amount: int | None = None, txn: str | None = None) -> int:
    """Money of a payment goes back, in tiyin; how much it was."""
    with world.db.write() as tx:
        held = held_payment(tx, number)
        transaction = None if txn is None else ledger.find_transaction(tx, NAME, txn)
        return ledger.refund(tx, held, amount, transaction)


def held_payment(tx: Any, number: str) -> HeldPayment:
    held = ledger.lock_payment(tx, NAME, number)
    assert held is not None
    return held


def change_course(world: World, course_id: int, **columns: Any) -> None:
    """Change a course's row, whoever may."""
    with world.db.write() as tx:
        tx.execute(update(Course).where(Course.id == course_id).values(**columns))


def count(world: World, table: Any, *conditions: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table).where(*conditions))


def income(admin: Person) -> str:
    return admin.get("/api/v1/dashboard/").json()["finance"]["income"]


def payments_of(world: World) -> list[tuple[Any, ...]]:
    """Status, amount and refunded of all payments, in tiyin."""
    with world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(Payment.status, Payment.amount, Payment.refunded).order_by(Payment.id))]
