"""Reads of coupons. Amounts are UZS."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.accounts.models import User
from bilim.catalog.models import Course
from bilim.catalog.queries.courses import CourseRef
from bilim.coupons import access
from bilim.coupons.models import Coupon
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import convert, nested_or_none, select_into, uzs
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name


class OwnerRef(Struct):
    """Whose courses a coupon is for."""

    id: int
    full_name: str


class CouponView(Struct):
    """A coupon, as those see it who manage it. `taken` counts `used` and the uses whose payment is awaited."""

    id: int
    code: str
    percent: int | None
    amount: Decimal | None
    course: CourseRef | None
    instructor: OwnerRef | None
    min_price: Decimal
    max_uses: int | None
    used: int
    taken: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_active: bool
    created_at: datetime
    updated_at: datetime


_COUPON = (
    select_into(
        CouponView,
        id=Coupon.id,
        code=Coupon.code,
        percent=Coupon.percent,
        amount=uzs(Coupon.amount),
        course=nested_or_none(CourseRef, id=Course.id, title=Course.title),
        instructor=nested_or_none(OwnerRef, id=User.id, full_name=convert(join_name, User.first_name, User.last_name)),
        min_price=uzs(Coupon.min_price),
        max_uses=Coupon.max_uses,
        used=Coupon.used,
        taken=Coupon.taken,
        starts_at=Coupon.starts_at,
        ends_at=Coupon.ends_at,
        is_active=Coupon.is_active,
        created_at=Coupon.created_at,
        updated_at=Coupon.updated_at,
    )
    .outerjoin(Course, Course.id == Coupon.course_id)
    .outerjoin(User, User.id == Coupon.instructor_id)
)
_ALL = ListQuery(_COUPON.where(Coupon.deleted_at.is_(None)).order_by(Coupon.id))
_OWN = ListQuery(_COUPON.where(Coupon.deleted_at.is_(None), Coupon.instructor_id == bindparam("instructor_id")).order_by(Coupon.id))


@requires(Role.TEACHER)
def coupons(tx: Tx, actor: Actor, page: Page) -> RowStream[CouponView]:
    """The coupons that the actor manages, by id."""
    return paginate(tx, _ALL, page) if actor.is_admin else paginate(tx, _OWN, page, {"instructor_id": actor.id})


@requires(Role.TEACHER)
def coupon(tx: Tx, actor: Actor, coupon_id: int) -> CouponView:
    """One coupon that the actor manages.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_COUPON.where(Coupon.id == coupon_id, access.is_own(actor)))
