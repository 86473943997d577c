"""What a paid course changes for its instructor and for the coupon that lowered its price."""

from sqlalchemy import select

from bilim.coupons.actions.using import settle_use
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payments.models import Order, OrderGrant
from bilim.sales.actions import record_refund, record_sale


@internal
def write_sale(tx: Tx, payment_id: int, share_percent: int) -> None:
    """Write a course's payment, and what went back of it, into its instructor's statement. Again, and in any order, it is the same.

    Money that granted nothing, such as what was paid twice, is nobody's sale.

    Args:
        share_percent: the instructor's share of a sale that is not written yet.
    """
    granted = select(Order.course_id, Order.coupon_use_id).join(OrderGrant, OrderGrant.order_id == Order.id)
    found = tx.first(granted.where(OrderGrant.payment_id == payment_id, Order.course_id.is_not(None)))
    if found is None:
        return
    course_id, coupon_use_id = found
    if coupon_use_id is not None:
        settle_use(tx, coupon_use_id)
    record_sale(tx, payment_id, course_id, share_percent)
    record_refund(tx, payment_id)
