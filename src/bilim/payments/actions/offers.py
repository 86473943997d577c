"""What can be bought, by whom, and for how much."""

from msgspec import UNSET, Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, exists, select

from bilim.billing.inputs import MonthInput
from bilim.catalog.access import is_visible, viewer, visibility_of
from bilim.catalog.models import Course, Purchase
from bilim.coupons.actions.using import hold_coupon
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.groups.models import Group, Membership
from bilim.kit.access import internal
from bilim.kit.actors import Actor
from bilim.kit.errors import BadRequest, Conflict, Invalid, unknown
from bilim.kit.money import MAX_TIYIN, charged
from bilim.payments.inputs import PurchaseInput
from bilim.payments.models import TuitionMonth
from bilim.payments.rules import Kind, MonthKey, item_key
from bilim.plans.models import Plan


class Offer(Struct, kw_only=True):
    """Something that an actor may buy, and its price now."""

    kind: Kind
    key: str
    title: str
    amount: int
    course_id: int | None = None
    plan_id: int | None = None
    days: int | None = None
    group_id: int | None = None
    months: list[MonthInput] = []
    coupon_use_id: int | None = None


@internal
def offer_for(tx: Tx, actor: Actor, purchase: PurchaseInput) -> Offer:
    """What an actor wishes to buy.

    Raises:
        Invalid: no such course, plan or group, as far as the actor may know; or months that are paid already.
        BadRequest: nothing is charged for it, with the coupon perhaps.
        Conflict: the actor has it already; or the coupon is used up.
    """
    if isinstance(purchase.course_id, int):
        offer = _course(tx, actor, purchase.course_id)
        return _lowered(tx, actor, offer, purchase.course_id, purchase.coupon_code) if purchase.coupon_code else offer
    if isinstance(purchase.plan_id, int):
        return _plan(tx, purchase.plan_id)
    assert purchase.group_id is not None and purchase.group_id is not UNSET  # noqa: S101, PT018 - the input's own rule
    return _tuition(tx, actor, purchase.group_id, purchase.wanted_months)


def _course(tx: Tx, actor: Actor, course_id: int) -> Offer:
    wanted = select(Course.title, Course.price, Course.discount_price, Course.instructor_id, Course.is_published)
    found = tx.first(wanted.where(Course.id == course_id, is_visible(visibility_of(actor))), viewer(actor))
    if found is None:
        raise unknown("course_id", course_id)
    title, price, discount_price, instructor_id, is_published = found
    if actor.is_admin or instructor_id == actor.id:
        raise Conflict("has_it_already")
    if not is_published:
        raise unknown("course_id", course_id)
    amount = charged(price, discount_price)
    if not amount:
        raise BadRequest("free_of_charge")
    bought = select(Purchase.id).where(Purchase.user_id == actor.id, Purchase.course_id == course_id, Purchase.revoked_at.is_(None))
    if tx.scalar(bought) is not None:
        raise Conflict("has_it_already")
    return Offer(kind="course", key=item_key("course", course_id), title=title, amount=amount, course_id=course_id)


def _lowered(tx: Tx, actor: Actor, offer: Offer, course_id: int, code: str) -> Offer:
    """The offer at its price with a coupon, a use of which is held while the payer pays."""
    held = hold_coupon(tx, actor.id, code, course_id)
    if not held.charged:
        raise BadRequest("redeem_coupon")
    return replace(offer, amount=held.charged, coupon_use_id=held.use_id)


_SOLD_PLAN = Prepared(select(Plan.name, Plan.price, Plan.duration_days).where(Plan.id == bindparam("plan_id"), Plan.deleted_at.is_(None)))


def _plan(tx: Tx, plan_id: int) -> Offer:
    found = tx.first(_SOLD_PLAN, {"plan_id": plan_id})
    if found is None:
        raise unknown("plan_id", plan_id)
    name, price, days = found
    if not price:
        raise BadRequest("free_of_charge")
    return Offer(kind="plan", key=item_key("plan", plan_id), title=name, amount=price, plan_id=plan_id, days=days)


def _tuition(tx: Tx, actor: Actor, group_id: int, months: list[MonthInput]) -> Offer:
    """Months in a group that the actor is or was in: debts are paid later too."""
    belonged = exists(select(Membership.id).where(Membership.group_id == Group.id, Membership.student_id == actor.id))
    found = tx.first(select(Group.name, Group.monthly_price).where(Group.id == group_id, Group.deleted_at.is_(None), belonged))
    if found is None:
        raise unknown("group_id", group_id)
    name, monthly_price = found
    if monthly_price is None:
        raise Invalid(group_id="no_monthly_price")
    keys = [(each.year, each.month) for each in months]
    if _granted_months(tx, actor.id, group_id).intersection(keys):
        raise Invalid(months="month_paid")
    amount = monthly_price * len(months)
    if amount > MAX_TIYIN:
        raise Invalid(months="bad_amount")
    return Offer(kind="tuition", key=item_key("tuition", group_id, keys), title=name, amount=amount, group_id=group_id, months=months)


def _granted_months(tx: Tx, user_id: int, group_id: int) -> set[MonthKey]:
    """The months of a group that a student has paid in whole by a service."""
    granted = select(TuitionMonth.year, TuitionMonth.month).where(TuitionMonth.user_id == user_id, TuitionMonth.group_id == group_id)
    return {(year, month) for year, month in tx.all(granted)}
