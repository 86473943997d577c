"""Using coupons: what a course costs with one, and holding a use while somebody pays.

    held = hold_coupon(tx, user_id, code, course_id)    # in the transaction that makes the payment, for `held.charged` tiyin
    settle_use(tx, held.use_id)                         # in the one that captures it
    release_use(tx, held.use_id)                        # in the one that cancels it

A use counts from the moment it is held. Where neither of the others happens, it expires and is free again. Rows are locked in one order:
the coupon first, then its uses; so parallel uses of one coupon wait for each other, and the last one is taken once.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, func, select, update

from bilim.catalog.access import has_bought, is_visible, viewer, visibility_of
from bilim.catalog.models import Course, Purchase
from bilim.coupons import rules
from bilim.coupons.inputs import CheckInput
from bilim.coupons.models import Coupon, CouponUse
from bilim.db.engine import Tx
from bilim.db.select_into import Selection, select_into
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden, Invalid, unknown
from bilim.kit.money import charged
from bilim.limits import windows
from bilim.study.actions import enroll
from bilim.study.inputs import EnrollmentInput


class CouponPrice(Struct):
    """What a course costs without and with a coupon, in tiyin."""

    code: str
    price: int
    charged: int


class HeldUse(CouponPrice):
    """A use that waits for its payment."""

    use_id: int


class _Coupon(Struct):
    """The columns of a coupon that using it needs."""

    id: int
    code: str
    percent: int | None
    amount: int | None
    course_id: int | None
    instructor_id: int | None
    min_price: int
    max_uses: int | None
    taken: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_active: bool


class _Sold(Struct):
    """The columns of a course that using a coupon needs."""

    id: int
    instructor_id: int | None
    price: int
    discount_price: int


class _Use(Struct):
    """A use that is there already."""

    id: int
    course_id: int
    expires_at: datetime | None


_COUPON = select_into(_Coupon, **{name: getattr(Coupon, name) for name in _Coupon.__struct_fields__}).where(Coupon.deleted_at.is_(None))
_SOLD = select_into(_Sold, **{name: getattr(Course, name) for name in _Sold.__struct_fields__})
_USE = select_into(_Use, id=CouponUse.id, course_id=CouponUse.course_id, expires_at=CouponUse.expires_at)


@signed_in
def check_coupon(tx: Tx, actor: Actor, check: CheckInput) -> CouponPrice | None:
    """What a course would cost the actor with a coupon; nothing is held.

    Returns:
        None for a code of no coupon: the transaction must commit, since it counts the wrong code.

    Raises:
        Invalid, Conflict, Forbidden: it cannot be used for this course, or not by the actor; see `hold_coupon`.
        RateLimited: too many wrong codes before.
    """
    course = _course_for(tx, actor, check.course_id)
    coupon = _guessed(tx, actor, check.code)
    if coupon is None:
        return None
    use = _use_of(tx, coupon.id, actor.id)
    price = _price_of(coupon, course, tx.now)
    _require_free(tx, coupon, use, course.id, tx.now)
    return price


@signed_in
def redeem_coupon(tx: Tx, actor: Actor, check: CheckInput) -> bool | None:
    """Buy a course that costs nothing with a coupon, and join it: no provider takes 0. Whether the actor was not in it already.

    Returns:
        None for a code of no coupon: see `check_coupon`.

    Raises:
        Conflict: something is left to pay; and see `hold_coupon`.
        Invalid, Forbidden, RateLimited: see `check_coupon`.
    """
    _course_for(tx, actor, check.course_id)
    if _guessed(tx, actor, check.code) is None:
        return None
    held = hold_coupon(tx, actor.id, check.code, check.course_id)
    if held.charged:
        raise Conflict("coupon_must_pay")
    settle_use(tx, held.use_id)
    bought = tx.inserting(Purchase).values(user_id=actor.id, course_id=check.course_id, created_at=tx.now)
    again = {"created_at": tx.now, "revoked_at": None}
    tx.execute(bought.on_conflict_do_update(index_elements=[Purchase.user_id, Purchase.course_id], set_=again))
    return enroll(tx, actor, EnrollmentInput(course_id=check.course_id))


@internal
def hold_coupon(tx: Tx, user_id: int, code: str, course_id: int, now: datetime | None = None) -> HeldUse:
    """Hold a use of a coupon for somebody who pays for a course, for `rules.HELD_FOR`.

    Who holds one for the same course gets the same use with today's price, held anew. Wrong codes are not counted here: call `check_coupon`
    in a transaction of its own before.

    Args:
        now: the moment that counts; the transaction's where it is left out.

    Raises:
        Invalid: of the code: no such coupon, not valid now, not for this course, or nothing to lower.
        Conflict: the person used it before, or holds it for another course; or no use is left.
    """
    now = now or tx.now
    course = tx.fetch_one(_SOLD.where(Course.id == course_id))
    coupon = _by_code(tx, code, _COUPON.with_for_update())
    if coupon is None:
        raise Invalid(code="wrong_coupon_code")
    use = _use_of(tx, coupon.id, user_id)
    price = _price_of(coupon, course, now)
    if use and _is_free(use, now):
        _give_back(tx, coupon.id, CouponUse.id == use.id)
        use = None
    if use:
        _require_free(tx, coupon, use, course_id, now)
        renewed = update(CouponUse).where(CouponUse.id == use.id, CouponUse.used_at.is_(None))
        tx.execute(renewed.values(price=price.price, charged=price.charged, expires_at=now + rules.HELD_FOR))
        return HeldUse(coupon.code, price.price, price.charged, use.id)
    if not _take(tx, coupon.id):
        _give_back(tx, coupon.id, CouponUse.expires_at <= now)
        if not _take(tx, coupon.id):
            raise Conflict("coupon_used_up")
    kept = {"coupon_id": coupon.id, "user_id": user_id, "course_id": course_id, "price": price.price, "charged": price.charged}
    use_id = tx.insert(CouponUse, **kept, expires_at=now + rules.HELD_FOR, created_at=now)
    return HeldUse(coupon.code, price.price, price.charged, use_id)


@internal
def settle_use(tx: Tx, use_id: int) -> bool:
    """Say that a held use was paid; whether it is settled now or was before.

    False where it expired and its place went to somebody else: what was paid was paid at the lower price nevertheless.
    """
    coupon_id = _lock_coupon(tx, use_id)
    if coupon_id is None:
        return False
    settled = update(CouponUse).where(CouponUse.id == use_id, CouponUse.used_at.is_(None)).values(used_at=tx.now, expires_at=None)
    if tx.execute(settled).rowcount:
        tx.execute(update(Coupon).where(Coupon.id == coupon_id).values(used=Coupon.used + 1))
        return True
    return tx.scalar(select(CouponUse.id).where(CouponUse.id == use_id)) is not None


@internal
def release_use(tx: Tx, use_id: int) -> bool:
    """Give back a held use whose payment was cancelled, once; False where it was settled or given back before."""
    coupon_id = _lock_coupon(tx, use_id)
    return coupon_id is not None and _give_back(tx, coupon_id, CouponUse.id == use_id) > 0


def _lock_coupon(tx: Tx, use_id: int) -> int | None:
    """Lock the coupon of a use, before the use itself is written."""
    of_use = select(CouponUse.coupon_id).where(CouponUse.id == use_id).scalar_subquery()
    return tx.scalar(select(Coupon.id).where(Coupon.id == of_use).with_for_update())


def _take(tx: Tx, coupon_id: int) -> bool:
    """Take one use, where one is left."""
    is_left = Coupon.max_uses.is_(None) | (Coupon.taken < Coupon.max_uses)
    return tx.execute(update(Coupon).where(Coupon.id == coupon_id, is_left).values(taken=Coupon.taken + 1)).rowcount > 0


def _give_back(tx: Tx, coupon_id: int, which: Any) -> int:
    """Give back uses that were not settled, of a coupon that is locked; how many."""
    count = tx.execute(delete(CouponUse).where(CouponUse.coupon_id == coupon_id, CouponUse.used_at.is_(None), which)).rowcount
    if count:
        tx.execute(update(Coupon).where(Coupon.id == coupon_id).values(taken=Coupon.taken - count))
    return count


def _guessed(tx: Tx, actor: Actor, code: str) -> _Coupon | None:
    """The coupon of a code, which counts where it is wrong."""
    place = windows.take(tx, rules.CODE_GUESSES, str(actor.id))
    coupon = _by_code(tx, code, _COUPON)
    if coupon is not None:
        windows.give_back(tx, place)
    return coupon


def _by_code(tx: Tx, code: str, query: Selection[_Coupon]) -> _Coupon | None:
    return tx.fetch_first(query.where(Coupon.code_key == rules.key_of(code)))


def _use_of(tx: Tx, coupon_id: int, user_id: int) -> _Use | None:
    return tx.fetch_first(_USE.where(CouponUse.coupon_id == coupon_id, CouponUse.user_id == user_id))


def _is_free(use: _Use, now: datetime) -> bool:
    return use.expires_at is not None and use.expires_at <= now


def _require_free(tx: Tx, coupon: _Coupon, use: _Use | None, course_id: int, now: datetime) -> None:
    """Let somebody go on who may use a coupon as far as it was used until now.

    Raises:
        Conflict: see `hold_coupon`.
    """
    if use is not None and not _is_free(use, now):
        if use.expires_at is None or use.course_id != course_id:
            raise Conflict("coupon_used_before")
        return
    if coupon.max_uses is not None and coupon.taken >= coupon.max_uses:
        expired = select(func.count()).select_from(CouponUse).where(CouponUse.coupon_id == coupon.id, CouponUse.expires_at <= now)
        if not tx.scalar(expired):
            raise Conflict("coupon_used_up")


def _course_for(tx: Tx, actor: Actor, course_id: int) -> _Sold:
    """A course that the actor may buy.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: the actor teaches it.
        Conflict: the actor bought it.
    """
    seen = Course.id == course_id, is_visible(visibility_of(actor))
    course = tx.first(_SOLD.where(*seen).query.add_columns(has_bought()), viewer(actor))
    if course is None:
        raise unknown("course_id", course_id)
    *columns, is_bought = course
    sold = _Sold(*columns)
    if sold.instructor_id == actor.id:
        raise Forbidden("own_course")
    if is_bought:
        raise Conflict("has_course")
    return sold


def _price_of(coupon: _Coupon, course: _Sold, now: datetime) -> CouponPrice:
    """What a course costs with a coupon.

    Raises:
        Invalid: it is not valid now, not for this course, or there is nothing to lower.
    """
    price = charged(course.price, course.discount_price)
    if not coupon.is_active or (coupon.ends_at is not None and coupon.ends_at <= now):
        raise Invalid(code="coupon_expired")
    if coupon.starts_at is not None and now < coupon.starts_at:
        raise Invalid(code="coupon_not_begun")
    if coupon.course_id not in (None, course.id) or coupon.instructor_id not in (None, course.instructor_id):
        raise Invalid(code="coupon_of_other_course")
    if price == 0:
        raise Invalid(code="coupon_nothing_to_pay")
    if price < coupon.min_price:
        raise Invalid(code="coupon_price_too_low")
    return CouponPrice(coupon.code, price, rules.reduced(price, coupon.percent, coupon.amount))
