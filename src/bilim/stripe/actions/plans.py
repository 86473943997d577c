"""Beginning to pay by Stripe for a plan, and letting a subscription end with its period."""

from msgspec import Struct
from sqlalchemy import exists, select, update

from bilim.db.engine import Tx
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, NotFound
from bilim.payments.actions.checkouts import open_checkout
from bilim.payments.inputs import PurchaseInput
from bilim.payments.models import Checkout, Order
from bilim.stripe import rules
from bilim.stripe.models import StripeSession, StripeSubscription


class Addresses(Struct, frozen=True):
    """Where a payer comes back to."""

    success_url: str
    cancel_url: str


@signed_in
def open_plan(tx: Tx, actor: Actor, plan_id: int) -> int:
    """Begin to pay for a plan by Stripe; the payment's id. While one waits, it is answered again.

    Raises:
        Conflict: the actor's subscription of this plan renews itself already.
        Invalid, BadRequest: see `checkouts.open_checkout`.
    """
    of_plan = select(Checkout.payment_id).join(Order, Order.id == Checkout.order_id).where(Order.plan_id == plan_id)
    renewing = (StripeSubscription.user_id == actor.id, StripeSubscription.ended_at.is_(None), ~StripeSubscription.is_cancelling)
    if tx.scalar(select(exists().where(*renewing, StripeSubscription.payment_id.in_(of_plan)))):
        raise Conflict("has_it_already")
    return open_checkout(tx, actor, PurchaseInput(provider=rules.NAME, plan_id=plan_id))


@internal
def note_addresses(tx: Tx, payment_id: int, wanted: Addresses, own: Addresses) -> Addresses:
    """Where the payer of a payment comes back to: what was said first counts, so that Stripe is asked the same each time.

    Args:
        own: the addresses with which the payment's link was made, where it has one.
    """
    has_link = tx.scalar(select(Checkout.url.is_not(None)).where(Checkout.payment_id == payment_id))
    first = own if has_link else wanted
    noted = tx.inserting(StripeSession).values(payment_id=payment_id, success_url=first.success_url, cancel_url=first.cancel_url)
    tx.execute(noted.on_conflict_do_nothing())
    kept = select(StripeSession.success_url, StripeSession.cancel_url).where(StripeSession.payment_id == payment_id)
    return Addresses(*tx.first(kept))


@signed_in
def renewing_subscriptions(tx: Tx, actor: Actor) -> list[str]:
    """The actor's subscriptions at Stripe that renew themselves, by Stripe's ids.

    Raises:
        NotFound: there is none.
    """
    renewing = (StripeSubscription.user_id == actor.id, StripeSubscription.ended_at.is_(None), ~StripeSubscription.is_cancelling)
    found = tx.scalars(select(StripeSubscription.stripe_id).where(*renewing).order_by(StripeSubscription.id))
    if not found:
        raise NotFound
    return found


@internal
def note_cancelling(tx: Tx, stripe_id: str) -> None:
    """Note that a subscription is not renewed any more, as Stripe has just answered."""
    tx.execute(update(StripeSubscription).where(StripeSubscription.stripe_id == stripe_id).values(is_cancelling=True))
