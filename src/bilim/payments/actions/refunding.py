"""Refunds that admins want: the wish is committed, then the service is asked by a job of its own, then what came back is written down."""

from decimal import Decimal

from msgspec import Struct
from sqlalchemy import select, update

from bilim.accounts import audit
from bilim.billing.models import Payment
from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import new_code
from bilim.kit.errors import Conflict, Invalid, NotFound
from bilim.kit.money import to_tiyin
from bilim.payments.actions import ledger
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.inputs import RefundInput
from bilim.payments.models import Checkout, ProviderTransaction, RefundRequest
from bilim.payments.protocols import Checkouts, Refundable
from bilim.payments.rules import NUMBER_LENGTH


class WantedRefund(Struct):
    """A refund that is to be asked of the service that took the money."""

    id: int
    number: str
    """The idempotency key."""
    payment_id: int
    money: int
    """Hundredths of the service's currency."""
    transaction_id: int
    provider_txn_id: str


_WANTED = (
    select_into(
        WantedRefund,
        id=RefundRequest.id,
        number=RefundRequest.number,
        payment_id=RefundRequest.payment_id,
        money=RefundRequest.money,
        transaction_id=ProviderTransaction.id,
        provider_txn_id=ProviderTransaction.provider_txn_id,
    )
    .join(ProviderTransaction, ProviderTransaction.payment_id == RefundRequest.payment_id)
    .where(ProviderTransaction.captured_at.is_not(None), RefundRequest.status == "asked")
)


@requires(Role.ADMIN)
def request_refund(tx: Tx, actor: Actor, payment_id: int, refund: RefundInput, checkouts: Checkouts) -> int:
    """Want money of a payment to go back by the service that took it; the wish's id. It is audited, and done by a job.

    Raises:
        NotFound: there is no such payment by a service.
        Invalid: more than is left; or a part, where the service sends back whole payments alone.
        Conflict: the service sends nothing back from here, the payment was not captured, a refund of it is under way, a dispute about it is
            open, or it is tuition of a month that is over.
        Unavailable: what the service needs for it is not set.
    """
    found = tx.first(
        select(Checkout.number, Payment.provider).join(Payment, Payment.id == Checkout.payment_id).where(Payment.id == payment_id)
    )
    if found is None:
        raise NotFound
    number, provider = found
    refunds = checkouts.refunds_of(provider)
    held = ledger.lock_payment(tx, provider, number)
    transaction_id = _captured(tx, payment_id)
    left = held.amount - held.refunded if held else 0
    if refunds is None or held is None or transaction_id is None or not left or not ledger.may_refund(tx, held):
        raise Conflict("not_refundable")
    amount = to_tiyin(refund.amount) if isinstance(refund.amount, Decimal) else left
    if not amount or amount > left:
        raise Invalid(amount="more_than_left")
    money = refunds.money_of(tx, Refundable(transaction_id, held.amount, left), amount)
    request_id = tx.insert_unless_there(
        RefundRequest,
        payment_id=payment_id,
        amount=amount,
        money=money,
        number=new_code(NUMBER_LENGTH),
        status="asked",
        requested_by=actor.id,
        created_at=tx.now,
    )
    if request_id is None:
        raise Conflict("refund_under_way")
    audit.record(tx, actor, "refund", request_id, {}, {"payment_id": payment_id, "amount": amount})
    tx.enqueue(refunds.job(request_id))
    return request_id


def _captured(tx: Tx, payment_id: int) -> str | None:
    """The service's id of a payment's captured transaction."""
    of = (ProviderTransaction.payment_id == payment_id, ProviderTransaction.captured_at.is_not(None))
    return tx.scalar(select(ProviderTransaction.provider_txn_id).where(*of))


@internal
def wanted_refund(tx: Tx, request_id: int) -> WantedRefund | None:
    """A refund that is still to be asked of its service."""
    return tx.fetch_first(_WANTED.where(RefundRequest.id == request_id))


@internal
def close_refund(tx: Tx, request_id: int) -> None:
    """Note that a refund was made. The ledger was told before."""
    _close(tx, request_id, "done", None)


@internal
def refuse_refund(tx: Tx, request_id: int, reason: str) -> None:
    """Note that a refund was not made, as far as is known, and alert a person. Nothing in the ledger changes.

    Args:
        reason: whoever refused it, and why.
    """
    payment_id = _close(tx, request_id, "failed", reason)
    if payment_id is not None:
        raise_alert(tx, Alert.MISMATCH, payment_id, f"no refund was made: {reason}")


def _close(tx: Tx, request_id: int, status: str, reason: str | None) -> int | None:
    """The payment's id; None where it was closed before."""
    waiting = (RefundRequest.id == request_id, RefundRequest.status == "asked")
    closed = update(RefundRequest).where(*waiting).values(status=status, reason=reason and reason[:500], settled_at=tx.now)
    return tx.scalar(closed.returning(RefundRequest.payment_id))
