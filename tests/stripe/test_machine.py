"""Whatever payers, admins, banks and the network do, Stripe's ledger and ours end equal, and access is what the money says."""

import itertools
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bilim.billing.models import MonthSum, Payment
from bilim.catalog.models import Purchase
from bilim.payments.models import BalanceEntry, OrderGrant, RefundRequest
from bilim.plans.models import Subscription
from conftest import NOON, SetClock
from kit.repeatable import repeatable
from stripe_till import PRICE, Till, open_till
from world import World

_numbers = itertools.count()
which = st.integers(0, 5)


class LifeOfCharges(RuleBasedStateMachine):
    """One student buys courses and subscribes; events arrive when and in what order they like, some of them twice."""

    def __init__(self, world: World, set_clock: SetClock) -> None:
        super().__init__()
        self.world, self.set_clock, self.now = world, set_clock, NOON
        set_clock(NOON)
        self._open = ExitStack()
        self.till: Till = self._open.enter_context(open_till(world))
        self.sim = self.till.sim
        self.student, self.teacher, self.admin = world.student(), world.teacher(), world.admin()
        self.plan = self.till.plan(name=f"Oylik {next(_numbers)}")
        self.waiting: list[dict[str, Any]] = []

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.set_clock(self.now)
        for person in (self.student, self.teacher, self.admin):
            self.world.renew_session(person)

    @rule()
    def buy(self) -> None:
        course = self.world.course(self.teacher, price=PRICE, lessons=0)
        self.student.post("/api/payments/", {"provider": "stripe", "course": course["id"]})

    @rule()
    def subscribe(self) -> None:
        self.student.post("/api/v1/subscriptions/create-checkout-session", {"plan_id": self.plan["id"]})

    @rule(number=which)
    def pay(self, number: int) -> None:
        unpaid = [each for each in self.sim.sessions.values() if each["payment_status"] == "unpaid"]
        if unpaid:
            self.sim.pay(unpaid[number % len(unpaid)]["id"])

    @rule(number=which, is_paid=st.booleans())
    def renew(self, number: int, is_paid: bool) -> None:
        running = [each for each in self.sim.subscriptions.values() if each["ended_at"] is None]
        due = [each for each in running if each["items"]["data"][0]["current_period_end"] <= self.now.timestamp()]
        if due:
            self.sim.renew(due[number % len(due)]["id"], is_paid=is_paid)

    @rule(number=which)
    def retry(self, number: int) -> None:
        unpaid = [each for each in self.sim.invoices.values() if not each["amount_paid"]]
        if unpaid:
            self.sim.retry(unpaid[number % len(unpaid)]["id"])

    @rule(number=which)
    def end(self, number: int) -> None:
        running = [each for each in self.sim.subscriptions.values() if each["ended_at"] is None]
        if running:
            self.sim.end(running[number % len(running)]["id"])

    @rule(number=which, amount=st.sampled_from([None, 100, 5_000_000]))
    def refund_at_stripe(self, number: int, amount: int | None) -> None:
        kept = [each for each in self.sim.intents.values() if not each["latest_charge"]["refunded"]]
        if kept:
            charge = kept[number % len(kept)]["latest_charge"]
            self.sim.refund(charge["payment_intent"], amount and min(amount, charge["amount"] - charge["amount_refunded"]))

    @rule(number=which, amount=st.sampled_from([None, 1, 70_000]))
    def refund_here(self, number: int, amount: int | None) -> None:
        payments = self.student.get("/api/payments/").json()
        if payments:
            body = {} if amount is None else {"amount": amount}
            self.admin.post(f"/api/payments/{payments[number % len(payments)]['id']}/refunds", body)

    @rule(seed=st.integers(0, 99), part=st.floats(0.3, 1))
    def deliver(self, seed: int, part: float) -> None:
        """Some of the events arrive in some order, some of them twice; the rest later."""
        events = [*self.waiting, *self.sim.shuffled(seed, twice=0.3)]
        self.sim.events.clear()
        size = int(len(events) * part)
        self.waiting = events[size:]
        self.till.deliver(events[:size])

    @rule(fault=st.sampled_from(["500", "429", "drop"]))
    def fail(self, fault: str) -> None:
        self.sim.faults.append(fault)

    def teardown(self) -> None:
        """Let everything arrive, then compare."""
        self.sim.faults.clear()
        self.till.deliver([*self.waiting, *self.sim.events])
        for minute in range(1, 8):
            self.set_clock(self.now + timedelta(minutes=minute * 6))
            self.world.run_jobs("money")
            events, self.sim.events = self.sim.events, []
            self.till.deliver(events)
        self.compare()
        self._open.close()

    def compare(self) -> None:
        charges = [each["latest_charge"] for each in self.sim.intents.values()]
        taken = sorted((each["amount"], each["amount_refunded"]) for each in charges)
        with self.world.db.read() as tx:
            mine = (Payment.payer_id == self.student.id, Payment.status == "captured")
            assert sorted(map(tuple, tx.all(select(Payment.amount, Payment.refunded).where(*mine)))) == taken
            bought = select(func.count()).select_from(Purchase).where(Purchase.user_id == self.student.id, Purchase.revoked_at.is_(None))
            kept = [each for each in self.sim.intents.values() if each["metadata"] and not each["latest_charge"]["refunded"]]
            assert tx.scalar(bought) == len(kept)
            granted = select(func.count()).select_from(OrderGrant).join(Payment, Payment.id == OrderGrant.payment_id).where(*mine)
            owed = select(func.count()).select_from(BalanceEntry).where(BalanceEntry.user_id == self.student.id)
            assert tx.scalar(granted) + tx.scalar(owed) == len(taken)  # subscribed to twice before either was heard of: the second is owed
            shown = (Subscription.user_id == self.student.id, Subscription.revoked_at.is_(None))
            times = tx.all(select(Subscription.starts_at, Subscription.ends_at).where(*shown).order_by(Subscription.starts_at))
            assert all(one[1] <= other[0] for one, other in itertools.pairwise(times))
            total = select(func.coalesce(func.sum(Payment.amount - Payment.refunded), 0)).where(Payment.status == "captured")
            assert tx.scalar(select(func.coalesce(func.sum(MonthSum.income), 0))) == tx.scalar(total)
            assert tx.scalar(select(func.count()).select_from(RefundRequest).where(RefundRequest.status == "asked")) == 0


def test_both_ledgers_end_equal(sqlite_world: World, set_clock: SetClock) -> None:
    run_state_machine_as_test(
        lambda: LifeOfCharges(sqlite_world, set_clock), settings=settings(repeatable, max_examples=4, stateful_step_count=16)
    )
