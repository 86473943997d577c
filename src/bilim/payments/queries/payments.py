"""Reads of payments by services. Amounts are UZS."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import bindparam, case

from bilim.billing.access import status_now
from bilim.billing.models import Payment
from bilim.billing.rules import CAPTURED
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import select_into, uzs
from bilim.kit.access import internal, public, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.payments.access import is_visible
from bilim.payments.models import Checkout, Order, PaymentAlert
from bilim.payments.protocols import PaymentToPay
from bilim.plans.models import Plan

_STATUS = case(((Payment.status == CAPTURED) & (Payment.refunded == Payment.amount), "refunded"), else_=status_now())


class OnlinePaymentView(Struct):
    """A payment by a service. `status` is pending, captured, refunded (all of it) or cancelled; amounts are UZS."""

    id: int
    number: str
    kind: str
    title: str
    provider: str
    status: str
    amount: Decimal
    refunded: Decimal
    course_id: int | None
    plan_id: int | None
    group_id: int | None
    checkout_url: str | None
    created_at: datetime
    expires_at: datetime
    captured_at: datetime | None


class ReturnView(Struct):
    """What the page shows to which a service sends a payer back: nothing about the person."""

    number: str
    title: str
    status: str
    amount: Decimal


class AlertView(Struct):
    """Something that a person must look at."""

    id: int
    kind: str
    payment_id: int | None
    detail: str
    created_at: datetime
    resolved_at: datetime | None


_PAYMENT = (
    select_into(
        OnlinePaymentView,
        id=Payment.id,
        number=Checkout.number,
        kind=Payment.kind,
        title=Order.title,
        provider=Payment.provider,
        status=_STATUS,
        amount=uzs(Payment.amount),
        refunded=uzs(Payment.refunded),
        course_id=Order.course_id,
        plan_id=Order.plan_id,
        group_id=Order.group_id,
        checkout_url=Checkout.url,
        created_at=Payment.created_at,
        expires_at=Payment.expires_at,
        captured_at=Payment.captured_at,
    )
    .join(Checkout, Checkout.payment_id == Payment.id)
    .join(Order, Order.id == Checkout.order_id)
)
_OWN = ListQuery(_PAYMENT.where(Payment.payer_id == bindparam("payer_id")).order_by(Payment.id.desc()))
_ONE = {
    is_admin: PreparedSelection(_PAYMENT.where(Payment.id == bindparam("payment_id"), is_visible(is_admin=is_admin)))
    for is_admin in (True, False)
}
_ALERT = select_into(
    AlertView,
    id=PaymentAlert.id,
    kind=PaymentAlert.kind,
    payment_id=PaymentAlert.payment_id,
    detail=PaymentAlert.detail,
    created_at=PaymentAlert.created_at,
    resolved_at=PaymentAlert.resolved_at,
)
_ALERTS = ListQuery(_ALERT.order_by(PaymentAlert.id.desc()))
_RETURN = PreparedSelection(
    select_into(ReturnView, number=Checkout.number, title=Order.title, status=_STATUS, amount=uzs(Payment.amount))
    .join(Checkout, Checkout.payment_id == Payment.id)
    .join(Order, Order.id == Checkout.order_id)
    .where(Checkout.number == bindparam("number"))
)
_TO_PAY = PreparedSelection(
    select_into(
        PaymentToPay,
        payment_id=Payment.id,
        number=Checkout.number,
        kind=Payment.kind,
        title=Order.title,
        amount=Payment.amount,
        payer_id=Payment.payer_id,
        expires_at=Payment.expires_at,
        plan_price_id=Plan.stripe_price_id,
    )
    .join(Checkout, Checkout.payment_id == Payment.id)
    .join(Order, Order.id == Checkout.order_id)
    .outerjoin(Plan, Plan.id == Order.plan_id)
    .where(Payment.id == bindparam("payment_id"))
)


@signed_in
def own_payments(tx: Tx, actor: Actor, page: Page) -> RowStream[OnlinePaymentView]:
    """The actor's own payments by services, newest first."""
    return paginate(tx, _OWN, page, {"payer_id": actor.id, "now": tx.now})


@signed_in
def payment(tx: Tx, actor: Actor, payment_id: int) -> OnlinePaymentView:
    """One payment by a service.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return tx.fetch_one(_ONE[actor.is_admin], {"payment_id": payment_id, "actor_id": actor.id, "now": tx.now})


@public
def payment_by_number(tx: Tx, number: str) -> ReturnView:
    """What whoever knows a payment's number may know: what it is for, how much, and whether it was paid.

    Raises:
        NotFound: there is none.
    """
    if not number.isascii():
        raise NotFound
    return tx.fetch_one(_RETURN, {"number": number, "now": tx.now})


@internal
def to_pay(tx: Tx, payment_id: int) -> PaymentToPay:
    """A payment as its service is told of it."""
    return tx.fetch_one(_TO_PAY, {"payment_id": payment_id})


@requires(Role.ADMIN)
def alerts(tx: Tx, actor: Actor, page: Page) -> RowStream[AlertView]:  # noqa: ARG001 - the same for all admins
    """What a person must look at, newest first."""
    return paginate(tx, _ALERTS, page)


@requires(Role.ADMIN)
def alert(tx: Tx, actor: Actor, alert_id: int) -> AlertView:  # noqa: ARG001 - the same for all admins
    """One alert.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ALERT.where(PaymentAlert.id == alert_id))
