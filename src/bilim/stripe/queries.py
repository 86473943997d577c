"""Reads: refunds, and whose subscription ends soon."""

from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import select_into, uzs
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.plans.models import Plan, Subscription
from bilim.stripe.models import RefundRequest, StripeSubscription


class RefundView(Struct):
    """A refund that an admin wants: `asked` until Stripe was heard, then `done` or `failed`. The amount is UZS."""

    id: int
    payment_id: int
    amount: Decimal
    status: str
    reason: str | None
    created_at: datetime
    settled_at: datetime | None


_REFUND = select_into(
    RefundView,
    id=RefundRequest.id,
    payment_id=RefundRequest.payment_id,
    amount=uzs(RefundRequest.amount),
    status=RefundRequest.status,
    reason=RefundRequest.reason,
    created_at=RefundRequest.created_at,
    settled_at=RefundRequest.settled_at,
)
_REFUNDS = ListQuery(_REFUND.where(RefundRequest.payment_id == bindparam("payment_id")).order_by(RefundRequest.id))


@requires(Role.ADMIN)
def refunds(tx: Tx, actor: Actor, payment_id: int, page: Page) -> RowStream[RefundView]:  # noqa: ARG001 - the same for all admins
    """The refunds of a payment, the oldest first."""
    return paginate(tx, _REFUNDS, page, {"payment_id": payment_id})


@requires(Role.ADMIN)
def refund(tx: Tx, actor: Actor, request_id: int) -> RefundView:  # noqa: ARG001 - the same for all admins
    """One refund.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_REFUND.where(RefundRequest.id == request_id))


_RENEWS = (
    select(StripeSubscription.id)
    .where(StripeSubscription.user_id == User.id, StripeSubscription.ended_at.is_(None), StripeSubscription.is_cancelling.is_(False))
    .correlate(User)
    .exists()
)


@internal
def ending_soon(tx: Tx, within: timedelta, after: int, size: int) -> list[tuple[int, datetime]]:
    """Some people whose last subscription ends within a time and does not renew itself, by id, and when it ends."""
    soon = (User.premium_until > tx.now, User.premium_until <= tx.now + within, User.is_premium.is_(False))
    people = select(User.id, User.premium_until).where(*soon, ~_RENEWS, User.id > after).order_by(User.id).limit(size)
    return [(user_id, ends_at) for user_id, ends_at in tx.all(people)]


@internal
def ending_plan(tx: Tx, user_id: int, ends_at: datetime) -> tuple[int, str] | None:
    """The id and the plan's name of somebody's last subscription, where it still ends then and does not renew itself; else None."""
    last = (
        select(Subscription.id, Plan.name)
        .join(Plan, Plan.id == Subscription.plan_id)
        .join(User, User.id == Subscription.user_id)
        .where(User.id == user_id, User.premium_until == ends_at, User.premium_until > tx.now, ~_RENEWS)
        .where(Subscription.ends_at == ends_at, Subscription.revoked_at.is_(None))
    )
    found = tx.first(last)
    return None if found is None else (found[0], found[1])
