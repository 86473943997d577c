"""Who is subscribed by Stripe until when: worked out anew from what is known, so that the order of events does not matter.

A paid invoice gives its own period. After the last paid period come some days of grace, once Stripe tries to renew; when they are paid
after all, the period takes their place. Everything ends when Stripe says that the subscription ended.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, or_, select, update

from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import internal
from bilim.payments.actions import ledger
from bilim.payments.actions.ledger import HeldPayment
from bilim.payments.models import Checkout, Order
from bilim.payments.rules import is_number
from bilim.plans.actions.periods import end_subscription, grant_grace
from bilim.plans.actions.subscriptions import revoke_subscription
from bilim.plans.inputs import Grant
from bilim.stripe import rules
from bilim.stripe.models import StripeInvoice, StripeSubscription
from bilim.stripe.rules import Terms


class HeldSubscription(Struct):
    """A subscription at Stripe. Who changes it has locked the payment with which it began."""

    id: int
    stripe_id: str
    payment_id: int
    user_id: int
    period_starts_at: datetime | None
    told_at: datetime | None
    told_by: str | None
    ended_at: datetime | None
    grace_id: int | None


_HELD = select_into(
    HeldSubscription,
    id=StripeSubscription.id,
    stripe_id=StripeSubscription.stripe_id,
    payment_id=StripeSubscription.payment_id,
    user_id=StripeSubscription.user_id,
    period_starts_at=StripeSubscription.period_starts_at,
    told_at=StripeSubscription.told_at,
    told_by=StripeSubscription.told_by,
    ended_at=StripeSubscription.ended_at,
    grace_id=StripeSubscription.grace_id,
)
_NUMBER = select(Checkout.number).join(StripeSubscription, StripeSubscription.payment_id == Checkout.payment_id)


@internal
def hold(tx: Tx, stripe_id: str, number: str | None) -> tuple[HeldSubscription, HeldPayment] | None:
    """A subscription of ours and the payment with which it began, noted where it is new; None where it is not ours.

    Args:
        number: of the payment, as it is written beside the subscription at Stripe, where the event shows it.
    """
    known: str | None = tx.scalar(_NUMBER.where(StripeSubscription.stripe_id == stripe_id))
    number = known or number
    held = ledger.lock_payment(tx, rules.NAME, number) if is_number(number) else None
    if held is None or held.kind != "plan":
        return None
    values = {"stripe_id": stripe_id, "payment_id": held.id, "user_id": held.payer_id, "created_at": tx.now}
    if known is None:
        tx.execute(tx.inserting(StripeSubscription).values(is_cancelling=False, **values).on_conflict_do_nothing())
    return tx.fetch_one(_HELD.where(StripeSubscription.stripe_id == stripe_id)), held


@internal
def settle(tx: Tx, held: HeldSubscription, order_id: int, terms: Terms) -> None:
    """Let the person have what the facts say, after one of them changed."""
    of = StripeInvoice.of_id == held.id
    paid_until = tx.scalar(select(func.max(StripeInvoice.ends_at)).where(of, StripeInvoice.subscription_id.is_not(None)))
    if paid_until is not None:
        _settle_grace(tx, held, order_id, paid_until, terms)
    if held.ended_at is not None:
        granted = tx.scalars(select(StripeInvoice.subscription_id).where(of, StripeInvoice.subscription_id.is_not(None)))
        for subscription_id in [*granted, *([held.grace_id] if held.grace_id else [])]:
            end_subscription(tx, subscription_id, held.ended_at)


def _settle_grace(tx: Tx, held: HeldSubscription, order_id: int, paid_until: datetime, terms: Terms) -> None:
    """Give days of grace after the last paid period where Stripe tries to renew it; take back those of an earlier one."""
    key = f"stripe-grace:{held.id}:{int(paid_until.timestamp())}"
    ends_at = paid_until + terms.grace
    if not _is_renewing(tx, held, paid_until) or ends_at <= max(paid_until, tx.now):
        return
    if held.grace_id is None:
        plan_id = tx.scalar(select(Order.plan_id).where(Order.id == order_id))
        grant = Grant(plan_id=plan_id, source="payment", key=key, days=1)
        held.grace_id = grant_grace(tx, held.user_id, grant, paid_until, ends_at)
        _note_grace(tx, held)


def _is_renewing(tx: Tx, held: HeldSubscription, paid_until: datetime) -> bool:
    """Whether Stripe began a period that is not paid yet."""
    if held.period_starts_at is not None and held.period_starts_at >= paid_until:
        return True
    unpaid = (StripeInvoice.of_id == held.id, StripeInvoice.status == "failed", StripeInvoice.starts_at >= paid_until)
    return tx.scalar(select(StripeInvoice.id).where(*unpaid).limit(1)) is not None


@internal
def end_grace(tx: Tx, held: HeldSubscription, ends_at: datetime) -> None:
    """Take the days of grace back, since what they waited for was paid: a period that lasts until then."""
    if held.grace_id is None:
        return
    last = select(func.max(StripeInvoice.ends_at)).where(StripeInvoice.of_id == held.id, StripeInvoice.subscription_id.is_not(None))
    paid_until = tx.scalar(last)
    if paid_until is not None and ends_at <= paid_until:  # an earlier period, paid late: the grace is not for it
        return
    revoke_subscription(tx, held.grace_id)
    held.grace_id = None
    _note_grace(tx, held)


def _note_grace(tx: Tx, held: HeldSubscription) -> None:
    tx.execute(update(StripeSubscription).where(StripeSubscription.id == held.id).values(grace_id=held.grace_id))


@internal
def note_state(tx: Tx, held: HeldSubscription, event: rules.Event, told: rules.Subscription) -> None:
    """Note what a subscription says of itself, unless a later event said so before. That it ended is never forgotten."""
    at = rules.moment(event.created)
    later = or_(
        StripeSubscription.told_at.is_(None),
        StripeSubscription.told_at < at,
        (StripeSubscription.told_at == at) & (StripeSubscription.told_by < event.id),
    )
    says = {
        "status": told.status,
        "is_cancelling": told.cancel_at_period_end or told.cancel_at is not None,
        "period_starts_at": told.period_starts_at,
        "told_at": at,
        "told_by": event.id,
    }
    if tx.execute(update(StripeSubscription).where(StripeSubscription.id == held.id, later).values(**says)).rowcount:
        held.period_starts_at = told.period_starts_at
    ended = told.ended_at if told.ended_at is not None else (event.created if event.type.endswith(".deleted") else None)
    if ended is not None and (held.ended_at is None or rules.moment(ended) < held.ended_at):
        held.ended_at = rules.moment(ended)
        tx.execute(update(StripeSubscription).where(StripeSubscription.id == held.id).values(ended_at=held.ended_at))
