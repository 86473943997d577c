"""Stripe's own list of what it took, page by page, through the SDK."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from bilim.kit.errors import Unavailable
from bilim.payments.jobs import reconcile
from bilim.payments.models import ProviderTransaction
from bilim.payments.protocols import StatementLine
from conftest import NOON, SetClock
from stripe_till import PLAN_PRICE, PRICE, Till, open_till
from world import World

DAY = timedelta(days=1)


@pytest.fixture
def till(sqlite_world: World, set_clock: SetClock) -> Iterator[Till]:
    with open_till(sqlite_world) as till:
        yield till


def test_it_tells_what_was_paid_once_and_what_was_subscribed_to(till: Till, set_clock: SetClock) -> None:
    world, student = till.world, till.world.student()
    bought, kept = (till.buy(student, course=world.course(world.teacher(), price=PRICE)["id"]) for _ in range(2))
    intents = [till.sim.pay(till.session_of(each))["payment_intent"] for each in (bought, kept)]
    till.sim.refund(intents[0])
    till.subscribe(student, till.plan())
    set_clock(NOON + DAY)
    later = till.buy(student, course=world.course(world.teacher(), price=PRICE)["id"]) if world.renew_session(student) is None else None
    assert later is not None
    till.sim.pay(till.session_of(later), "unpaid")
    (invoice,) = till.sim.invoices.values()
    lines = sorted(till.gateway.lines(NOON, NOON + DAY), key=lambda line: line.provider_txn_id)
    assert lines == [
        StatementLine(invoice["id"], None, PLAN_PRICE * 100, "captured"),
        StatementLine(intents[0], bought["number"], PRICE * 100, "refunded"),
        StatementLine(intents[1], kept["number"], PRICE * 100, "captured"),
    ]
    assert [line.state for line in till.gateway.lines(NOON + DAY, NOON + 2 * DAY)] == ["created"]


def test_many_pages_are_one_list(till: Till) -> None:
    for number in range(205):
        till.sim._intent(100, {"number": f"{number:016}"}, "succeeded")
    lines = list(till.gateway.lines(NOON, NOON + DAY))
    assert len({line.number for line in lines}) == len(lines) == 205


def test_when_stripe_is_silent_it_is_told(till: Till) -> None:
    till.sim.faults.extend(["500", "500"])
    with pytest.raises(Unavailable):
        list(till.gateway.lines(NOON, NOON + DAY))


def test_a_day_of_stripe_and_the_ledger_agree(till: Till, set_clock: SetClock) -> None:
    world, student = till.world, till.world.student()
    kept, back = (till.buy(student, course=world.course(world.teacher(), price=PRICE)["id"]) for _ in range(2))
    till.sim.pay(till.session_of(kept))
    paid = till.sim.pay(till.session_of(back))
    till.deliver()
    till.sim.refund(paid["payment_intent"])
    till.subscribe(student, till.plan())
    till.deliver()
    assert reconcile(world.db, till.gateway, NOON, NOON + DAY) == []
    with world.db.write() as tx:
        tx.execute(update(ProviderTransaction).where(ProviderTransaction.state == "refunded").values(state="captured", cancelled_at=None))
    (difference,) = reconcile(world.db, till.gateway, NOON, NOON + DAY)
    assert difference.problem == "state: refunded there, captured here"
