"""What is granted for an order, once, and taken back when its money went back."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, delete, select, update

from bilim.billing.models import PaymentMonth
from bilim.catalog.models import Purchase
from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import select_into
from bilim.kit.access import internal
from bilim.kit.errors import Conflict
from bilim.payments.models import Checkout, Order, OrderGrant, TuitionMonth
from bilim.plans.actions.subscriptions import grant_subscription, revoke_subscription
from bilim.plans.inputs import Grant
from bilim.study.models import Enrollment


class HeldOrder(Struct):
    """A locked order."""

    id: int
    user_id: int
    item_key: str
    status: str
    course_id: int | None
    plan_id: int | None
    group_id: int | None
    days: int | None


_ORDER = select_into(
    HeldOrder,
    id=Order.id,
    user_id=Order.user_id,
    item_key=Order.item_key,
    status=Order.status,
    course_id=Order.course_id,
    plan_id=Order.plan_id,
    group_id=Order.group_id,
    days=Order.days,
)
_HELD = PreparedSelection(_ORDER.where(Order.id == bindparam("order_id")).with_for_update())
_MONTHS = Prepared(
    select(PaymentMonth.year, PaymentMonth.month)
    .join(Checkout, Checkout.payment_id == PaymentMonth.payment_id)
    .where(Checkout.order_id == bindparam("order_id"))
    .distinct()
    .order_by(PaymentMonth.year, PaymentMonth.month)  # whoever else claims some of them waits in the same order
)


_GRANTED = Prepared(update(Order).where(Order.id == bindparam("order_id")).values(status="granted"))
_OTHERS = Prepared(
    select(Order.id)
    .where(Order.user_id == bindparam("user_id"), Order.item_key == bindparam("item_key"), Order.id != bindparam("order_id"))
    .where(Order.status.in_(("open", "closed")))
    .with_for_update(skip_locked=True)
)


def _buy(insert: Callable[[Any], Any]) -> Prepared:
    """The statement that notes a purchase: a new one, or one that was taken back before; it answers nothing for one that stands."""
    bought = insert(Purchase).values({name: bindparam(name) for name in ("user_id", "course_id", "created_at")})
    again = bought.on_conflict_do_update(
        index_elements=[Purchase.user_id, Purchase.course_id],
        set_={"revoked_at": None, "created_at": bought.excluded.created_at},
        where=Purchase.revoked_at.is_not(None),
    )
    return Prepared(again.returning(Purchase.id))


_BUY = {dialect: _buy(insert) for dialect, insert in INSERTING.items()}


@internal
def grant(tx: Tx, order_id: int, payment_id: int) -> bool:
    """Grant what an order is for; False where there is nothing left to grant for the money: it was granted before, or came otherwise.

    Neither a course that was withdrawn nor a plan that was changed meanwhile matters: the payer gets what was ordered.
    """
    order = tx.fetch_one(_HELD, {"order_id": order_id})
    if order.status not in ("open", "closed"):
        return False
    made = _effect_of(tx, order)
    if made is None:
        return False
    tx.insert(OrderGrant, order_id=order_id, payment_id=payment_id, created_at=tx.now, **made)
    tx.run(_GRANTED, {"order_id": order_id})
    _void_others(tx, order)
    return True


def _void_others(tx: Tx, order: HeldOrder) -> None:
    """End the other orders of the same thing, so that their links take no money for it. One that is being paid at this moment stays."""
    unpaid = tx.scalars(_OTHERS, {"user_id": order.user_id, "item_key": order.item_key, "order_id": order.id})
    if unpaid:
        tx.execute(update(Order).where(Order.id.in_(unpaid)).values(status="void"))


def _effect_of(tx: Tx, order: HeldOrder) -> dict[str, int | bool] | None:
    """Do what an order is for; the columns of its grant, or None where nothing could be done."""
    if order.course_id is not None:
        return _open_course(tx, order.user_id, order.course_id)
    if order.plan_id is not None:
        wanted = Grant(plan_id=order.plan_id, source="payment", key=f"order:{order.id}", days=order.days)
        try:
            return {"subscription_id": grant_subscription(tx, order.user_id, wanted)}
        except Conflict:  # subscribed for years ahead
            return None
    return {} if _claim_months(tx, order) else None


def _claim_months(tx: Tx, order: HeldOrder) -> bool:
    """Note that an order's months are the student's; False, and nothing is noted, where another order has one of them.

    Of orders that are captured at the same moment, the second waits here for the first.
    """
    wanted = tx.all(_MONTHS, {"order_id": order.id})
    whose = {"order_id": order.id, "user_id": order.user_id, "group_id": order.group_id}
    rows = [{**whose, "year": year, "month": month} for year, month in wanted]
    claimed = tx.scalars(tx.inserting(TuitionMonth).values(rows).on_conflict_do_nothing().returning(TuitionMonth.id))
    if len(claimed) == len(rows):
        return True
    _free_months(tx, order.id)
    return False


def _free_months(tx: Tx, order_id: int) -> None:
    tx.execute(delete(TuitionMonth).where(TuitionMonth.order_id == order_id))


def _open_course(tx: Tx, user_id: int, course_id: int) -> dict[str, int | bool] | None:
    if tx.scalar(_BUY[tx.dialect], {"user_id": user_id, "course_id": course_id, "created_at": tx.now}) is None:
        return None
    joined = tx.insert_unless_there(Enrollment, user_id=user_id, course_id=course_id, created_at=tx.now, studied_at=tx.now)
    return {"made_enrollment": joined is not None}


@internal
def revoke(tx: Tx, order_id: int, payment_id: int) -> bool:
    """Take back what was granted for an order by this payment, and nothing else; False where this payment granted nothing.

    What was learned stays: lessons finished, certificates, reviews.
    """
    order = tx.fetch_one(_HELD, {"order_id": order_id})
    granted = tx.first(
        update(OrderGrant)
        .where(OrderGrant.order_id == order_id, OrderGrant.payment_id == payment_id, OrderGrant.revoked_at.is_(None))
        .values(revoked_at=tx.now)
        .returning(OrderGrant.made_enrollment, OrderGrant.subscription_id)
    )
    if granted is None:
        return False
    made_enrollment, subscription_id = granted
    tx.execute(update(Order).where(Order.id == order_id).values(status="revoked"))
    if order.course_id is not None:
        of_course = (Purchase.user_id == order.user_id, Purchase.course_id == order.course_id)
        tx.execute(update(Purchase).where(*of_course).values(revoked_at=tx.now))
        if made_enrollment:
            tx.execute(delete(Enrollment).where(Enrollment.user_id == order.user_id, Enrollment.course_id == order.course_id))
    if subscription_id is not None:
        revoke_subscription(tx, subscription_id)
    if order.group_id is not None:
        _free_months(tx, order.id)
    return True


@internal
def has_open_grant(tx: Tx, payment_id: int) -> bool:
    """Whether a payment granted something that was not taken back."""
    return tx.scalar(select(OrderGrant.id).where(OrderGrant.payment_id == payment_id, OrderGrant.revoked_at.is_(None))) is not None
