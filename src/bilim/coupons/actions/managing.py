"""Making, changing and deleting coupons."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bilim.accounts.models import User
from bilim.catalog.access import require_editor
from bilim.coupons import access, rules
from bilim.coupons.inputs import CouponChanges, CouponInput
from bilim.coupons.models import Coupon
from bilim.db.engine import Tx, violates
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import new_code
from bilim.kit.errors import Conflict, FieldProblems, Invalid, NotFound, Problem, unknown
from bilim.kit.inputs import sent_fields, value_or
from bilim.kit.money import to_tiyin

_BOUNDS = ("max_uses", "starts_at", "ends_at")


@requires(Role.TEACHER)
def create_coupon(tx: Tx, actor: Actor, coupon: CouponInput) -> int:
    """Make a coupon and return its id. An instructor's is for their own courses alone, also where it names one of them.

    Raises:
        Invalid: no such course or instructor, as far as the actor may know.
        Forbidden: somebody else's course.
        Conflict: the code is taken.
    """
    course_id, instructor_id = value_or(coupon.course_id, None), actor.id
    if course_id is not None:
        _require_course(tx, actor, course_id)
    if actor.is_admin:
        instructor_id = value_or(coupon.instructor_id, None)
        _require_instructor(tx, instructor_id)
    code = value_or(coupon.code, None) or new_code(rules.CODE_LENGTH)
    scope = {"course_id": course_id, "instructor_id": instructor_id, "created_by": actor.id}
    columns = {"is_active": True, "min_price": 0, **_columns(coupon)}
    try:
        with tx.savepoint():
            return tx.insert(
                Coupon, code=code.upper(), code_key=rules.key_of(code), **scope, **columns, created_at=tx.now, updated_at=tx.now
            )
    except IntegrityError as error:
        if violates(error, "uq_coupons_code_key", "coupons.code_key"):
            raise Conflict("coupon_code_taken") from None
        raise


@requires(Role.TEACHER)
def change_coupon(tx: Tx, actor: Actor, coupon_id: int, changes: CouponChanges) -> None:
    """Change a coupon; its code and what it is for stay. Uses that are held or settled keep their price.

    Raises:
        NotFound: there is none that the actor manages.
        Invalid: fewer uses than are taken, or an end before the beginning.
    """
    wanted = select(Coupon.taken, Coupon.starts_at, Coupon.ends_at).where(Coupon.id == coupon_id, access.is_own(actor))
    held = tx.first(wanted.with_for_update())
    if held is None:
        raise NotFound
    taken, starts_at, ends_at = held
    columns = _columns(changes)
    wrong: FieldProblems = {}
    if (most := columns.get("max_uses")) is not None and most < taken:
        wrong["max_uses"] = [Problem("coupon_uses_taken", {"taken": taken})]
    start, end = columns.get("starts_at", starts_at), columns.get("ends_at", ends_at)
    if start is not None and end is not None and end <= start:
        wrong["ends_at"] = [Problem("ends_before")]
    if wrong:
        raise Invalid(wrong)
    tx.execute(update(Coupon).where(Coupon.id == coupon_id).values(**columns, updated_at=tx.now))


@requires(Role.TEACHER)
def delete_coupon(tx: Tx, actor: Actor, coupon_id: int) -> None:
    """Delete a coupon; one that somebody uses is hidden. Uses whose payment is awaited stay valid.

    Raises:
        NotFound: there is none that the actor manages.
    """
    if tx.scalar(select(Coupon.id).where(Coupon.id == coupon_id, access.is_own(actor)).with_for_update()) is None:
        raise NotFound
    if not tx.delete_unless_referenced(Coupon, coupon_id):
        tx.execute(update(Coupon).where(Coupon.id == coupon_id).values(deleted_at=tx.now))


def _columns(coupon: CouponChanges) -> dict[str, Any]:
    columns = sent_fields(coupon, *_BOUNDS)
    if (percent := value_or(coupon.percent, None)) is not None:
        columns |= {"percent": percent, "amount": None}
    if (amount := value_or(coupon.amount, None)) is not None:
        columns |= {"percent": None, "amount": to_tiyin(amount)}
    columns |= {name: to_tiyin(value) if value else 0 for name, value in sent_fields(coupon, "min_price").items()}
    return columns | {name: value is not False for name, value in sent_fields(coupon, "is_active").items()}


def _require_course(tx: Tx, actor: Actor, course_id: int) -> None:
    try:
        require_editor(tx, actor, course_id, locks=True)
    except NotFound:
        raise unknown("course_id", course_id) from None


def _require_instructor(tx: Tx, instructor_id: int | None) -> None:
    teaches = select(User.id).where(User.id == instructor_id, User.role != Role.STUDENT, User.deleted_at.is_(None))
    if instructor_id is not None and tx.scalar(teaches) is None:
        raise unknown("instructor_id", instructor_id)
