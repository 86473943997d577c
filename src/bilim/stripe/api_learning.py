"""Paying for a plan by Stripe, in the learning surface's words, and where Stripe calls."""

from typing import Annotated

from litestar import post
from litestar.params import HeaderParameter, QueryParameter
from msgspec import Struct

from bilim.http.access import PUBLIC, may
from bilim.http.services import Http
from bilim.http.work import Units, work
from bilim.kit import clock
from bilim.kit.actors import Actor
from bilim.kit.errors import BadRequest, Invalid, Unavailable
from bilim.payments.protocols import Checkouts
from bilim.settings import Settings
from bilim.stripe import flows, rules
from bilim.stripe.actions import plans
from bilim.stripe.actions.events import take_event
from bilim.stripe.actions.plans import Addresses
from bilim.stripe.inputs import MAX_ADDRESS, PlanCheckoutInput, address_problem
from bilim.stripe.protocols import Gateway, OpenSession
from bilim.stripe.rules import Terms

MAX_BODY = 512 * 1024
"""Stripe's events are a few kilobytes."""
Signature = Annotated[str, HeaderParameter(name="stripe-signature", description="Stripe's signature over the body as it was sent.")]
PlanId = Annotated[int, QueryParameter(ge=1, le=2**63 - 1, description="The plan to subscribe to.")]
Address = Annotated[str, QueryParameter(max_length=MAX_ADDRESS, description="Where the payer comes back to.")]


class Received(Struct):
    """What Stripe is answered; what was done with the event stands in the log."""

    received: bool


class Stopped(Struct):
    """Whether the caller's subscriptions renew themselves now."""

    renews: bool


@post("/api/v1/payments/create-checkout-session", status_code=200, opt=may(plans.open_plan), tags=["payments"])
@work
async def create_checkout_session(
    units: Units,
    actor: Actor,
    checkouts: Checkouts,
    stripe: Gateway,
    settings: Settings,
    subscription_plan_id: PlanId,
    success_url: Address,
    cancel_url: Address,
) -> OpenSession:
    """Begin to subscribe to a plan by Stripe: the session's id, and the address at which it is paid."""
    problems = {"success_url": address_problem(success_url), "cancel_url": address_problem(cancel_url)}
    if wrong := {name: code for name, code in problems.items() if code is not None}:
        raise Invalid(**wrong)
    wanted = Addresses(success_url, cancel_url)
    return await flows.subscribe(units, actor, checkouts, stripe, settings, subscription_plan_id, wanted)


@post("/api/v1/subscriptions/create-checkout-session", status_code=200, opt=may(plans.open_plan), tags=["subscriptions"])
@work
async def create_subscription_session(
    units: Units, actor: Actor, checkouts: Checkouts, stripe: Gateway, settings: Settings, data: PlanCheckoutInput
) -> OpenSession:
    """Begin to subscribe to a plan by Stripe: the session's id, and the address at which it is paid."""
    return await flows.subscribe(units, actor, checkouts, stripe, settings, data.plan_id)


@post("/api/v1/subscriptions/stop-renewing", status_code=200, opt=may(plans.renewing_subscriptions), tags=["subscriptions"])
@work
async def stop_renewing(units: Units, actor: Actor, stripe: Gateway) -> Stopped:
    """Let the caller's subscriptions by Stripe end with the periods that are paid."""
    await flows.stop_renewing(units, actor, stripe)
    return Stopped(renews=False)


@post(
    ["/api/v1/payments/webhook/stripe", "/api/v1/subscriptions/stripe-webhook"],
    status_code=200,
    opt=PUBLIC,
    request_max_body_size=MAX_BODY,
    tags=["payments"],
)
@work
async def take_stripe_event(request: Http, units: Units, settings: Settings, terms: Terms, signature: Signature = "") -> Received:
    """An event of Stripe, signed over the body as it arrived. One that was taken before changes nothing."""
    if not settings.stripe_webhook_secret:
        raise Unavailable("provider_not_configured", provider=rules.NAME)
    body: bytes = await request.raw_body()  # type: ignore[attr-defined] - an ApiRequest
    if not rules.is_signed(body, signature, settings.stripe_webhook_secret, clock.now()):
        raise BadRequest("bad_signature")
    event = rules.read_event(body)
    if event is None:
        raise BadRequest("no_event")
    await units.write(take_event, event, terms)
    return Received(received=True)


ROUTES = [create_checkout_session, create_subscription_session, stop_renewing, take_stripe_event]
