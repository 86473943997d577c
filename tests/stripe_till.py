"""A school that takes cards by Stripe: the real SDK talks to a simulator, whose events come through the whole application."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import msgspec
from httpx import Response
from sqlalchemy import select

from bilim.app.factories import make_stripe_terms
from bilim.app.jobs import make_handlers
from bilim.db.engine import Tx
from bilim.jobs.handling import Handlers
from bilim.kit import clock
from bilim.payments.protocols import Checkouts
from bilim.plans.models import Subscription
from bilim.providers.stripe_api import StripeGateway
from bilim.stripe.actions.events import take_event
from bilim.stripe.checkout import StripeCheckout
from bilim.stripe.rules import read_event
from plans.school import make_plan
from simulators.stripe import KEY, SECRET, StripeSim, sign
from stripe import HTTPClient
from world import Person, World

HTTPClient.INITIAL_DELAY = 0.01  # tests do not wait as long as the SDK does before it tries again
PAYMENTS_HOOK, SUBSCRIPTIONS_HOOK = "/api/v1/payments/webhook/stripe", "/api/v1/subscriptions/stripe-webhook"
PRICE = 490_000
"""UZS, of the course."""
PLAN_PRICE = 99_000
"""UZS, of the plan."""
STRIPE = {"stripe_secret_key": KEY, "stripe_webhook_secret": SECRET}


def seconds() -> int:
    return int(clock.now().timestamp())


class _Undone(Exception):
    """Rolls back what was only tried."""


class Till:
    """A school and Stripe."""

    def __init__(self, world: World, sim: StripeSim, **settings: Any) -> None:
        self.world, self.sim = world, sim
        own = world.app.state.services
        chosen = msgspec.structs.replace(own.settings, **STRIPE, stripe_api_base=sim.url, **settings)
        self.gateway = StripeGateway(chosen.stripe_secret_key, chosen.stripe_api_base, chosen.stripe_rate)
        jobs = Handlers(make_handlers(chosen, own.db, own.bot, own.listener.hearing, self.gateway))
        parts = {"stripe": self.gateway, "stripe_terms": make_stripe_terms(chosen), "handlers": jobs}
        world.use(settings=chosen, checkouts=Checkouts([StripeCheckout(chosen, self.gateway)]), **parts)

    def buy(self, person: Person, **what: Any) -> dict[str, Any]:
        """A payment that somebody began."""
        begun = person.post("/api/payments/", {"provider": "stripe"} | what)
        assert begun.status_code == 201, begun.text
        return begun.json()

    def session_of(self, payment: dict[str, Any]) -> str:
        """The session of a payment."""
        return next(each["id"] for each in list(self.sim.sessions.values()) if each["client_reference_id"] == payment["number"])

    def plan(self, **fields: Any) -> dict[str, Any]:
        """A plan that Stripe renews."""
        self.sim.prices["price_month"] = PLAN_PRICE * 100
        return make_plan(self.world.admin(), price=PLAN_PRICE, stripe_price_id="price_month", **fields)

    def subscribe(self, person: Person, plan: dict[str, Any]) -> str:
        """Somebody subscribes at Stripe; the subscription's id. Nothing is told yet."""
        session = person.post("/api/v1/subscriptions/create-checkout-session", {"plan_id": plan["id"]})
        assert session.status_code == 200, session.text
        return self.sim.pay(session.json()["id"])["subscription"]

    def send(self, event: dict[str, Any], path: str = PAYMENTS_HOOK, **headers: str) -> Response:
        """Send an event as Stripe does."""
        body = json.dumps(event).encode()
        return self.world.client.post(path, content=body, headers={"stripe-signature": sign(body, seconds())} | headers)

    def deliver(self, events: Iterable[dict[str, Any]] | None = None) -> None:
        """Let events arrive: all that were not delivered yet, in their order, where none are named. Jobs of money run after them."""
        if events is None:
            events, self.sim.events = self.sim.events, []
        for event in events:
            answered = self.send(event)
            assert (answered.status_code, answered.json()) == (200, {"received": True})
        self.world.run_jobs("money")

    def outcome(self, events: Iterable[dict[str, Any]], read: Callable[[Tx], Any]) -> Any:
        """What events would lead to in an order; nothing of it is kept."""
        terms = self.world.app.state.services.stripe_terms
        found: Any = None
        with suppress(_Undone), self.world.db.write() as tx:
            for told in events:
                event = read_event(json.dumps(told).encode())
                assert event is not None
                take_event(tx, event, terms)
            found = read(tx)
            raise _Undone
        return found

    def status(self, person: Person) -> dict[str, Any]:
        """Where somebody stands."""
        self.world.renew_session(person)
        return person.get("/api/v1/subscriptions/status").json()

    def shown(self, person: Person) -> list[tuple[datetime, datetime]]:
        """The times of somebody's subscriptions that were not taken back, in their order."""
        with self.world.db.read() as tx:
            times = select(Subscription.starts_at, Subscription.ends_at).where(Subscription.revoked_at.is_(None))
            return [tuple(row) for row in tx.all(times.where(Subscription.user_id == person.id).order_by(Subscription.starts_at))]


@contextmanager
def open_till(world: World, sim_clock: Callable[[], int] = seconds, **settings: Any) -> Iterator[Till]:
    with StripeSim(sim_clock) as sim:
        till = Till(world, sim, **settings)
        yield till
        world.client.portal.call(till.gateway.close) if world.client.portal else None
