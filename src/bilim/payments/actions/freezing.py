"""Suspending what a payment granted while its money is in doubt, and giving it back."""

from datetime import timedelta

from sqlalchemy import select, update

from bilim.catalog.models import Purchase
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payments.models import Order, OrderGrant
from bilim.plans.actions.periods import end_subscription, fit_period
from bilim.plans.actions.subscriptions import grant_subscription
from bilim.plans.inputs import Grant


@internal
def suspend(tx: Tx, payment_id: int) -> timedelta | None:
    """Suspend what a payment granted; how much of a subscription was left, nothing of other things. None where it granted nothing.

    Months of tuition stay: the lessons are given or not, whatever a bank says.
    """
    found = tx.first(_GRANT.where(OrderGrant.payment_id == payment_id, OrderGrant.revoked_at.is_(None)))
    if found is None:
        return None
    user_id, course_id, _, subscription_id = found
    if course_id is not None:
        bought = (Purchase.user_id == user_id, Purchase.course_id == course_id, Purchase.revoked_at.is_(None))
        tx.execute(update(Purchase).where(*bought).values(revoked_at=tx.now))
    return timedelta(0) if subscription_id is None else end_subscription(tx, subscription_id, tx.now)


@internal
def restore(tx: Tx, payment_id: int, rest: timedelta) -> tuple[int, int] | None:
    """Give back what was suspended, of a subscription so much as was left, from now or from the end of the last one.

    The ids of the subscription that was ended and of the one that follows it; None where there is none.

    Raises:
        Conflict: the person is subscribed for years ahead.
    """
    found = tx.first(_GRANT.where(OrderGrant.payment_id == payment_id, OrderGrant.revoked_at.is_(None)))
    if found is None:
        return None
    user_id, course_id, plan_id, subscription_id = found
    if course_id is not None:
        bought = (Purchase.user_id == user_id, Purchase.course_id == course_id)
        tx.execute(update(Purchase).where(*bought).values(revoked_at=None))
    if subscription_id is None or not rest:
        return None
    wanted = Grant(plan_id=plan_id, source="payment", key=f"restored:{subscription_id}", days=1)
    restored_id = grant_subscription(tx, user_id, wanted)
    fit_period(tx, restored_id, tx.local_now, tx.local_now + rest)
    tx.execute(update(OrderGrant).where(OrderGrant.payment_id == payment_id).values(subscription_id=restored_id))
    return subscription_id, restored_id


_GRANT = select(Order.user_id, Order.course_id, Order.plan_id, OrderGrant.subscription_id).join(Order, Order.id == OrderGrant.order_id)
