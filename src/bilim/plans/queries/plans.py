"""Reads of plans. Hidden ones are found by their subscriptions alone."""

from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import select_into, uzs
from bilim.kit.access import public, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.plans.models import Plan


class PlanView(Struct):
    """A plan; `price` is UZS, the quotas are for `duration_days`."""

    id: int
    name: str
    price: Decimal
    duration_days: int
    description: str | None
    stripe_price_id: str
    gpt4o_requests_quota: int
    stt_requests_quota: int
    tts_chars_quota: int
    pronunciation_analysis_quota: int


PLAN: dict[str, Any] = {
    "id": Plan.id,
    "name": Plan.name,
    "price": uzs(Plan.price),
    "duration_days": Plan.duration_days,
    "description": Plan.description,
    "stripe_price_id": Plan.stripe_price_id,
    "gpt4o_requests_quota": Plan.gpt4o_requests_quota,
    "stt_requests_quota": Plan.stt_requests_quota,
    "tts_chars_quota": Plan.tts_chars_quota,
    "pronunciation_analysis_quota": Plan.pronunciation_analysis_quota,
}
_PLANS = select_into(PlanView, **PLAN).where(Plan.deleted_at.is_(None))
_ALL = ListQuery(_PLANS.order_by(Plan.id))
_BY_ID = PreparedSelection(_PLANS.where(Plan.id == bindparam("plan_id")))


@public
def plans(tx: Tx, _actor: Actor | None, page: Page) -> RowStream[PlanView]:
    """The plans that can be subscribed to, by id."""
    return paginate(tx, _ALL, page)


@requires(Role.ADMIN)
def every_plan(tx: Tx, actor: Actor, page: Page) -> RowStream[PlanView]:
    """The same for admins' own address: hidden plans are gone for them too."""
    return plans(tx, actor, page)


@public
def plan(tx: Tx, _actor: Actor | None, plan_id: int) -> PlanView:
    """One plan.

    Raises:
        NotFound: there is none, or it was deleted.
    """
    return tx.fetch_one(_BY_ID, {"plan_id": plan_id})
