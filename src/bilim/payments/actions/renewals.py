"""Money that a service takes by itself, again and again, for what was ordered once."""

from sqlalchemy import select

from bilim.billing.models import Payment
from bilim.billing.rules import PENDING
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.codes import new_code
from bilim.payments.models import Checkout, Order
from bilim.payments.rules import NUMBER_LENGTH

_RENEWAL = ":renewal"
"""Behind what the order is for, so that its grant ends no other order of the same thing, whichever is granted first."""


@internal
def open_renewal(tx: Tx, order_id: int, provider: str, amount: int) -> str:
    """An order and a payment like an earlier one, at what the service took this time; the payment's number.

    The order is `closed` from the beginning: nobody pays it by a link, and it stands in no other order's way.
    """
    wanted = select(Order.user_id, Order.kind, Order.item_key, Order.plan_id, Order.days, Order.title).where(Order.id == order_id)
    user_id, kind, item_key, plan_id, days, title = tx.first(wanted)
    key = item_key if item_key.endswith(_RENEWAL) else item_key + _RENEWAL
    what = {"kind": kind, "item_key": key, "plan_id": plan_id, "days": days, "title": title}
    renewal_id = tx.insert(Order, user_id=user_id, amount=amount, status="closed", created_at=tx.now, **what)
    moments = {"expires_at": tx.now, "created_at": tx.now, "updated_at": tx.now}
    payment_id = tx.insert(Payment, kind=kind, provider=provider, status=PENDING, payer_id=user_id, amount=amount, refunded=0, **moments)
    number = new_code(NUMBER_LENGTH)
    tx.insert_row(Checkout, payment_id=payment_id, order_id=renewal_id, number=number)
    return number
