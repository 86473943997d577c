"""Many orders by three services at once, over networks that lose, repeat, delay and reorder: at the end everybody says the same."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count as counting
from typing import Any

import pytest
from httpx import Response
from msgspec import Struct, structs
from sqlalchemy import func, select

from bilim.app.jobs import make_handlers
from bilim.billing.models import MonthSum
from bilim.click import jobs as click_jobs
from bilim.click.checkout import ClickCheckout
from bilim.click.protocols import PaymentSaid, Said
from bilim.click.statement import ClickStatement
from bilim.jobs.handling import Handlers
from bilim.kit import clock
from bilim.payme.checkout import PaymeCheckout
from bilim.payme.rules import milliseconds
from bilim.payments.jobs import check_ledger, reconcile
from bilim.payments.models import BalanceEntry, OrderGrant
from bilim.payments.protocols import Checkouts, StatementLine
from bilim.stripe.checkout import StripeCheckout
from bilim.study.models import Enrollment
from click_till import CLICK
from click_till import ROOT as CLICK_ROOT
from conftest import SetClock
from payme.till import PATH as PAYME_PATH
from payments.shop import PAYME, PRICE
from simulators.click import FAILED, Click
from simulators.payme import ID, Network, Payme
from stripe_till import Till, open_till
from world import Person, World

DAY = timedelta(days=1)
TIYIN, AMOUNT = PRICE * 100, f"{PRICE}.00"
FAULTS = {"drop": 0.15, "delay": 0.1, "duplicate": 0.2, "lose": 0.15, "fail": 0.05}
TRIES = 60
STORIES = ("paid", "paid", "paid", "refunded", "given up", "left")


class Beliefs(Struct):
    """What the services believe, by their own ids."""

    payme: dict[str, StatementLine]
    click: dict[int, Said]
    stories: list[tuple[str, str]]


class PaymeSays:
    """Payme's statement."""

    name = "payme"

    def __init__(self, lines: dict[str, StatementLine]) -> None:
        self._lines = lines

    def lines(self, since: datetime, until: datetime) -> Iterable[StatementLine]:  # noqa: ARG002 - the protocol's
        return self._lines.values()


class ClickSays:
    """Click's Merchant API."""

    is_configured = True

    def __init__(self, said: dict[int, Said]) -> None:
        self._said = said

    def payment(self, paydoc_id: int) -> PaymentSaid:
        return PaymentSaid(self._said.get(paydoc_id, Said.UNKNOWN))


class Market:
    """A school with three services, and the payers of one course."""

    def __init__(self, world: World, till: Till, seed: int) -> None:
        self.world, self.till, self.chance = world, till, random.Random(seed)  # noqa: S311 - repeatable
        self.said = Beliefs({}, {}, [])
        self.merchant = ClickSays(self.said.click)
        own = world.app.state.services
        chosen = structs.replace(own.settings, **PAYME, **CLICK)
        by_click = click_jobs.handlers(own.db, self.merchant)
        others = make_handlers(chosen, own.db, own.bot, own.listener.hearing, till.gateway)
        handlers = [*by_click, *(each for each in others if each.job not in {own.job for own in by_click})]
        services = [PaymeCheckout(chosen), ClickCheckout(chosen), StripeCheckout(chosen, till.gateway)]
        world.use(settings=chosen, checkouts=Checkouts(services), handlers=Handlers(handlers))
        self.networks = [
            self._network(path, seed + place)
            for place, path in enumerate((PAYME_PATH, f"{CLICK_ROOT}/prepare/", f"{CLICK_ROOT}/complete/"))
        ]
        self.payme = Payme(self.networks[0], PAYME["payme_key"], lambda: milliseconds(clock.now()))
        self.click = Click(*self.networks[1:], CLICK["click_service_id"], CLICK["click_secret_key"])
        self.payme.tries = self.click.tries = TRIES
        self.course = world.course(world.teacher(), lessons=0, price=PRICE)["id"]
        self.numbers = counting(1)

    def _network(self, path: str, seed: int) -> Network:
        return Network(lambda body, headers: self.send(path, body, headers), seed, **FAULTS)

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> Response:
        """What a call is answered."""
        return self.world.client.post(path, content=body, headers=headers)

    def order(self) -> None:
        """Somebody orders the course by some service, and one of the stories happens."""
        service, story = self.chance.choice(("payme", "click", "stripe")), self.chance.choice(STORIES)
        begun = self.begin(self.world.student(), {"provider": service, "course": self.course})
        {"payme": self._by_payme, "click": self._by_click, "stripe": self._by_stripe}[service](begun, story)
        self.said.stories.append((service, story))

    def begin(self, person: Person, wanted: dict[str, Any]) -> dict[str, Any]:
        """A payment that somebody began."""
        begun = person.post("/api/payments/", wanted)
        assert begun.status_code == 201, begun.text
        return begun.json()

    def _by_payme(self, payment: dict[str, Any], story: str) -> None:
        txn, number, state = ID.format(0)[:16] + f"{next(self.numbers):08}", payment["number"], "created"
        assert self.payme.create(txn, number, TIYIN)["result"]["state"] == 1
        if story in ("paid", "refunded"):
            assert self.payme.perform(txn)["result"]["state"] == 2
            state = "captured"
        if story in ("refunded", "given up"):
            self.payme.cancel(txn)
            state = "refunded" if story == "refunded" else "cancelled"
        self.said.payme[txn] = StatementLine(txn, number, TIYIN, state)

    def _by_click(self, payment: dict[str, Any], story: str) -> None:
        trans, number = self.click.new_trans(), payment["number"]
        ours = self.click.prepare(trans, number, AMOUNT)["merchant_prepare_id"]
        self.said.click[int("9" + trans)] = Said.WAITING
        if story in ("paid", "refunded"):
            assert self.click.complete(trans, number, AMOUNT, ours)["error"] in (0, -4)
            self.said.click[int("9" + trans)] = Said.TAKEN
        if story in ("refunded", "given up"):
            self.said.click[int("9" + trans)] = Said.CANCELLED
            assert self.click.complete(trans, number, AMOUNT, ours, error=str(FAILED))["error"] == -9

    def _by_stripe(self, payment: dict[str, Any], story: str) -> None:
        session = self.till.session_of(payment)
        if story in ("paid", "refunded"):
            paid = self.till.sim.pay(session)
            if story == "refunded":
                self.till.sim.refund(paid["payment_intent"])
        elif story == "given up":
            self.till.sim.expire(session)

    def settle(self) -> None:
        """What was late arrives, Stripe's events in no order and some twice; the jobs run."""
        for network in self.networks:
            network.deliver_late()
        self.till.deliver(self.till.sim.shuffled(self.chance.randrange(1000), twice=0.3))
        self.till.deliver([])

    def check(self) -> None:
        """Grants are captured payments, the books are the statements, and nothing differs."""
        stories = self.said.stories
        kept = sum(story == "paid" for _, story in stories)
        taken = kept + sum(story == "refunded" for _, story in stories)
        with self.world.db.read() as tx:
            grants = tx.scalar(select(func.count()).select_from(OrderGrant))
            open_grants = tx.scalar(select(func.count()).select_from(OrderGrant).where(OrderGrant.revoked_at.is_(None)))
            joined = tx.scalar(select(func.count()).select_from(Enrollment).where(Enrollment.course_id == self.course))
            balances = tx.scalar(select(func.count()).select_from(BalanceEntry))
            income = tx.scalar(select(func.sum(MonthSum.income)))
        assert (grants, open_grants, joined, balances, int(income)) == (taken, kept, kept, 0, kept * TIYIN)
        sources = [PaymeSays(self.said.payme), ClickStatement(self.world.db, self.merchant), self.till.gateway]
        now = clock.now()
        found = [each for source in sources for each in reconcile(self.world.db, source, now - DAY, now + DAY)]
        assert found + check_ledger(self.world.db) == []


def play(world: World, orders: int, seed: int) -> None:
    with open_till(world) as till:
        market = Market(world, till, seed)
        for number in range(orders):
            market.order()
            if number % 50 == 49:
                for network in market.networks:
                    network.deliver_late()
        market.settle()
        market.check()
        assert {service for service, _ in market.said.stories} == {"payme", "click", "stripe"}


def test_orders_over_bad_networks_end_in_one_truth(world: World, set_clock: SetClock) -> None:
    play(world, 40, seed=7)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_orders_over_bad_networks_end_in_one_truth(world: World, set_clock: SetClock, seed: int) -> None:
    play(world, 1_000, seed)
