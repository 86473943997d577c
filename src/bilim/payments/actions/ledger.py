"""What services say of payments, written down: begun, captured, cancelled, refunded. One set of actions for all services.

A service's slice reads its own protocol and calls these, in one transaction a call:

    held = ledger.lock_payment(tx, number)                                        # the row is locked until the transaction ends
    begun = ledger.begin_transaction(tx, held, service_txn, at, expires_at)       # None: another one of this payment is under way
    ledger.capture(tx, begun)                                                     # granted exactly once
    ledger.release(tx, begun, reason)                                             # or given up: the payment can be paid again
    ledger.refund(tx, held, amount, begun, reason)                                # or the money went back: what was granted is revoked

Rows are locked in one order: the payment, its order, what is granted, the month's sums. Captured money is never refused: where nothing is
left to grant for it, it is the payer's balance, and a person is alerted.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import bindparam, case, select, update

from bilim.billing.actions import add_to_month
from bilim.billing.inputs import PaymentTaken
from bilim.billing.models import Payment, PaymentMonth
from bilim.billing.rules import CANCELLED, CAPTURED, PENDING
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import select_into
from bilim.kit.access import internal
from bilim.kit.codes import new_code
from bilim.payments.actions import granting
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.inputs import WriteSale
from bilim.payments.models import BalanceEntry, Checkout, Order, ProviderTransaction, TuitionMonth
from bilim.payments.rules import NUMBER_LENGTH, TIMED_OUT, is_closed


class Captured(StrEnum):
    """What became of captured money."""

    GRANTED = "granted"
    TO_BALANCE = "to_balance"
    BEFORE = "before"
    """This transaction was captured before: nothing changed."""


class HeldPayment(Struct):
    """A locked payment and its order. Amounts are tiyin."""

    id: int
    number: str
    provider: str
    kind: str
    status: str
    payer_id: int
    group_id: int | None
    amount: int
    refunded: int
    expires_at: datetime
    captured_at: datetime | None
    order_id: int
    order_status: str
    """`void` too while another order has one of its months of tuition."""
    title: str

    def is_expired(self, now: datetime) -> bool:
        """Whether nobody may begin to pay it any more."""
        return self.status == PENDING and self.expires_at <= now

    def is_payable(self, now: datetime) -> bool:
        """Whether somebody may begin to pay it: it waits, is in time, and its order was not paid in another way."""
        return self.status == PENDING and self.expires_at > now and self.order_status in ("open", "closed")


_IS_TAKEN = (
    select(TuitionMonth.id)
    .join(PaymentMonth, (PaymentMonth.year == TuitionMonth.year) & (PaymentMonth.month == TuitionMonth.month))
    .where(PaymentMonth.payment_id == Payment.id, TuitionMonth.user_id == Order.user_id, TuitionMonth.group_id == Order.group_id)
    .correlate(Payment, Order)
    .exists()
)
"""Whether one of the payment's months was granted by another order: asked only of orders that were not granted themselves."""
_ORDER_STATUS = case((Order.group_id.is_not(None) & Order.status.in_(("open", "closed")) & _IS_TAKEN, "void"), else_=Order.status)
_PAYMENT = (
    select_into(
        HeldPayment,
        id=Payment.id,
        number=Checkout.number,
        provider=Payment.provider,
        kind=Payment.kind,
        status=Payment.status,
        payer_id=Payment.payer_id,
        group_id=Payment.group_id,
        amount=Payment.amount,
        refunded=Payment.refunded,
        expires_at=Payment.expires_at,
        captured_at=Payment.captured_at,
        order_id=Checkout.order_id,
        order_status=_ORDER_STATUS,
        title=Order.title,
    )
    .join(Checkout, Checkout.payment_id == Payment.id)
    .join(Order, Order.id == Checkout.order_id)
)


class TransactionView(Struct):
    """A service's transaction. `provider_time` is the service's clock, all other times are ours."""

    id: int
    provider: str
    provider_txn_id: str
    payment_id: int
    number: str
    amount: int
    state: str
    reason: int | None
    provider_time: datetime
    created_at: datetime
    expires_at: datetime | None
    captured_at: datetime | None
    cancelled_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        """Whether the service has had its time to capture it."""
        return self.state == "created" and self.expires_at is not None and self.expires_at <= now


TRANSACTION = select_into(
    TransactionView,
    id=ProviderTransaction.id,
    provider=ProviderTransaction.provider,
    provider_txn_id=ProviderTransaction.provider_txn_id,
    payment_id=ProviderTransaction.payment_id,
    number=Checkout.number,
    amount=ProviderTransaction.amount,
    state=ProviderTransaction.state,
    reason=ProviderTransaction.reason,
    provider_time=ProviderTransaction.provider_time,
    created_at=ProviderTransaction.created_at,
    expires_at=ProviderTransaction.expires_at,
    captured_at=ProviderTransaction.captured_at,
    cancelled_at=ProviderTransaction.cancelled_at,
).join(Checkout, Checkout.payment_id == ProviderTransaction.payment_id)


_OF_NUMBER = _PAYMENT.where(Checkout.number == bindparam("number"), Payment.provider == bindparam("provider"))
_FIND = PreparedSelection(_OF_NUMBER)
_LOCK = PreparedSelection(_OF_NUMBER.with_for_update(of=(Payment, Order)))
_FIND_TRANSACTION = PreparedSelection(
    TRANSACTION.where(
        ProviderTransaction.provider == bindparam("provider"), ProviderTransaction.provider_txn_id == bindparam("provider_txn_id")
    )
)
_UNDER_WAY = PreparedSelection(
    TRANSACTION.where(ProviderTransaction.payment_id == bindparam("payment_id"), ProviderTransaction.state == "created")
)


_TRANSACTION_ID, _PAYMENT_ID, _NOW = bindparam("transaction_id"), bindparam("payment_id"), bindparam("now", type_=Payment.updated_at.type)
_OPEN_TRANSACTION = (ProviderTransaction.id == _TRANSACTION_ID, ProviderTransaction.state == "created")
_TAKE = Prepared(update(ProviderTransaction).where(*_OPEN_TRANSACTION).values(state="captured", captured_at=_NOW))
_RELEASE = Prepared(
    update(ProviderTransaction)
    .where(*_OPEN_TRANSACTION)
    .values(state="cancelled", cancelled_at=bindparam("at", type_=_NOW.type), reason=bindparam("why"))
)
_KEEP_OPEN = Prepared(
    update(Payment).where(Payment.id == _PAYMENT_ID).values(expires_at=bindparam("until", type_=_NOW.type), updated_at=_NOW)
)
_PAY = Prepared(update(Payment).where(Payment.id == _PAYMENT_ID).values(status=CAPTURED, captured_at=_NOW, updated_at=_NOW))


@internal
def find_payment(tx: Tx, provider: str, number: str) -> HeldPayment | None:
    """The payment of a number, where it is this service's. Nothing is locked."""
    return tx.fetch_first(_FIND, {"number": number, "provider": provider})


@internal
def lock_payment(tx: Tx, provider: str, number: str) -> HeldPayment | None:
    """The payment of a number, where it is this service's; its row and its order's are locked until the transaction ends."""
    return tx.fetch_first(_LOCK, {"number": number, "provider": provider})


@internal
def find_transaction(tx: Tx, provider: str, provider_txn_id: str) -> TransactionView | None:
    """A service's transaction by the service's own id. Nothing is locked."""
    return tx.fetch_first(_FIND_TRANSACTION, {"provider": provider, "provider_txn_id": provider_txn_id})


@internal
def open_transaction(tx: Tx, payment_id: int) -> TransactionView | None:
    """The transaction of a payment that is under way, or None."""
    return tx.fetch_first(_UNDER_WAY, {"payment_id": payment_id})


@internal
def lock_transaction(tx: Tx, provider: str, provider_txn_id: str) -> tuple[TransactionView, HeldPayment] | None:
    """A service's transaction and its payment; the payment's row is locked until the transaction ends, and so the transaction's too."""
    known = find_transaction(tx, provider, provider_txn_id)
    if known is None:
        return None
    held = lock_payment(tx, provider, known.number)
    fresh = find_transaction(tx, provider, provider_txn_id)  # as it is now that nobody else can change it
    assert held is not None and fresh is not None  # noqa: S101, PT018 - rows of the ledger are never deleted
    return fresh, held


@internal
def begin_transaction(
    tx: Tx, held: HeldPayment, provider_txn_id: str, provider_time: datetime, expires_at: datetime | None
) -> TransactionView | None:
    """Note that a service began to take a payment. None where another transaction of the payment is under way.

    Called for a locked payment, after the service's id was looked for. Whether the payment may be paid is the caller's to check: money that
    is there already must be written down in any case. An open link then stays open for as long as the service may take.
    """
    begun = tx.insert_unless_there(
        ProviderTransaction,
        provider=held.provider,
        provider_txn_id=provider_txn_id,
        payment_id=held.id,
        amount=held.amount,
        state="created",
        provider_time=provider_time,
        created_at=tx.now,
        expires_at=expires_at,
    )
    if begun is None:
        return None
    if expires_at is not None and expires_at > held.expires_at:
        tx.run(_KEEP_OPEN, {"payment_id": held.id, "until": expires_at, "now": tx.now})
        held.expires_at = expires_at
    return find_transaction(tx, held.provider, provider_txn_id)


@internal
def capture(tx: Tx, held: HeldPayment, transaction: TransactionView) -> Captured:
    """Note that a service took the money of a locked payment, and grant what was ordered, exactly once.

    Money that comes too late, or for something that was paid already, is the payer's balance and raises an alert.
    """
    if not tx.run(_TAKE, {"transaction_id": transaction.id, "now": tx.now}):
        return Captured.BEFORE
    transaction.state, transaction.captured_at = "captured", tx.now
    payment_id = held.id
    if held.status == CAPTURED:
        payment_id = _another_payment(tx, held)
        tx.execute(update(ProviderTransaction).where(ProviderTransaction.id == transaction.id).values(payment_id=payment_id))
    else:
        tx.run(_PAY, {"payment_id": payment_id, "now": tx.now})
        held.status, held.captured_at = CAPTURED, tx.now
    is_granted = granting.grant(tx, held.order_id, payment_id)
    if not is_granted:
        tx.insert(BalanceEntry, user_id=held.payer_id, payment_id=payment_id, amount=held.amount, created_at=tx.now)
        raise_alert(tx, Alert.PAID_TWICE, payment_id, f"order {held.order_id} has nothing left to grant; the money is the payer's balance")
    tx.enqueue(PaymentTaken(payment_id), *_sale_of(held, payment_id))
    add_to_month(tx, tx.local_now, income=held.amount)
    return Captured.GRANTED if is_granted else Captured.TO_BALANCE


def _sale_of(held: HeldPayment, payment_id: int) -> list[WriteSale]:
    """What follows for the instructor of a course: in a transaction of its own, since it locks the instructor and the coupon."""
    return [WriteSale(payment_id)] if held.kind == "course" else []


def _another_payment(tx: Tx, held: HeldPayment) -> int:
    """A payment of its own for money that a service took a second time for the same one."""
    columns = {"kind": held.kind, "provider": held.provider, "payer_id": held.payer_id, "group_id": held.group_id}
    moments = {"expires_at": tx.now, "captured_at": tx.now, "created_at": tx.now, "updated_at": tx.now}
    payment_id = tx.insert(Payment, status=CAPTURED, amount=held.amount, refunded=0, **columns, **moments)
    tx.insert_row(Checkout, payment_id=payment_id, order_id=held.order_id, number=new_code(NUMBER_LENGTH))
    return payment_id


@internal
def release(tx: Tx, transaction: TransactionView, reason: int | None, at: datetime | None = None) -> bool:
    """Note that a service gave up a transaction of a locked payment before capturing it; False where it is over already.

    The payment can be paid by another transaction, as long as its link lives.

    Args:
        at: when it was given up, where that was before now.
    """
    at = at or tx.now
    if not tx.run(_RELEASE, {"transaction_id": transaction.id, "at": at, "why": reason}):
        return False
    transaction.state, transaction.cancelled_at, transaction.reason = "cancelled", at, reason
    return True


@internal
def end_if_expired(tx: Tx, transaction: TransactionView) -> None:
    """Write down that a service did not end a transaction of a locked payment in time: as of the moment at which its time was over."""
    if transaction.is_expired(tx.now):
        release(tx, transaction, TIMED_OUT, at=transaction.expires_at)


@internal
def cancel_payment(tx: Tx, held: HeldPayment) -> bool:
    """Note that a locked payment will not be paid any more; False where it was captured or cancelled."""
    over = update(Payment).where(Payment.id == held.id, Payment.status == PENDING).values(status=CANCELLED, updated_at=tx.now)
    if not tx.execute(over).rowcount:
        return False
    held.status = CANCELLED
    return True


@internal
def may_refund(tx: Tx, held: HeldPayment) -> bool:
    """Whether the policy lets money of a payment go back by itself: always, but for tuition of a month that is over.

    Where it granted nothing the money always may.
    """
    if held.kind != "tuition" or not granting.has_open_grant(tx, held.id):
        return True
    months = tx.all(select(PaymentMonth.year, PaymentMonth.month).where(PaymentMonth.payment_id == held.id))
    return not is_closed([(year, month) for year, month in months], tx.today)


@internal
def refund(
    tx: Tx, held: HeldPayment, amount: int | None = None, transaction: TransactionView | None = None, reason: int | None = None
) -> int:
    """Note that money of a locked, captured payment went back; how much it was, 0 where nothing was left.

    When all of it went back, what the payment granted is revoked and nothing else, and its balance is settled; a part changes the ledger
    alone. Whether it may go back is asked before, by `may_refund`: what is gone is written down in any case.

    Args:
        amount: tiyin, at most what is left; None for all of it.
        transaction: the service's transaction, which is refunded when all of it went back.
    """
    left = held.amount - held.refunded if held.status == CAPTURED else 0
    gone = left if amount is None else min(amount, left)
    if held.captured_at is None:
        return 0
    if gone > 0:
        held.refunded += gone
        tx.execute(update(Payment).where(Payment.id == held.id).values(refunded=held.refunded, updated_at=tx.now))
    if held.refunded == held.amount:
        _undo(tx, held, transaction, reason)
    tx.enqueue(*_sale_of(held, held.id))
    add_to_month(tx, held.captured_at.astimezone(tx.local_now.tzinfo), income=-gone)
    return max(gone, 0)


def _undo(tx: Tx, held: HeldPayment, transaction: TransactionView | None, reason: int | None) -> None:
    if transaction is not None:
        back = (
            update(ProviderTransaction)
            .where(ProviderTransaction.id == transaction.id, ProviderTransaction.state == "captured")
            .values(state="refunded", cancelled_at=tx.now, reason=reason)
        )
        tx.execute(back)
        transaction.state, transaction.cancelled_at, transaction.reason = "refunded", tx.now, reason
    if not granting.revoke(tx, held.order_id, held.id):
        owed = (BalanceEntry.payment_id == held.id, BalanceEntry.returned_at.is_(None))
        tx.execute(update(BalanceEntry).where(*owed).values(returned_at=tx.now))
