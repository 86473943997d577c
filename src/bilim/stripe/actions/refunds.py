"""Refunds that admins want: the wish is committed, then Stripe is asked under an idempotency key, then what came back is written down.

Stripe's answer and its webhook tell the same number, all that went back of a charge until now; whichever comes first writes it.
"""

from decimal import Decimal

from msgspec import Struct
from sqlalchemy import select, update

from bilim.accounts import audit
from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import new_code
from bilim.kit.errors import Conflict, Invalid, NotFound
from bilim.kit.money import to_tiyin
from bilim.payments.actions import ledger
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.models import Checkout, ProviderTransaction
from bilim.payments.rules import NUMBER_LENGTH
from bilim.stripe import rules
from bilim.stripe.actions import charges
from bilim.stripe.inputs import RefundInput, SendRefund
from bilim.stripe.models import RefundRequest
from bilim.stripe.rules import Terms


class WantedRefund(Struct):
    """A refund that is to be asked of Stripe."""

    id: int
    number: str
    payment_id: int
    money: int
    """Hundredths of Stripe's currency."""
    provider_txn_id: str


_WANTED = (
    select_into(
        WantedRefund,
        id=RefundRequest.id,
        number=RefundRequest.number,
        payment_id=RefundRequest.payment_id,
        money=RefundRequest.money,
        provider_txn_id=ProviderTransaction.provider_txn_id,
    )
    .join(ProviderTransaction, ProviderTransaction.payment_id == RefundRequest.payment_id)
    .where(ProviderTransaction.captured_at.is_not(None), RefundRequest.status == "asked")
)


@requires(Role.ADMIN)
def request_refund(tx: Tx, actor: Actor, payment_id: int, refund: RefundInput, rate: Decimal) -> int:
    """Want money of a payment by Stripe to go back; the wish's id. It is audited, and done by a job.

    Args:
        rate: what one unit of Stripe's currency costs, in UZS.

    Raises:
        NotFound: there is no such payment by a service.
        Invalid: more than is left.
        Conflict: it is not by Stripe, was not captured, a refund of it is under way, a dispute about it is open, or it is tuition of a
            month that is over.
    """
    number = tx.scalar(select(Checkout.number).where(Checkout.payment_id == payment_id))
    if number is None:
        raise NotFound
    held = ledger.lock_payment(tx, rules.NAME, number)
    transaction_id = _captured(tx, payment_id)
    left = held.amount - held.refunded if held else 0
    if held is None or transaction_id is None or not left or not ledger.may_refund(tx, held):
        raise Conflict("not_refundable")
    if charges.is_disputed(tx, transaction_id):
        raise Conflict("in_dispute")
    amount = to_tiyin(refund.amount) if isinstance(refund.amount, Decimal) else left
    if not amount or amount > left:
        raise Invalid(amount="more_than_left")
    paid, gone = rules.charged(held.amount, rate), charges.gone_of(tx, transaction_id)
    money = max(1, paid - gone if amount == left else rules.charged(amount, rate))
    values = {"amount": amount, "money": money, "number": new_code(NUMBER_LENGTH), "status": "asked", "requested_by": actor.id}
    wanted = tx.inserting(RefundRequest).values(payment_id=payment_id, created_at=tx.now, **values).on_conflict_do_nothing()
    request_id = tx.scalar(wanted.returning(RefundRequest.id))
    if request_id is None:
        raise Conflict("refund_under_way")
    audit.record(tx, actor, "refund", request_id, {}, {"payment_id": payment_id, "amount": amount})
    tx.enqueue(SendRefund(request_id))
    return request_id


def _captured(tx: Tx, payment_id: int) -> str | None:
    """The service's id of a payment's captured transaction."""
    of = (ProviderTransaction.payment_id == payment_id, ProviderTransaction.captured_at.is_not(None))
    return tx.scalar(select(ProviderTransaction.provider_txn_id).where(*of))


@internal
def wanted_refund(tx: Tx, request_id: int) -> WantedRefund | None:
    """A refund that is still to be asked of Stripe."""
    return tx.fetch_first(_WANTED.where(RefundRequest.id == request_id))


@internal
def settle_refund(tx: Tx, wanted: WantedRefund, payment_intent: str, refunded: int, terms: Terms) -> None:
    """Write down that Stripe sent money back: all that went back until now, as it says."""
    charges.hold(tx, payment_intent)
    if wanted.provider_txn_id != payment_intent:
        charges.note_invoice(tx, payment_intent, wanted.provider_txn_id, terms)
    charges.note_refunded(tx, payment_intent, refunded, terms)
    _close(tx, wanted.id, "done", None)


@internal
def refuse_refund(tx: Tx, request_id: int, reason: str) -> None:
    """Note that a refund was not made, and alert a person. Nothing in the ledger changes."""
    payment_id = _close(tx, request_id, "failed", reason)
    if payment_id is not None:
        raise_alert(tx, Alert.MISMATCH, payment_id, f"Stripe made no refund: {reason}")


def _close(tx: Tx, request_id: int, status: str, reason: str | None) -> int | None:
    """The payment's id; None where it was closed before."""
    waiting = (RefundRequest.id == request_id, RefundRequest.status == "asked")
    closed = update(RefundRequest).where(*waiting).values(status=status, reason=reason and reason[:500], settled_at=tx.now)
    return tx.scalar(closed.returning(RefundRequest.payment_id))
