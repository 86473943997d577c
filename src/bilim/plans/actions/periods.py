"""Subscriptions whose times a service sets, because it takes the money for them period by period."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.errors import Conflict
from bilim.plans.access import is_shown
from bilim.plans.actions.subscriptions import grant_subscription, lock_person, move_up, note_end, revoke_subscription
from bilim.plans.inputs import Grant
from bilim.plans.models import Subscription

_DAY = timedelta(days=1)


@internal
def fit_period(tx: Tx, subscription_id: int, starts_at: datetime, ends_at: datetime) -> None:
    """Give a subscription, granted in this transaction, the times of the period that was paid.

    Where the person has another one at that time it keeps its place behind the others, and is as long as the period. One that would begin
    later than now begins where it was put, so that no gap is before it.
    """
    found = tx.first(select(Subscription.user_id, Subscription.starts_at).where(Subscription.id == subscription_id, is_shown()))
    if found is None:
        return
    user_id, put_at = found
    lock_person(tx, user_id)
    if _has_others(tx, user_id, subscription_id, starts_at, ends_at):
        starts_at, ends_at = put_at, put_at + (ends_at - starts_at)
    elif starts_at > tx.now:
        starts_at = min(starts_at, put_at)
    times = {"starts_at": starts_at, "ends_at": ends_at, "duration_days": max(1, round((ends_at - starts_at) / _DAY))}
    tx.execute(update(Subscription).where(Subscription.id == subscription_id).values(**times))
    note_end(tx, user_id)


def _has_others(tx: Tx, user_id: int, but: int, starts_at: datetime, ends_at: datetime) -> bool:
    other = (Subscription.user_id == user_id, Subscription.id != but, is_shown())
    meets = (Subscription.starts_at < ends_at, Subscription.ends_at > starts_at)
    return tx.scalar(select(exists().where(*other, *meets)))


@internal
def grant_grace(tx: Tx, user_id: int, grant: Grant, starts_at: datetime, ends_at: datetime) -> int | None:
    """Some days after a subscription ended, until it is paid again; their id. None where the person has another one at that time."""
    lock_person(tx, user_id)
    if _has_others(tx, user_id, 0, starts_at, ends_at):
        return None
    try:
        subscription_id = grant_subscription(tx, user_id, grant)
    except Conflict:  # subscribed for years ahead
        return None
    fit_period(tx, subscription_id, starts_at, ends_at)
    return subscription_id


@internal
def end_subscription(tx: Tx, subscription_id: int, at: datetime) -> timedelta:
    """End a subscription early, or take it back where it had not begun; how much of it was left. Those after it move up.

    One that ended before, or was taken back, stays as it is.
    """
    wanted = select(Subscription.user_id, Subscription.starts_at, Subscription.ends_at)
    found = tx.first(wanted.where(Subscription.id == subscription_id, is_shown()))
    if found is None or found[2] <= at:
        return timedelta(0)
    user_id, starts_at, ends_at = found
    if starts_at >= at:
        revoke_subscription(tx, subscription_id)
        return ends_at - starts_at
    lock_person(tx, user_id)
    tx.execute(update(Subscription).where(Subscription.id == subscription_id).values(ends_at=at))
    move_up(tx, user_id)
    note_end(tx, user_id)
    return ends_at - at
