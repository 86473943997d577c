"""Writing instructors' statements, in the transactions that capture and refund payments of courses.

    record_sale(tx, payment_id, course_id, settings.instructor_share_percent)    # when the money was taken
    record_refund(tx, payment_id)                                                # after `payments.refunded` was raised

Lines are only ever added. Each bears the instructor's balance, so lines of one instructor are written one after the other: the instructor's
row is locked until the transaction ends. These calls stand near the end of an action, always before `billing.actions.add_to_month`, and no
action writes lines of two instructors.
"""

from sqlalchemy import func, select

from bilim.accounts.models import User
from bilim.billing.models import Payment
from bilim.billing.rules import CAPTURED
from bilim.catalog.models import Course
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.sales.models import SaleLine
from bilim.sales.rules import share_of


@internal
def record_sale(tx: Tx, payment_id: int, course_id: int, share_percent: int) -> bool:
    """Write the line of a captured payment for a course, once; False where it was written before.

    A payment that was not captured, or is not for a course, gets none, nor does a course that nobody teaches.

    Args:
        share_percent: the instructor's share at this moment; it holds for this payment's refunds too.
    """
    teaches = select(Course.instructor_id).where(Course.id == course_id)
    instructor_id = tx.scalar(teaches)
    sold = select(Payment.amount).where(Payment.id == payment_id, Payment.kind == "course", Payment.status == CAPTURED)
    amount = tx.scalar(sold)
    if instructor_id is None or amount is None:
        return False
    _lock(tx, instructor_id)
    if tx.scalar(select(SaleLine.id).where(SaleLine.payment_id == payment_id)) is not None:
        return False
    _add(tx, (payment_id, course_id, instructor_id), amount, share_percent, share_of(amount, share_percent))
    return True


@internal
def record_refund(tx: Tx, payment_id: int) -> bool:
    """Write a line of what went back of a payment since its last line; False where nothing did, or it has no line of its sale."""
    earlier = select(SaleLine.course_id, SaleLine.instructor_id, SaleLine.share_percent)  # the first is the sale's; all say the same
    found = tx.first(earlier.where(SaleLine.payment_id == payment_id).limit(1))
    if found is None:
        return False
    course_id, instructor_id, percent = found
    _lock(tx, instructor_id)
    left = tx.scalar(select(Payment.amount - Payment.refunded).where(Payment.id == payment_id))
    told, share = tx.first(select(func.sum(SaleLine.amount), func.sum(SaleLine.share)).where(SaleLine.payment_id == payment_id))
    gone = int(told) - left
    if gone <= 0:
        return False
    _add(tx, (payment_id, course_id, instructor_id), -gone, percent, share_of(left, percent) - int(share))
    return True


def _lock(tx: Tx, instructor_id: int) -> None:
    """Wait for whoever writes a line of this instructor."""
    tx.scalar(select(User.id).where(User.id == instructor_id).with_for_update(key_share=True))


def _add(tx: Tx, about: tuple[int, int, int], amount: int, percent: int, share: int) -> None:
    payment_id, course_id, instructor_id = about
    last = select(SaleLine.balance, SaleLine.created_at).where(SaleLine.instructor_id == instructor_id)
    found = tx.first(last.order_by(SaleLine.created_at.desc(), SaleLine.id.desc()).limit(1))
    balance, before = found or (0, tx.now)
    tx.insert(
        SaleLine,
        payment_id=payment_id,
        course_id=course_id,
        instructor_id=instructor_id,
        amount=amount,
        share_percent=percent,
        share=share,
        balance=balance + share,
        created_at=max(tx.now, before),
    )
