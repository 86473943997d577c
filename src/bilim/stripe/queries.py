"""Reads: whose subscription ends soon."""

from datetime import datetime, timedelta

from sqlalchemy import select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.plans.models import Plan, Subscription
from bilim.stripe.models import StripeSubscription

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
