"""Writes of subscriptions: by admins, and for payments.

Those of one person follow each other without a gap, so that somebody is premium until the last of them ends; that moment is repeated in
`users.premium_until`. Whoever changes them locks the person's row first: changes of one person's subscriptions come one after the other.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select, update

from bilim.accounts import audit
from bilim.accounts import queries as people
from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, NotFound, unknown
from bilim.plans import rules
from bilim.plans.access import is_shown
from bilim.plans.inputs import Grant
from bilim.plans.models import Plan, Subscription


@requires(Role.ADMIN)
def subscribe_person(tx: Tx, actor: Actor, user_id: int, plan_id: int) -> int:
    """Give somebody a subscription without a payment; its id. It is audited.

    Raises:
        NotFound: there is no such person.
        Invalid: no such plan, or it was deleted.
        Conflict: see `grant_subscription`.
    """
    people.person(tx, user_id)
    on_offer = select(Plan.id).where(Plan.id == plan_id, Plan.deleted_at.is_(None)).with_for_update(read=True)
    if tx.scalar(on_offer) is None:
        raise unknown("plan_id", plan_id)
    subscription_id = grant_subscription(tx, user_id, Grant(plan_id=plan_id, source="admin", granted_by=actor.id))
    audit.record(tx, actor, "subscription", subscription_id, {}, {"user_id": user_id, "plan_id": plan_id})
    return subscription_id


@requires(Role.ADMIN)
def delete_subscription(tx: Tx, actor: Actor, subscription_id: int) -> None:
    """Take a subscription back; later ones move up. It is audited.

    Raises:
        NotFound: there is none, or it was taken back before.
    """
    row = tx.first(select(Subscription.user_id, Subscription.plan_id).where(Subscription.id == subscription_id))
    if row is None or not revoke_subscription(tx, subscription_id):
        raise NotFound
    audit.record(tx, actor, "subscription", subscription_id, {"user_id": row[0], "plan_id": row[1]}, {"deleted": True})


@internal
def grant_subscription(tx: Tx, user_id: int, grant: Grant) -> int:
    """Give somebody a subscription and return its id: from now, or from the end of the last one they have.

    A grant whose key was used before changes nothing and returns what was granted then, though it may be revoked since. The plan may be
    hidden: it was on offer when the payment began.

    Raises:
        NotFound: there is no such person or plan.
        Conflict: the person has subscriptions for years ahead.
    """
    lock_person(tx, user_id)
    if grant.key is not None:
        granted = tx.scalar(select(Subscription.id).where(Subscription.grant_key == grant.key))
        if granted is not None:
            return granted
    days = tx.scalar(select(Plan.duration_days).where(Plan.id == grant.plan_id))
    if days is None:
        raise NotFound
    days = grant.days or days
    last = _last_end(tx, user_id)
    starts_at = tx.local_now if last is None or last <= tx.now else last
    if starts_at > tx.now + rules.MAX_AHEAD:
        raise Conflict("subscribed_for_years")
    subscription_id = tx.insert(
        Subscription,
        user_id=user_id,
        plan_id=grant.plan_id,
        duration_days=days,
        starts_at=starts_at,
        ends_at=rules.end_of(starts_at, days),
        source=grant.source,
        grant_key=grant.key,
        granted_by=grant.granted_by,
        created_at=tx.now,
    )
    note_end(tx, user_id)
    return subscription_id


@internal
def revoke_subscription(tx: Tx, subscription_id: int) -> bool:
    """Take a subscription back, as when its payment was refunded; False where there is none, or it was taken back before.

    One that runs ends now. Those after it move up, each with its own length.
    """
    user_id = tx.scalar(select(Subscription.user_id).where(Subscription.id == subscription_id))
    if user_id is None:
        return False
    lock_person(tx, user_id)
    revoked = update(Subscription).where(Subscription.id == subscription_id, is_shown()).values(revoked_at=tx.now)
    if not tx.execute(revoked).rowcount:
        return False
    move_up(tx, user_id)
    note_end(tx, user_id)
    return True


@internal
def lock_person(tx: Tx, user_id: int) -> None:
    """Lock a person's row, also a hidden person's: what was paid for is noted all the same."""
    if tx.scalar(select(User.id).where(User.id == user_id).with_for_update()) is None:
        raise NotFound


class _Held(Struct):
    """A subscription that has not ended, of a person whose row is locked."""

    id: int
    starts_at: datetime
    ends_at: datetime
    duration_days: int


_HELD = select_into(
    _Held,
    id=Subscription.id,
    starts_at=Subscription.starts_at,
    ends_at=Subscription.ends_at,
    duration_days=Subscription.duration_days,
).order_by(Subscription.starts_at, Subscription.id)


@internal
def move_up(tx: Tx, user_id: int) -> None:
    """Let the subscriptions that have not begun follow what runs, or begin now."""
    free_from = tx.local_now
    for held in tx.fetch_all(_HELD.where(Subscription.user_id == user_id, is_shown(), Subscription.ends_at > tx.now)):
        if held.starts_at > free_from:
            held.starts_at, held.ends_at = free_from, rules.end_of(free_from, held.duration_days)
            moved = {"starts_at": held.starts_at, "ends_at": held.ends_at}
            tx.execute(update(Subscription).where(Subscription.id == held.id).values(**moved))
        free_from = held.ends_at


def _last_end(tx: Tx, user_id: int) -> datetime | None:
    """When the last subscription of somebody ends, on the school's clock."""
    return tx.scalar(select(func.max(Subscription.ends_at)).where(Subscription.user_id == user_id, is_shown()))


@internal
def note_end(tx: Tx, user_id: int) -> None:
    """Repeat in the person's row until when they are subscribed."""
    tx.execute(update(User).where(User.id == user_id).values(premium_until=_last_end(tx, user_id)))
