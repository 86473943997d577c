"""Beginning to pay: the order, and an attempt to pay it by one service."""

from sqlalchemy import bindparam, insert, select, update

from bilim.billing.models import Payment, PaymentMonth
from bilim.billing.rules import PENDING
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.codes import new_code
from bilim.payments.actions.offers import Offer, offer_for
from bilim.payments.inputs import PurchaseInput
from bilim.payments.models import Checkout, Order
from bilim.payments.rules import NUMBER_LENGTH, PENDING_FOR

_WAITING = Prepared(
    select(Payment.id)
    .join(Checkout, Checkout.payment_id == Payment.id)
    .where(Checkout.order_id == bindparam("order_id"), Payment.provider == bindparam("provider"))
    .where(Payment.status == PENDING, Payment.expires_at > bindparam("now", type_=Payment.expires_at.type))
)
_OPEN = Prepared(
    select(Order.id, Order.amount, Order.days)
    .where(Order.user_id == bindparam("user_id"), Order.item_key == bindparam("item_key"), Order.status == "open")
    .with_for_update()
)
_NOTE_LINK = Prepared(update(Checkout).where(Checkout.payment_id == bindparam("of")).values(url=bindparam("address")))


@signed_in
def open_checkout(tx: Tx, actor: Actor, purchase: PurchaseInput) -> int:
    """Begin to pay for something by a service; the payment's id.

    While a payment of the same order by the same service waits at the same price, it is answered again: pressing twice makes one. Where
    the price changed, another order takes the place of the earlier one, whose link still works for what it said.

    Raises:
        Invalid, BadRequest, Conflict: see `offers.offer_for`.
    """
    offer = offer_for(tx, actor, purchase)
    order_id = _order_for(tx, actor.id, offer)
    payment_id = tx.scalar(_WAITING, {"order_id": order_id, "provider": purchase.provider, "now": tx.now})
    return _attempt(tx, actor.id, offer, order_id, purchase.provider) if payment_id is None else payment_id


def _order_for(tx: Tx, user_id: int, offer: Offer) -> int:
    """The open order for an offer, made where there is none at this price; its row is locked."""
    while True:
        found = tx.first(_OPEN, {"user_id": user_id, "item_key": offer.key})
        if found is not None and (found[1], found[2]) == (offer.amount, offer.days):
            if offer.coupon_use_id is not None:
                tx.execute(update(Order).where(Order.id == found[0]).values(coupon_use_id=offer.coupon_use_id))
            return found[0]
        if found is not None:
            tx.execute(update(Order).where(Order.id == found[0]).values(status="closed"))
        order_id = tx.insert_unless_there(
            Order,
            user_id=user_id,
            kind=offer.kind,
            item_key=offer.key,
            course_id=offer.course_id,
            plan_id=offer.plan_id,
            days=offer.days,
            group_id=offer.group_id,
            title=offer.title,
            amount=offer.amount,
            status="open",
            coupon_use_id=offer.coupon_use_id,
            created_at=tx.now,
        )
        if order_id is not None:
            return order_id  # else another request made it meanwhile


def _attempt(tx: Tx, user_id: int, offer: Offer, order_id: int, provider: str) -> int:
    payment_id = tx.insert(
        Payment,
        kind=offer.kind,
        provider=provider,
        status=PENDING,
        payer_id=user_id,
        group_id=offer.group_id,
        amount=offer.amount,
        refunded=0,
        expires_at=tx.now + PENDING_FOR,
        created_at=tx.now,
        updated_at=tx.now,
    )
    months = [{"payment_id": payment_id, "year": each.year, "month": each.month} for each in offer.months]
    if months:
        tx.execute(insert(PaymentMonth), months)
    tx.insert_row(Checkout, payment_id=payment_id, order_id=order_id, number=new_code(NUMBER_LENGTH))
    return payment_id


@internal
def note_link(tx: Tx, payment_id: int, url: str) -> None:
    """Keep where a payment is paid."""
    tx.run(_NOTE_LINK, {"of": payment_id, "address": url})
