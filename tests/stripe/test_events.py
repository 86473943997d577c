"""What Stripe tells of payments made once: in any order, any number of times, and of nothing that was not asked for."""

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from at_once import at_once, statuses
from bilim.billing.models import Payment
from bilim.catalog.models import Purchase
from bilim.db.engine import Tx
from bilim.db.outbox_tables import JobRow
from bilim.payments.models import BalanceEntry, OrderGrant, PaymentAlert, PaymentLog, ProviderTransaction, WebhookEvent
from bilim.study.models import Enrollment
from conftest import NOON, SetClock
from payments.shop import count, payments_of
from simulators.stripe import SECRET, sign
from stripe_till import PAYMENTS_HOOK, PRICE, SUBSCRIPTIONS_HOOK, Till, open_till, seconds
from world import World

TIYIN = PRICE * 100


@pytest.fixture
def till(sqlite_world: World, set_clock: SetClock) -> Iterator[Till]:
    with open_till(sqlite_world) as till:
        yield till


class Sale:
    """A course that a student is paying for."""

    def __init__(self, till: Till) -> None:
        self.till, self.student = till, till.world.student()
        self.course = till.world.course(till.world.teacher(), price=PRICE)
        self.payment = till.buy(self.student, course=self.course["id"])
        self.session = till.session_of(self.payment)

    def state(self) -> tuple[str, int]:
        """What the payment is, and how many studies there are."""
        shown = self.till.world.admin().get(f"/api/payments/{self.payment['id']}").json()
        return shown["status"], count(self.till.world, Enrollment)

    @property
    def intent(self) -> str:
        return self.till.sim.sessions[self.session]["payment_intent"]

    def alerts(self) -> list[str]:
        return [each["kind"] for each in self.till.world.admin().get("/api/payments/alerts/").json()]


@pytest.fixture
def sale(till: Till) -> Sale:
    return Sale(till)


@pytest.mark.parametrize("path", [PAYMENTS_HOOK, SUBSCRIPTIONS_HOOK, PAYMENTS_HOOK + "/", SUBSCRIPTIONS_HOOK + "/"])
def test_s01_a_completed_session_is_granted_once_at_both_addresses(sale: Sale, path: str) -> None:
    sale.till.sim.pay(sale.session)
    (event,) = sale.till.sim.events
    assert [sale.till.send(event, path).json() for _ in range(2)] == [{"received": True}] * 2
    assert (sale.state(), payments_of(sale.till.world)) == (("captured", 1), [("captured", TIYIN, 0)])
    assert count(sale.till.world, JobRow, JobRow.kind == "billing.payment-taken") == 1
    assert (count(sale.till.world, WebhookEvent), count(sale.till.world, PaymentLog)) == (1, 1)


def test_s01_a_hundred_at_once_are_one_grant(world: World, set_clock: SetClock) -> None:
    with open_till(world) as till:
        sale = Sale(till)
        till.sim.pay(sale.session)
        (event,) = till.sim.events
        answers = at_once([lambda: till.send(event)] * 100)
        assert statuses(answers) == {200: 100}
        assert [count(world, table) for table in (OrderGrant, ProviderTransaction, Enrollment, WebhookEvent)] == [1, 1, 1, 1]
        assert payments_of(world) == [("captured", TIYIN, 0)]


def test_money_that_comes_and_goes_back_at_once_ends_at_nothing(world: World, set_clock: SetClock) -> None:
    with open_till(world) as till:
        sale = Sale(till)
        till.sim.pay(sale.session)
        till.sim.refund(sale.intent)
        answers = at_once([lambda each=each: till.send(each) for each in till.sim.events * 6])
        assert statuses(answers) == {200: 12}
        world.run_jobs("money")
        assert (payments_of(world), count(world, Enrollment)) == ([("captured", TIYIN, TIYIN)], 0)


@pytest.mark.parametrize(
    ("header", "secret"),
    [("", SECRET), ("v0", SECRET), ("valid", "whsec_other"), ("late", SECRET), ("early", SECRET)],
)
def test_s03_what_stripe_did_not_sign_now_is_refused_without_a_row(sale: Sale, header: str, secret: str) -> None:
    sale.till.sim.pay(sale.session)
    body = json.dumps(sale.till.sim.events[0]).encode()
    at = seconds() + {"late": -301, "early": 301}.get(header, 0)
    signature = {"": "", "v0": sign(body, at).replace("v1=", "v0=")}.get(header, sign(body, at, secret))
    refused = sale.till.world.client.post(PAYMENTS_HOOK, content=body, headers={"stripe-signature": signature})
    assert (refused.status_code, list(refused.json())) == (400, ["detail"])
    assert [count(sale.till.world, table) for table in (WebhookEvent, PaymentLog, ProviderTransaction)] == [0, 0, 0]


def test_s03_a_changed_body_is_refused_and_a_long_one_too(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    body = json.dumps(sale.till.sim.events[0]).encode()
    headers = {"stripe-signature": sign(body, seconds())}
    assert sale.till.world.client.post(PAYMENTS_HOOK, content=body + b" ", headers=headers).status_code == 400
    assert sale.till.world.client.post(PAYMENTS_HOOK, content=b" " * 600_000, headers=headers).status_code == 413
    assert sale.till.world.client.post(PAYMENTS_HOOK).status_code == 400


def test_s03_signed_nonsense_is_no_failure(till: Till) -> None:
    for body in (b"", b"[]", b'{"id":"evt_1"}', b"[" * 5_000):
        sent = till.world.client.post(PAYMENTS_HOOK, content=body, headers={"stripe-signature": sign(body, seconds())})
        assert sent.status_code == 400
    odd = [("checkout.session.completed", {}), ("invoice.paid", {"id": "in_1", "amount_paid": 2**70}), ("charge.refunded", [1])]
    for kind, told in odd:
        event = {**till.sim.tell(kind, {}), "data": {"object": told}}
        assert till.send(event).status_code == 200
    assert count(till.world, PaymentAlert) == len(odd)


def test_s04_an_event_of_the_other_mode_grants_nothing(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    sale.till.deliver([{**sale.till.sim.events[0], "livemode": True}])
    assert (sale.state(), sale.alerts()) == (("pending", 0), ["mismatch"])


def test_s04_another_version_counts_and_is_told_once(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    sale.till.sim.refund(sale.intent, 1)
    sale.till.deliver([{**each, "api_version": "2020-08-27"} for each in sale.till.sim.events])
    assert (sale.state(), sale.alerts()) == (("captured", 1), ["mismatch"])


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_total": TIYIN - 1},
        {"amount_total": 100},
        {"amount_total": None},
        {"currency": "usd"},
        {"client_reference_id": "0123456789ABCDEF"},
        {"client_reference_id": None},
        {"client_reference_id": "'; --"},
        {"metadata": {"number": "0123456789ABCDEF"}},
        {"metadata": {}},
        {"mode": "setup"},
        {"mode": "subscription", "subscription": "sub_1"},
        {"payment_intent": None},
    ],
)
def test_s05_what_was_not_asked_for_grants_nothing_and_is_told(sale: Sale, changed: dict[str, Any]) -> None:
    session = sale.till.sim.pay(sale.session)
    sale.till.sim.events.clear()
    sale.till.sim.tell("checkout.session.completed", session | changed)
    sale.till.deliver()
    assert (sale.state(), sale.alerts()) == (("pending", 0), ["mismatch"])
    assert count(sale.till.world, ProviderTransaction) == 0


def test_s05_another_services_payment_is_not_stripes(sale: Sale) -> None:
    with sale.till.world.db.write() as tx:
        tx.execute(Payment.__table__.update().values(provider="payme"))
    sale.till.sim.pay(sale.session)
    sale.till.deliver()
    assert (sale.state(), sale.alerts()) == (("pending", 0), ["mismatch"])


@pytest.mark.parametrize(("succeeds", "ends"), [(True, ("captured", 1)), (False, ("cancelled", 0))])
def test_s06_an_unpaid_session_waits_for_its_money_in_any_order(sale: Sale, succeeds: bool, ends: tuple[str, int]) -> None:
    sale.till.sim.pay(sale.session, "unpaid")
    first = list(sale.till.sim.events)
    sale.till.sim.settle_async(sale.session, succeeds=succeeds)
    sale.till.deliver(first)
    assert sale.state() == ("pending", 0)
    sale.till.deliver()
    assert sale.state() == ends
    sale.till.deliver([{**first[0], "id": "evt_late"}])
    assert (sale.state(), sale.alerts()) == (ends, [])


def test_s06_when_the_end_comes_first_the_beginning_changes_nothing(sale: Sale) -> None:
    sale.till.sim.pay(sale.session, "unpaid")
    sale.till.sim.settle_async(sale.session, succeeds=False)
    sale.till.deliver(reversed(sale.till.sim.events))
    assert sale.state() == ("cancelled", 0)


def test_an_expired_session_cancels_what_nobody_paid(sale: Sale) -> None:
    sale.till.sim.expire(sale.session)
    sale.till.deliver()
    assert sale.state() == ("cancelled", 0)
    again = sale.till.buy(sale.student, course=sale.course["id"])
    assert again["number"] != sale.payment["number"]


def test_an_expired_session_does_not_cancel_what_was_paid(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    sale.till.sim.expire(sale.session)
    sale.till.deliver()
    assert sale.state() == ("captured", 1)


def test_money_after_the_link_expired_is_granted(sale: Sale, set_clock: SetClock) -> None:
    set_clock(NOON + timedelta(days=2))
    sale.till.sim.pay(sale.session)
    sale.till.deliver()
    with sale.till.world.db.read() as tx:
        assert tx.scalar(select(Payment.status)) == "captured"
    assert count(sale.till.world, Enrollment) == 1


def test_a_second_payment_of_one_session_is_the_payers_balance(sale: Sale) -> None:
    for _ in range(2):
        sale.till.sim.pay(sale.session)
    sale.till.deliver()
    assert (count(sale.till.world, OrderGrant), count(sale.till.world, BalanceEntry), sale.alerts()) == (1, 1, ["paid_twice"])


def test_s08_a_part_changes_the_ledger_and_the_whole_takes_back(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    sale.till.sim.refund(sale.intent, 9_000_000)
    sale.till.deliver()
    assert (sale.state(), payments_of(sale.till.world)) == (("captured", 1), [("captured", TIYIN, 9_000_000)])
    sale.till.sim.refund(sale.intent)
    sale.till.deliver()
    assert (sale.state(), payments_of(sale.till.world)) == (("refunded", 0), [("captured", TIYIN, TIYIN)])
    with sale.till.world.db.read() as tx:
        assert tx.scalars(select(ProviderTransaction.state)) == ["refunded"]


def test_s08_in_every_order_it_ends_the_same(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    sale.till.sim.refund(sale.intent, 100)
    sale.till.sim.refund(sale.intent, 9_000_000)
    events = list(sale.till.sim.events)
    ends = {sale.till.outcome(order, _state_of_payment) for order in itertools.permutations(events)}
    assert ends == {("captured", 9_000_100, 1, "captured")}
    sale.till.sim.refund(sale.intent)
    whole = [*events[:2], sale.till.sim.events[-1]]
    assert {sale.till.outcome(order, _state_of_payment) for order in itertools.permutations(whole)} == {("captured", TIYIN, 0, "refunded")}


def _state_of_payment(tx: Tx) -> tuple[Any, ...]:
    studies = tx.scalar(select(func.count()).select_from(Enrollment))
    return (*tx.first(select(Payment.status, Payment.refunded)), studies, tx.scalar(select(ProviderTransaction.state)))


def test_a_dispute_suspends_and_a_won_one_gives_back(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    dispute = sale.till.sim.dispute(sale.intent)
    sale.till.deliver()
    assert (_may_read(sale), sale.alerts()) == (False, ["dispute"])
    refused = sale.till.world.admin().post(f"/api/payments/{sale.payment['id']}/refunds", {})
    assert refused.status_code == 409
    sale.till.sim.close_dispute(dispute, "won")
    sale.till.deliver()
    assert (_may_read(sale), payments_of(sale.till.world)) == (True, [("captured", TIYIN, 0)])
    assert sale.alerts() == ["dispute"], "what ends well is told no second time"


def test_a_lost_dispute_is_a_refund_in_every_order(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    sale.till.sim.close_dispute(sale.till.sim.dispute(sale.intent), "lost")
    events = list(sale.till.sim.events)
    ends = {sale.till.outcome(order, _state_of_payment) for order in itertools.permutations(events)}
    assert ends == {("captured", TIYIN, 0, "refunded")}
    sale.till.deliver()
    assert (_may_read(sale), sale.state(), sale.alerts()) == (False, ("refunded", 0), ["dispute", "dispute"])


def test_an_inquiry_is_told_and_suspends_nothing(sale: Sale) -> None:
    sale.till.sim.pay(sale.session)
    sale.till.sim.dispute(sale.intent, "warning_needs_response")
    sale.till.deliver()
    assert (_may_read(sale), sale.alerts()) == (True, ["dispute"])


def _may_read(sale: Sale) -> bool:
    lesson = sale.student.get(f"/api/v1/courses/{sale.course['id']}").json()["lessons"][0]
    with sale.till.world.db.read() as tx:
        held = tx.scalar(select(Purchase.id).where(Purchase.revoked_at.is_(None)))
    assert (held is not None) is (lesson["content"] is not None)
    return lesson["content"] is not None


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("invoice.paid", {"id": "in_1", "created": 1, "currency": "uzs", "lines": {"data": []}}),
        ("customer.subscription.deleted", {"id": "sub_1", "status": "canceled"}),
        ("charge.refunded", {"id": "ch_1", "amount_refunded": 5, "currency": "uzs"}),
        ("charge.dispute.created", {"id": "du_1", "amount": 5, "status": "needs_response"}),
    ],
)
def test_what_is_not_ours_is_answered_and_told(till: Till, kind: str, told: dict[str, Any]) -> None:
    till.sim.tell(kind, told)
    till.deliver()
    assert (count(till.world, PaymentAlert), count(till.world, Payment)) == (1, 0)


def test_a_refund_of_nobodys_money_is_told_after_some_tries(till: Till, set_clock: SetClock) -> None:
    till.sim.tell("charge.refunded", {"id": "ch_1", "amount_refunded": 5, "currency": "uzs", "payment_intent": "pi_other"})
    for hour in range(10):
        set_clock(NOON + timedelta(hours=hour))
        till.deliver()
    assert [row for row in _alerts(till) if "pi_other" in row]


def _alerts(till: Till) -> list[str]:
    with till.world.db.read() as tx:
        return tx.scalars(select(PaymentAlert.detail))


def test_other_events_are_noted_and_change_nothing(till: Till) -> None:
    till.sim.tell("customer.created", {"id": "cus_1", "email": "a@b.example"})
    till.deliver()
    with till.world.db.read() as tx:
        assert tx.first(select(PaymentLog.kind, PaymentLog.outcome)) == ("customer.created", "not read")
        assert "b.example" not in tx.scalar(select(PaymentLog.body))
    assert count(till.world, PaymentAlert) == 0


def test_names_and_addresses_of_payers_are_not_kept(sale: Sale) -> None:
    session = sale.till.sim.pay(sale.session)
    sale.till.sim.events.clear()
    sale.till.sim.tell("checkout.session.completed", session | {"customer_details": {"name": "Jasur", "email": "j@x.example"}})
    sale.till.deliver()
    with sale.till.world.db.read() as tx:
        body = tx.scalar(select(PaymentLog.body))
    assert session["id"] in body
    assert "Jasur" not in body
