"""Plans, subscriptions and quotas in the learning surface's words."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import QueryParameter

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.plans.actions import plans as changes
from bilim.plans.actions import quotas as refills
from bilim.plans.actions import subscriptions as grants
from bilim.plans.inputs import PlanChanges, PlanInput
from bilim.plans.queries import plans, quotas, subscriptions
from bilim.plans.queries.plans import PlanView
from bilim.plans.queries.quotas import UsageView
from bilim.plans.queries.subscriptions import StatusView, SubscriptionView

PlanId = Annotated[int, QueryParameter(ge=1, le=2**63 - 1, description="The plan to subscribe to.")]
UserId = Annotated[int, QueryParameter(ge=1, le=2**63 - 1, description="Whose quotas.")]


@get(["/api/v1/subscription-plans", "/api/v1/subscriptions/plans"], opt=may(plans.plans) | RUN_IN_LOOP, tags=["subscription-plans"])
@work
def list_plans(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[PlanView]:
    """The plans that can be subscribed to."""
    return plans.plans(tx, actor, page(skip, limit))


@get("/api/v1/admin/subscription-plans", opt=may(plans.every_plan), tags=["admin"])
@work
def list_plans_as_admin(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[PlanView]:
    """The plans that can be subscribed to."""
    return plans.every_plan(tx, actor, page(skip, limit))


@get("/api/v1/subscription-plans/{plan_id:int}", opt=may(plans.plan) | RUN_IN_LOOP, tags=["subscription-plans"])
@work
def read_plan(tx: Tx, actor: Actor | None, plan_id: PathId) -> PlanView:
    """One plan."""
    return plans.plan(tx, actor, plan_id)


@post(["/api/v1/subscription-plans", "/api/v1/admin/subscription-plans"], opt=may(changes.create_plan), tags=["subscription-plans"])
@work
def create_plan(tx: Tx, actor: Actor, data: PlanInput) -> PlanView:
    """Make a plan. Quotas that are left out are those of premium members."""
    return plans.plan(tx, actor, changes.create_plan(tx, actor, data))


@put(
    ["/api/v1/subscription-plans/{plan_id:int}", "/api/v1/admin/subscription-plans/{plan_id:int}"],
    opt=may(changes.change_plan),
    tags=["subscription-plans"],
)
@work
def change_plan(tx: Tx, actor: Actor, plan_id: PathId, data: PlanChanges) -> PlanView:
    """Change a plan. Running subscriptions get its quotas at once and keep their length."""
    changes.change_plan(tx, actor, plan_id, data)
    return plans.plan(tx, actor, plan_id)


@delete(
    ["/api/v1/subscription-plans/{plan_id:int}", "/api/v1/admin/subscription-plans/{plan_id:int}"],
    status_code=200,
    opt=may(changes.delete_plan),
    tags=["subscription-plans"],
)
@work
def delete_plan(tx: Tx, actor: Actor, plan_id: PathId) -> PlanView:
    """Delete a plan and answer what it was. Subscriptions run on."""
    deleted = plans.plan(tx, actor, plan_id)
    changes.delete_plan(tx, actor, plan_id)
    return deleted


@get("/api/v1/subscriptions", opt=may(subscriptions.subscriptions), tags=["subscriptions"])
@work
def list_subscriptions(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[SubscriptionView]:
    """Everybody's subscriptions."""
    return subscriptions.subscriptions(tx, actor, page(skip, limit))


@get("/api/v1/subscriptions/me", opt=may(subscriptions.own_subscriptions) | RUN_IN_LOOP, tags=["subscriptions"])
@work
def list_own_subscriptions(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[SubscriptionView]:
    """The caller's own subscriptions."""
    return subscriptions.own_subscriptions(tx, actor, page(skip, limit))


@get("/api/v1/subscriptions/status", opt=may(subscriptions.status) | RUN_IN_LOOP, tags=["subscriptions"])
@work
def read_status(tx: Tx, actor: Actor) -> StatusView:
    """Whether the caller is premium, by which subscription, and until when."""
    return subscriptions.status(tx, actor)


@get("/api/v1/subscriptions/users/{user_id:int}/subscriptions", opt=may(subscriptions.subscriptions_of), tags=["subscriptions"])
@work
def list_subscriptions_of(
    tx: Tx, actor: Actor, user_id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[SubscriptionView]:
    """Somebody's subscriptions."""
    return subscriptions.subscriptions_of(tx, actor, user_id, page(skip, limit))


@post("/api/v1/subscriptions/users/{user_id:int}/subscriptions", opt=may(grants.subscribe_person), tags=["subscriptions"])
@work
def subscribe_person(tx: Tx, actor: Actor, user_id: PathId, plan_id: PlanId) -> SubscriptionView:
    """Give somebody a subscription without a payment: from now, or from the end of the last one they have."""
    return subscriptions.subscription(tx, actor, grants.subscribe_person(tx, actor, user_id, plan_id))


@delete("/api/v1/subscriptions/{subscription_id:int}", status_code=200, opt=may(grants.delete_subscription), tags=["subscriptions"])
@work
def delete_subscription(tx: Tx, actor: Actor, subscription_id: PathId) -> SubscriptionView:
    """Take a subscription back and answer what it was. Later ones of the same person move up."""
    deleted = subscriptions.subscription(tx, actor, subscription_id)
    grants.delete_subscription(tx, actor, subscription_id)
    return deleted


@get("/api/v1/ai/usage", opt=may(quotas.own_usage) | RUN_IN_LOOP, tags=["ai"])
@work
def read_usage(tx: Tx, actor: Actor) -> UsageView:
    """What is left of the caller's quotas."""
    return quotas.own_usage(tx, actor)


@post("/api/v1/ai/usage/reset", status_code=200, opt=may(refills.reset_usage), tags=["ai"])
@work
def reset_usage(tx: Tx, actor: Actor, user_id: UserId) -> UsageView:
    """Refill somebody's quotas to what their plan or role gives."""
    return refills.reset_usage(tx, actor, user_id)


ROUTES = [
    list_plans,
    list_plans_as_admin,
    read_plan,
    create_plan,
    change_plan,
    delete_plan,
    list_subscriptions,
    list_own_subscriptions,
    read_status,
    list_subscriptions_of,
    subscribe_person,
    delete_subscription,
    read_usage,
    reset_usage,
]
