"""Reads of subscriptions, as they are at the moment of reading."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, select

from bilim.accounts import queries as people
from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import nested, select_into
from bilim.kit.access import requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.plans.access import is_running, is_shown
from bilim.plans.models import Plan, Subscription
from bilim.plans.queries.plans import PLAN, PlanView

_DAY = timedelta(days=1)


class SubscriptionView(Struct):
    """A subscription. One that begins later, when another has ended, is not active yet."""

    id: int
    user_id: int
    plan_id: int
    start_date: datetime
    end_date: datetime
    """The first moment at which it does not run any more."""
    is_active: bool
    plan: PlanView


class StatusView(Struct):
    """Where somebody stands.

    `is_active` says whether a subscription runs, and `plan`, `start_date` and `end_date` which; null where none does. `is_premium` may be
    true without one: an admin granted it. `premium_until` is when the last subscription ends; null where premium has no end, or is not
    there.
    """

    is_active: bool
    is_premium: bool
    plan: PlanView | None
    start_date: datetime | None
    end_date: datetime | None
    premium_until: datetime | None
    days_left: int
    """Days of the running subscription, the last one in part; 0 where none runs."""


_SUBSCRIPTION: dict[str, Any] = {
    "id": Subscription.id,
    "user_id": Subscription.user_id,
    "plan_id": Subscription.plan_id,
    "start_date": Subscription.starts_at,
    "end_date": Subscription.ends_at,
    "is_active": case((is_running(), True), else_=False),
    "plan": nested(PlanView, **PLAN),
}
_SHOWN = select_into(SubscriptionView, **_SUBSCRIPTION).join(Plan, Plan.id == Subscription.plan_id).where(is_shown())
_OF_USER = Subscription.user_id == bindparam("user_id")
_ALL = ListQuery(_SHOWN.order_by(Subscription.id))
_OWN = ListQuery(_SHOWN.where(_OF_USER).order_by(Subscription.id))
_BY_ID = PreparedSelection(_SHOWN.where(Subscription.id == bindparam("subscription_id")))
_RUNNING = PreparedSelection(_SHOWN.where(_OF_USER, is_running()).order_by(Subscription.starts_at))
_STANDING = Prepared(select(User.is_premium, User.premium_until).where(User.id == bindparam("user_id")))


@requires(Role.ADMIN)
def subscriptions(tx: Tx, _actor: Actor, page: Page) -> RowStream[SubscriptionView]:
    """Everybody's subscriptions, by id."""
    return paginate(tx, _ALL, page, {"now": tx.now})


@signed_in
def own_subscriptions(tx: Tx, actor: Actor, page: Page) -> RowStream[SubscriptionView]:
    """The actor's own subscriptions, by id."""
    return paginate(tx, _OWN, page, {"user_id": actor.id, "now": tx.now})


@requires(Role.ADMIN)
def subscriptions_of(tx: Tx, _actor: Actor, user_id: int, page: Page) -> RowStream[SubscriptionView]:
    """Somebody's subscriptions, by id.

    Raises:
        NotFound: there is no such person.
    """
    people.person(tx, user_id)
    return paginate(tx, _OWN, page, {"user_id": user_id, "now": tx.now})


@requires(Role.ADMIN)
def subscription(tx: Tx, _actor: Actor, subscription_id: int) -> SubscriptionView:
    """One subscription.

    Raises:
        NotFound: there is none, or it was taken back.
    """
    return tx.fetch_one(_BY_ID, {"subscription_id": subscription_id, "now": tx.now})


@signed_in
def status(tx: Tx, actor: Actor) -> StatusView:
    """Where the actor stands now."""
    running = tx.fetch_first(_RUNNING, {"user_id": actor.id, "now": tx.now})
    is_granted, until = tx.first(_STANDING, {"user_id": actor.id})
    is_subscribed = until is not None and until > tx.now
    return StatusView(
        is_active=running is not None,
        is_premium=is_granted or is_subscribed,
        plan=running and running.plan,
        start_date=running and running.start_date,
        end_date=running and running.end_date,
        premium_until=until if is_subscribed and not is_granted else None,
        days_left=-((tx.now - running.end_date) // _DAY) if running else 0,
    )
