"""Beginning to pay by Stripe in the learning surface's words: the payment is committed before Stripe is asked."""

from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.payments.actions.checkouts import note_link
from bilim.payments.flows import RETURN_PATH
from bilim.payments.protocols import Checkouts, PaymentToPay
from bilim.payments.queries import payments
from bilim.settings import Settings
from bilim.stripe import rules
from bilim.stripe.actions import plans
from bilim.stripe.actions.plans import Addresses
from bilim.stripe.protocols import Gateway, OpenSession, SessionOrder


async def ask_for_session(gateway: Gateway, settings: Settings, payment: PaymentToPay, success_url: str, cancel_url: str) -> OpenSession:
    """Ask Stripe for a payment's session: one, however often it is asked for.

    Raises:
        Unavailable: it does not answer.
    """
    order = SessionOrder(
        number=payment.number,
        title=payment.title,
        currency=settings.stripe_currency,
        amount=rules.charged(payment.amount, settings.stripe_rate),
        success_url=success_url,
        cancel_url=cancel_url,
        expires_at=int((payment.expires_at - rules.SESSION_MARGIN).timestamp()),
        price_id=payment.plan_price_id or None,
    )
    return await gateway.open_session(order)


async def subscribe(
    units: Units, actor: Actor, checkouts: Checkouts, gateway: Gateway, settings: Settings, plan_id: int, wanted: Addresses | None = None
) -> OpenSession:
    """Begin to pay for a plan, and find out where.

    Args:
        wanted: where the payer comes back to; the page of return where nothing is said.

    Raises:
        Unavailable: Stripe is not configured, and nothing is written; or it does not answer, and the payment can be asked for again.
        Invalid, BadRequest, Conflict: see `plans.open_plan`.
    """
    checkouts.get(rules.NAME)
    payment_id = await units.write(plans.open_plan, actor, plan_id)
    payment = await units.read(payments.to_pay, payment_id)
    page = f"{settings.site_url}{RETURN_PATH}{payment.number}"
    own = Addresses(page, page)
    back = await units.write(plans.note_addresses, payment_id, wanted or own, own)
    session = await ask_for_session(gateway, settings, payment, back.success_url, back.cancel_url)
    await units.write(note_link, payment_id, session.url)
    return session


async def stop_renewing(units: Units, actor: Actor, gateway: Gateway) -> None:
    """Let the actor's subscriptions end with the periods that are paid.

    Raises:
        NotFound: none renews itself.
        Unavailable: Stripe does not answer.
    """
    for stripe_id in await units.read(plans.renewing_subscriptions, actor):
        await gateway.stop_renewing(stripe_id)
        await units.write(plans.note_cancelling, stripe_id)
