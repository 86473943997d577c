"""Refunds by admins: asked of Stripe after the wish is committed, written down once, whoever tells of it first."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from at_once import at_once, statuses
from bilim.db.outbox_tables import JobRow
from bilim.payments.models import PaymentAlert, RefundRequest
from conftest import NOON, SetClock
from payments.shop import count, income, payments_of
from stripe_till import PLAN_PRICE, PRICE, Till, open_till
from world import World

TIYIN = PRICE * 100


@pytest.fixture
def till(sqlite_world: World, set_clock: SetClock) -> Iterator[Till]:
    with open_till(sqlite_world) as till:
        yield till


@pytest.fixture
def payment(till: Till) -> dict[str, Any]:
    """A course that was paid."""
    course = till.world.course(till.world.teacher(), price=PRICE)
    payment = till.buy(till.world.student(), course=course["id"])
    till.sim.pay(till.session_of(payment))
    till.deliver()
    return payment


def _refund(till: Till, payment: dict[str, Any], **body: Any) -> Any:
    return till.world.admin().post(f"/api/payments/{payment['id']}/refunds", body)


def _requests(till: Till) -> list[tuple[Any, ...]]:
    with till.world.db.read() as tx:
        return [tuple(row) for row in tx.all(select(RefundRequest.status, RefundRequest.amount).order_by(RefundRequest.id))]


def _refunds_asked(till: Till) -> list[tuple[str, str | None]]:
    return [(params["amount"], key) for _, path, params, key in till.sim.calls if path == "/v1/refunds"]


@pytest.mark.parametrize("webhook_first", [True, False])
def test_all_of_it_goes_back_once(till: Till, payment: dict[str, Any], webhook_first: bool) -> None:
    asked = _refund(till, payment)
    assert (asked.status_code, asked.json()["status"], asked.json()["amount"]) == (201, "asked", PRICE)
    assert payments_of(till.world) == [("captured", TIYIN, 0)]
    if webhook_first:
        till.sim.faults.extend(["drop", "drop"])  # done, and nobody hears of it but by the webhook
    till.world.run_jobs("money")
    till.deliver()
    assert payments_of(till.world) == [("captured", TIYIN, TIYIN)]
    assert (income(till.world.admin()), count(till.world, PaymentAlert)) == ("0.00", 0)
    assert len({key for _, key in _refunds_asked(till)}) == 1


def test_a_lost_answer_is_asked_for_again_under_the_same_key(till: Till, payment: dict[str, Any], set_clock: SetClock) -> None:
    _refund(till, payment, amount=1000)
    till.sim.faults.extend(["drop", "drop", "429"])
    for minutes in (0, 1, 2, 10):
        set_clock(NOON + timedelta(minutes=minutes))
        till.world.run_jobs("money")
    till.deliver()
    assert (_requests(till), payments_of(till.world)) == ([("done", 100_000)], [("captured", TIYIN, 100_000)])
    assert till.sim.intents[_intent(till)]["latest_charge"]["amount_refunded"] == 100_000
    (done,) = till.world.admin().get(f"/api/payments/{payment['id']}/refunds").json()
    assert (done["status"], done["settled_at"] is None) == ("done", False)


def _intent(till: Till) -> str:
    return next(iter(till.sim.intents))


def test_parts_go_back_until_nothing_is_left(till: Till, payment: dict[str, Any]) -> None:
    assert _refund(till, payment, amount=90_000).status_code == 201
    till.world.run_jobs("money")
    assert list(_refund(till, payment, amount=400_000.01).json()) == ["amount"]
    assert _refund(till, payment).json()["amount"] == 400_000
    till.world.run_jobs("money")
    till.deliver()
    assert (payments_of(till.world), _refund(till, payment).status_code) == ([("captured", TIYIN, TIYIN)], 409)
    assert [amount for amount, _ in _refunds_asked(till)] == ["9000000", "40000000"]


def test_while_one_is_under_way_no_other_begins(world: World, set_clock: SetClock) -> None:
    with open_till(world) as till:
        course = world.course(world.teacher(), price=PRICE)
        payment = till.buy(world.student(), course=course["id"])
        till.sim.pay(till.session_of(payment))
        till.deliver()
        admin = world.admin()
        answers = at_once([lambda: admin.post(f"/api/payments/{payment['id']}/refunds", {"amount": 1000})] * 8)
        assert (statuses(answers), count(world, RefundRequest)) == ({201: 1, 409: 7}, 1)
        world.run_jobs("money")
        assert payments_of(world) == [("captured", TIYIN, 100_000)]


def test_what_stripe_refuses_changes_nothing_and_is_told(till: Till, payment: dict[str, Any]) -> None:
    _refund(till, payment)
    till.sim.intents[_intent(till)]["latest_charge"]["refunded"] = True
    till.world.run_jobs("money")
    assert (_requests(till), payments_of(till.world)) == ([("failed", TIYIN)], [("captured", TIYIN, 0)])
    (failed,) = till.world.admin().get(f"/api/payments/{payment['id']}/refunds").json()
    assert "charge_already_refunded" in failed["reason"]
    assert count(till.world, PaymentAlert) == 1
    assert _refund(till, payment).status_code == 201


def test_when_stripe_is_silent_for_long_a_person_is_told(till: Till, payment: dict[str, Any], set_clock: SetClock) -> None:
    _refund(till, payment)
    till.sim.faults.extend(["500"] * 40)
    for hours in range(12):
        set_clock(NOON + timedelta(hours=hours))
        till.world.run_jobs("money")
    assert (_requests(till)[0][0], payments_of(till.world), count(till.world, PaymentAlert)) == ("failed", [("captured", TIYIN, 0)], 1)
    assert count(till.world, JobRow, JobRow.kind == "stripe.refund", JobRow.state == "dead") == 1


@pytest.mark.parametrize(("body", "wrong"), [({"amount": 0}, "amount"), ({"amount": -5}, "amount"), ({"amount": "x"}, "amount")])
def test_odd_amounts_are_named(till: Till, payment: dict[str, Any], body: dict[str, Any], wrong: str) -> None:
    refused = _refund(till, payment, **body)
    assert (refused.status_code, list(refused.json()), _requests(till)) == (400, [wrong], [])


def test_only_captured_payments_by_stripe_go_back_and_only_admins_ask(till: Till, payment: dict[str, Any]) -> None:
    course = till.world.course(till.world.teacher(), price=PRICE)
    waiting = till.buy(till.world.student(), course=course["id"])
    assert _refund(till, waiting).status_code == 409
    assert _refund(till, {"id": 999}).status_code == 404
    assert till.world.teacher().post(f"/api/payments/{payment['id']}/refunds", {}).status_code == 403


def test_a_subscriptions_period_goes_back_by_its_invoice(till: Till) -> None:
    student, plan = till.world.student(), till.plan()
    till.subscribe(student, plan)
    till.deliver()
    (payment,) = student.get("/api/payments/").json()
    assert _refund(till, payment).status_code == 201
    till.world.run_jobs("money")
    till.deliver()
    assert payments_of(till.world) == [("captured", PLAN_PRICE * 100, PLAN_PRICE * 100)]
    assert not till.status(student)["is_premium"]
