"""Coupons in the marketplace's words."""

from decimal import Decimal

from litestar import delete, get, post
from msgspec import Struct

from bilim.coupons import flows, queries
from bilim.coupons.actions import managing, using
from bilim.coupons.inputs import CheckInput, CouponChanges, CouponInput, WholeCoupon
from bilim.coupons.queries import CouponView
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import Units, change, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.money import to_uzs
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.study.queries import progress
from bilim.study.queries.progress import EnrollmentView


@renamed(course_id="course", instructor_id="instructor")
class CouponBody(CouponInput, kw_only=True):
    """A new coupon. `course` and `instructor` are ids; `instructor` counts only from an admin."""


@renamed(course_id="course")
class CheckBody(CheckInput, kw_only=True):
    """A code as somebody typed it, and the course to use it for."""


class PriceOut(Struct):
    """What a course costs without and with a coupon, in UZS; a course that costs nothing with it is joined by `redeem`."""

    code: str
    course: int
    price_before: Decimal
    price_after: Decimal
    is_free: bool


@get("/api/coupons", opt=may(queries.coupons), tags=["coupons"])
@work
def list_coupons(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CouponView]:
    """The coupons that the caller manages: an instructor's own, for admins all."""
    return queries.coupons(tx, actor, page(skip, limit))


@post("/api/coupons", opt=may(managing.create_coupon), tags=["coupons"])
@work
def create_coupon(tx: Tx, actor: Actor, data: CouponBody) -> CouponView:
    """Make a coupon; without a code it gets one that nobody can guess."""
    return queries.coupon(tx, actor, managing.create_coupon(tx, actor, data))


@get("/api/coupons/{id:int}", opt=may(queries.coupon), tags=["coupons"])
@work
def read_coupon(tx: Tx, actor: Actor, id: PathId) -> CouponView:
    """One coupon."""
    return queries.coupon(tx, actor, id)


@change("/api/coupons/{id:int}", whole=WholeCoupon, opt=may(managing.change_coupon), tags=["coupons"])
def change_coupon(tx: Tx, actor: Actor, id: PathId, data: CouponChanges) -> CouponView:
    """Change a coupon; its code and what it is for stay."""
    managing.change_coupon(tx, actor, id, data)
    return queries.coupon(tx, actor, id)


@delete("/api/coupons/{id:int}", opt=may(managing.delete_coupon), tags=["coupons"])
@work
def delete_coupon(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a coupon."""
    managing.delete_coupon(tx, actor, id)


@post("/api/coupons/check", status_code=200, opt=may(using.check_coupon), tags=["coupons"])
@work
async def check_coupon(units: Units, actor: Actor, data: CheckBody) -> PriceOut:
    """What a course would cost with a coupon; nothing is used."""
    found = await flows.check_coupon(units, actor, data)
    return PriceOut(found.code, data.course_id, to_uzs(found.price), to_uzs(found.charged), found.charged == 0)


@post("/api/coupons/redeem", opt=may(using.redeem_coupon), tags=["coupons"])
@work
async def redeem_coupon(units: Units, actor: Actor, data: CheckBody) -> EnrollmentView:
    """Join a course that costs nothing with a coupon; a payment takes all others."""
    await flows.redeem_coupon(units, actor, data)
    return await units.read(progress.enrollment, actor, data.course_id)


ROUTES = [list_coupons, create_coupon, check_coupon, redeem_coupon, read_coupon, *change_coupon, delete_coupon]
