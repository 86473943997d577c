"""Writes of plans."""

from typing import Any

import msgspec
from sqlalchemy import select, update

from bilim.accounts import audit
from bilim.db.engine import Tx
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from bilim.kit.inputs import sent_fields
from bilim.kit.money import to_tiyin, two_digits
from bilim.plans import rules
from bilim.plans.inputs import PlanChanges, PlanInput
from bilim.plans.models import Plan
from bilim.plans.queries import plans as queries
from bilim.plans.queries.plans import PlanView
from bilim.plans.rules import Quota

_QUOTAS = {f"{quota}_quota": rules.PREMIUM.of(quota) for quota in Quota}


@requires(Role.ADMIN)
def create_plan(tx: Tx, _actor: Actor, plan: PlanInput) -> int:
    """Make a plan and return its id. Quotas that are left out are those of premium members."""
    return tx.insert(Plan, **{**_QUOTAS, **_columns(plan)}, created_at=tx.now, updated_at=tx.now)


@requires(Role.ADMIN)
def change_plan(tx: Tx, actor: Actor, plan_id: int, changes: PlanChanges) -> None:
    """Change a plan: fields left out stay. The change is audited.

    Running subscriptions get the new quotas at once; when they end stays.

    Raises:
        NotFound: there is none.
    """
    _lock_plan(tx, plan_id)
    before = _as_audited(queries.plan(tx, actor, plan_id))
    tx.execute(update(Plan).where(Plan.id == plan_id).values(**_columns(changes), updated_at=tx.now))
    audit.record_change(tx, actor, "plan", plan_id, before, _as_audited(queries.plan(tx, actor, plan_id)))


@requires(Role.ADMIN)
def delete_plan(tx: Tx, actor: Actor, plan_id: int) -> None:
    """Delete a plan. One that somebody subscribed to is hidden instead, and subscriptions run on (CONTRACT section 2).

    Raises:
        NotFound: there is none.
    """
    _lock_plan(tx, plan_id)
    before = _as_audited(queries.plan(tx, actor, plan_id))
    if not tx.delete_unless_referenced(Plan, plan_id):
        tx.execute(update(Plan).where(Plan.id == plan_id).values(deleted_at=tx.now))
    audit.record(tx, actor, "plan", plan_id, before, {"deleted": True})


def _lock_plan(tx: Tx, plan_id: int) -> None:
    held = select(Plan.id).where(Plan.id == plan_id, Plan.deleted_at.is_(None)).with_for_update()
    if tx.scalar(held) is None:
        raise NotFound


def _columns(changes: PlanChanges) -> dict[str, Any]:
    """What was sent; null clears the description alone."""
    sent: dict[str, Any] = {name: value for name, value in sent_fields(changes).items() if value is not None or name == "description"}
    if "price" in sent:
        sent["price"] = to_tiyin(sent["price"])
    return sent


def _as_audited(plan: PlanView) -> dict[str, Any]:
    return msgspec.structs.asdict(plan) | {"price": two_digits(plan.price)}
