"""The life of a subscription that Stripe renews: begun, renewed, unpaid for a while, lapsed, cancelled, ended."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.billing.models import Payment
from bilim.db.engine import Tx
from bilim.payments.models import BalanceEntry, PaymentAlert, ProviderTransaction
from bilim.plans.models import Subscription
from bilim.stripe import jobs
from bilim.stripe.models import StripeInvoice, StripeSubscription
from conftest import NOON, SetClock
from payments.shop import count, income, payments_of
from plans.school import make_plan, subscribe
from simulators.stripe import MONTH
from stripe_till import PLAN_PRICE, Till, open_till
from world import Person, World

DAY, PERIOD = timedelta(days=1), timedelta(seconds=MONTH)
GRACE = timedelta(days=3)
TIYIN = PLAN_PRICE * 100


class Story:
    """A student who subscribes at noon."""

    def __init__(self, till: Till, set_clock: SetClock) -> None:
        self.till, self.sim, self.set_clock = till, till.sim, set_clock
        self.student = till.world.student()
        self.plan = till.plan()
        self.stripe_id = till.subscribe(self.student, self.plan)

    def at(self, moment: datetime) -> None:
        self.set_clock(moment)

    def times(self) -> list[tuple[datetime, datetime]]:
        return self.till.shown(self.student)

    def is_premium(self) -> bool:
        return self.till.status(self.student)["is_premium"]


@pytest.fixture
def story(sqlite_world: World, set_clock: SetClock) -> Iterator[Story]:
    with open_till(sqlite_world) as till:
        yield Story(till, set_clock)


def test_it_begins_with_the_period_that_was_paid(story: Story) -> None:
    story.till.deliver()
    status = story.till.status(story.student)
    assert (status["is_active"], status["is_premium"], status["days_left"], status["plan"]["id"]) == (True, True, 30, story.plan["id"])
    assert story.times() == [(NOON, NOON + PERIOD)]
    assert (payments_of(story.till.world), income(story.till.world.admin())) == ([("captured", TIYIN, 0)], "99000.00")
    (own,) = story.student.get("/api/v1/subscriptions/me").json()
    assert (own["is_active"], own["plan_id"]) == (True, story.plan["id"])


def test_without_its_invoice_nothing_is_given(story: Story) -> None:
    story.till.deliver([each for each in story.sim.events if each["type"] != "invoice.paid"])
    assert (story.times(), story.is_premium(), count(story.till.world, StripeSubscription)) == ([], False, 1)


def test_each_paid_renewal_adds_its_period_and_its_payment(story: Story) -> None:
    story.till.deliver()
    for number in (1, 2):
        story.at(NOON + number * PERIOD)
        story.sim.renew(story.stripe_id)
        story.till.deliver([*story.sim.events, *story.sim.events])
        story.sim.events.clear()
    assert story.times() == [(NOON + n * PERIOD, NOON + (n + 1) * PERIOD) for n in range(3)]
    assert payments_of(story.till.world) == [("captured", TIYIN, 0)] * 3
    assert story.is_premium()


def test_between_a_period_and_its_payment_nobody_is_locked_out(story: Story) -> None:
    story.till.deliver()
    story.at(NOON + PERIOD)
    story.sim.renew(story.stripe_id)
    paid, renewed = story.sim.events
    story.till.deliver([renewed])
    story.at(NOON + PERIOD + timedelta(hours=1))
    assert story.is_premium()
    story.till.deliver([paid])
    assert story.times() == [(NOON, NOON + PERIOD), (NOON + PERIOD, NOON + 2 * PERIOD)]


def test_a_failed_renewal_leaves_days_of_grace_and_then_lapses(story: Story) -> None:
    story.till.deliver()
    story.at(NOON + PERIOD)
    invoice = story.sim.renew(story.stripe_id, is_paid=False)
    story.till.deliver()
    assert (story.times()[-1], story.is_premium()) == ((NOON + PERIOD, NOON + PERIOD + GRACE), True)
    story.at(NOON + PERIOD + GRACE)
    assert not story.is_premium()
    story.at(NOON + PERIOD + GRACE + DAY)
    story.sim.retry(invoice["id"])
    story.till.deliver()
    assert story.times() == [(NOON, NOON + PERIOD), (NOON + PERIOD, NOON + 2 * PERIOD)]
    assert story.is_premium()


def test_a_failed_invoice_alone_leaves_days_of_grace(story: Story) -> None:
    """Whatever else Stripe would tell, and has not yet."""
    story.till.deliver()
    story.at(NOON + PERIOD)
    story.sim.renew(story.stripe_id, is_paid=False)
    story.till.deliver([each for each in story.sim.events if each["type"] == "invoice.payment_failed"])
    assert story.times()[-1] == (NOON + PERIOD, NOON + PERIOD + GRACE)


def test_without_days_of_grace_it_lapses_at_once(sqlite_world: World, set_clock: SetClock) -> None:
    with open_till(sqlite_world, subscription_grace_days=0) as till:
        story = Story(till, set_clock)
        story.till.deliver()
        story.at(NOON + PERIOD)
        story.sim.renew(story.stripe_id, is_paid=False)
        story.till.deliver()
        assert (story.is_premium(), story.times()) == (False, [(NOON, NOON + PERIOD)])


def test_it_can_be_let_end_with_its_period(story: Story) -> None:
    story.till.deliver()
    assert story.student.post("/api/v1/subscriptions/stop-renewing").json() == {"renews": False}
    assert story.sim.subscriptions[story.stripe_id]["cancel_at_period_end"]
    assert story.student.post("/api/v1/subscriptions/stop-renewing").status_code == 404
    story.till.deliver()
    assert story.is_premium()
    story.at(NOON + PERIOD)
    story.sim.end(story.stripe_id)
    story.till.deliver()
    assert (story.is_premium(), story.times()) == (False, [(NOON, NOON + PERIOD)])


def test_nobody_stops_another_ones(story: Story) -> None:
    story.till.deliver()
    assert story.till.world.student().post("/api/v1/subscriptions/stop-renewing").status_code == 404
    story.sim.faults.extend(["500", "500"])
    assert story.student.post("/api/v1/subscriptions/stop-renewing").status_code == 503
    assert story.student.post("/api/v1/subscriptions/stop-renewing").status_code == 200


def test_one_that_is_ended_at_stripe_ends_here(story: Story) -> None:
    story.till.deliver()
    story.at(NOON + 10 * DAY)
    story.sim.end(story.stripe_id)
    story.till.deliver()
    assert (story.is_premium(), story.times()) == (False, [(NOON, NOON + 10 * DAY)])


def test_each_ones_subscription_is_their_own(story: Story) -> None:
    """Another's renewals, failures and end give and take nothing here."""
    other = story.till.world.student()
    others = story.till.subscribe(other, story.plan)
    story.till.deliver()
    story.at(NOON + PERIOD)
    story.sim.renew(others, is_paid=False)
    story.till.deliver()
    assert story.till.shown(other) == [(NOON, NOON + PERIOD), (NOON + PERIOD, NOON + PERIOD + GRACE)]
    assert story.times() == [(NOON, NOON + PERIOD)]
    story.sim.renew(story.stripe_id)
    story.sim.end(others)
    story.till.deliver()
    assert story.times() == [(NOON, NOON + PERIOD), (NOON + PERIOD, NOON + 2 * PERIOD)]
    assert story.till.shown(other) == [(NOON, NOON + PERIOD)]


def test_what_another_payment_bought_moves_up(story: Story) -> None:
    story.till.deliver()
    subscribe(story.till.world.admin(), story.student.id, story.plan["id"])
    story.at(NOON + 10 * DAY)
    story.sim.end(story.stripe_id)
    story.till.deliver()
    assert story.times() == [(NOON, NOON + 10 * DAY), (NOON + 10 * DAY, NOON + 40 * DAY)]
    assert story.is_premium()


def test_a_paid_period_comes_after_what_runs_already(sqlite_world: World, set_clock: SetClock) -> None:
    with open_till(sqlite_world) as till:
        student, plan = till.world.student(), till.plan()
        subscribe(till.world.admin(), student.id, plan["id"])
        till.subscribe(student, plan)
        till.deliver()
        assert till.shown(student) == [(NOON, NOON + 30 * DAY), (NOON + 30 * DAY, NOON + 30 * DAY + PERIOD)]


def _facts(tx: Tx) -> tuple[Any, ...]:
    """Everything that a person or an admin sees, whatever rows were made and taken back on the way."""
    shown = select(Subscription.starts_at, Subscription.ends_at).where(Subscription.revoked_at.is_(None)).order_by(Subscription.starts_at)
    told = select(StripeSubscription.status, StripeSubscription.is_cancelling, StripeSubscription.ended_at)
    invoices = select(StripeInvoice.stripe_id, StripeInvoice.status).order_by(StripeInvoice.stripe_id)
    paid = select(ProviderTransaction.provider_txn_id, ProviderTransaction.state).order_by(ProviderTransaction.provider_txn_id)
    payments = select(Payment.status, Payment.amount, Payment.refunded).order_by(Payment.amount, Payment.refunded)
    counts = [tx.scalar(select(func.count()).select_from(table)) for table in (PaymentAlert, BalanceEntry)]
    return tuple(tuple(map(tuple, tx.all(query))) for query in (shown, told, invoices, paid, payments)) + tuple(counts)


def test_s02_five_events_end_the_same_in_all_120_orders(story: Story) -> None:
    story.at(NOON + PERIOD)
    story.sim.renew(story.stripe_id, is_paid=False)
    story.at(NOON + PERIOD + DAY)
    story.sim.end(story.stripe_id)
    kinds = sorted(each["type"] for each in story.sim.events)
    assert kinds == [
        "checkout.session.completed",
        "customer.subscription.deleted",
        "customer.subscription.updated",
        "invoice.paid",
        "invoice.payment_failed",
    ]
    ends = {story.till.outcome(order, _facts) for order in itertools.permutations(story.sim.events)}
    (end,) = ends
    assert end[0] == ((NOON, NOON + PERIOD), (NOON + PERIOD, NOON + PERIOD + DAY))
    assert end[4:] == ((("captured", TIYIN, 0),), 0, 0)


def test_s02_two_periods_and_a_failure_end_the_same_in_all_120_orders(story: Story) -> None:
    story.at(NOON + PERIOD)
    invoice = story.sim.renew(story.stripe_id, is_paid=False)
    story.at(NOON + PERIOD + DAY)
    story.sim.retry(invoice["id"])
    events = [each for each in story.sim.events if each["type"] != "checkout.session.completed"]
    assert len(events) == 5
    ends = {story.till.outcome(order, _facts) for order in itertools.permutations(events)}
    (end,) = ends
    assert end[0] == ((NOON, NOON + PERIOD), (NOON + PERIOD, NOON + 2 * PERIOD))
    assert end[4:] == ((("captured", TIYIN, 0), ("captured", TIYIN, 0)), 0, 0)


def test_a_refunded_period_is_taken_back_and_no_other(story: Story) -> None:
    story.till.deliver()
    story.at(NOON + PERIOD)
    invoice = story.sim.renew(story.stripe_id)
    story.till.deliver()
    story.sim.refund(story.sim.intent_of(invoice["id"]))
    story.till.deliver()
    assert (story.times(), story.is_premium()) == ([(NOON, NOON + PERIOD)], False)
    assert payments_of(story.till.world) == [("captured", TIYIN, 0), ("captured", TIYIN, TIYIN)]


def test_a_refund_that_is_told_before_its_invoice_counts_too(story: Story, set_clock: SetClock) -> None:
    invoice = next(iter(story.sim.invoices))
    story.sim.refund(story.sim.intent_of(invoice))
    story.till.deliver(reversed(story.sim.events))
    set_clock(NOON + timedelta(minutes=1))
    story.till.world.run_jobs("money")
    assert (story.times(), payments_of(story.till.world)) == ([], [("captured", TIYIN, TIYIN)])


def test_an_invoice_payment_says_whose_money_it_is(story: Story) -> None:
    invoice = next(iter(story.sim.invoices))
    intent = story.sim.intent_of(invoice)
    paid = {"type": "payment_intent", "payment_intent": intent}
    story.sim.tell("invoice_payment.paid", {"id": "inpay_1", "invoice": invoice, "payment": paid})
    story.sim.refund(intent)
    story.till.deliver()
    assert payments_of(story.till.world) == [("captured", TIYIN, TIYIN)]
    assert not [path for _, path, _, _ in story.sim.calls if path == "/v1/invoice_payments"]


def test_a_dispute_suspends_the_rest_and_a_won_one_gives_it_back(story: Story) -> None:
    story.till.deliver()
    intent = story.sim.intent_of(next(iter(story.sim.invoices)))
    story.at(NOON + 10 * DAY)
    dispute = story.sim.dispute(intent)
    story.till.deliver()
    assert (story.is_premium(), story.times()) == (False, [(NOON, NOON + 10 * DAY)])
    story.at(NOON + 15 * DAY)
    story.sim.close_dispute(dispute, "won")
    story.till.deliver()
    assert (story.is_premium(), story.times()[-1]) == (True, (NOON + 15 * DAY, NOON + 35 * DAY))
    story.sim.refund(intent)
    story.till.deliver()
    assert not story.is_premium()


@pytest.mark.parametrize(
    "changed",
    [{"amount_paid": TIYIN - 1}, {"amount_paid": 0}, {"currency": "usd"}, {"lines": {"data": []}}, {"parent": None}],
)
def test_s05_an_invoice_that_was_not_asked_for_gives_nothing(story: Story, changed: dict[str, Any]) -> None:
    (invoice,) = story.sim.invoices.values()
    story.sim.events.clear()
    story.sim.tell("invoice.paid", invoice | changed)
    story.till.deliver()
    assert (story.times(), count(story.till.world, PaymentAlert), payments_of(story.till.world)) == ([], 1, [("pending", TIYIN, 0)])


def test_a_renewal_costs_what_stripes_price_costs_by_then(story: Story) -> None:
    story.till.deliver()
    story.at(NOON + PERIOD)
    story.sim.subscriptions[story.stripe_id]["amount"] = TIYIN + 500
    story.sim.renew(story.stripe_id)
    story.till.deliver()
    assert payments_of(story.till.world) == [("captured", TIYIN, 0), ("captured", TIYIN + 500, 0)]


def _told(person: Person) -> list[str]:
    return [each["message"] for each in person.get("/api/v1/notifications/").json() if each["notification_type"] == "subscription_ending"]


def _remind(till: Till) -> None:
    from bilim.stripe.inputs import RemindOfEnds

    with till.world.db.write() as tx:
        tx.enqueue(RemindOfEnds())
    till.world.run_jobs()


def test_whoever_renews_by_hand_is_reminded_once_before_the_end(sqlite_world: World, set_clock: SetClock) -> None:
    with open_till(sqlite_world) as till:
        student, other = till.world.student(), till.world.student()
        subscribe(till.world.admin(), student.id, make_plan(till.world.admin())["id"])
        for day, times in ((26, 0), (28, 1), (29, 1), (31, 1)):
            set_clock(NOON + day * DAY)
            till.world.renew_session(student)
            _remind(till)
            assert len(_told(student)) == times, day
        assert "2026-12-20" in _told(student)[0]
        till.world.renew_session(other)
        assert _told(other) == []


def test_many_are_reminded_in_batches(sqlite_world: World, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_BATCH", 1)
    with open_till(sqlite_world) as till:
        students, plan = [till.world.student() for _ in range(3)], make_plan(till.world.admin())["id"]
        for student in students:
            subscribe(till.world.admin(), student.id, plan)
        set_clock(NOON + 28 * DAY)
        _remind(till)
        for student in students:
            till.world.renew_session(student)
            assert len(_told(student)) == 1


def test_whoever_stripe_renews_is_not_reminded(story: Story) -> None:
    story.till.deliver()
    story.at(NOON + 28 * DAY)
    _remind(story.till)
    story.till.world.renew_session(story.student)
    assert _told(story.student) == []
    story.student.post("/api/v1/subscriptions/stop-renewing")
    _remind(story.till)
    assert len(_told(story.student)) == 1
