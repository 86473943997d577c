"""Whom Stripe is asked to charge or to pay back, and this slice's jobs."""

from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from msgspec import Meta

from bilim.kit.fields import Id
from bilim.kit.inputs import Input
from bilim.kit.jobs import Job, Queue
from bilim.payments.inputs import QUEUE

MAX_ADDRESS = 2_000


def address_problem(address: str) -> str | None:
    """The code of what is wrong with an address to which a payer is sent back, or None."""
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return "bad_url"
    return None if is_whole and len(address) <= MAX_ADDRESS and address.isprintable() and " " not in address else "bad_url"


class PlanCheckoutInput(Input, kw_only=True):
    """Somebody wants to subscribe to a plan by Stripe."""

    plan_id: Id


class SendRefund(Job):
    """Ask Stripe for a refund that an admin wants."""

    kind: ClassVar[str] = "stripe.refund"
    queue: ClassVar[Queue] = QUEUE

    request_id: int


class SettleCharge(Job):
    """Find out whose money a payment intent is, and write down what became of it."""

    kind: ClassVar[str] = "stripe.settle-charge"
    queue: ClassVar[Queue] = QUEUE
    runs_after_restore: ClassVar[bool] = True

    payment_intent: str


class RemindOfEnds(Job):
    """Find people whose subscription ends soon and will not renew itself, and enqueue a `SubscriptionEnding` for each."""

    kind: ClassVar[str] = "stripe.remind-of-ends"


class SubscriptionEnding(Job):
    """Tell somebody that their subscription ends soon; whoever tells them asks again whether it still does."""

    kind: ClassVar[str] = "stripe.subscription-ending"

    user_id: int
    ends_at: datetime


ReminderDays = Annotated[int, Meta(ge=1, le=30)]
