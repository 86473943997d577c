"""What Click's calls do, in one transaction each; what they write is committed whatever they are answered.

Money is changed by `payments.actions.ledger` alone; here stands which call is allowed when. `error` is not signed: one who repeats a call
may change it, so that it never grants anything, and takes back nothing that was completed.
"""

from datetime import timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import select, update

from bilim.click import rules
from bilim.click.inputs import ConfirmDispute, SendReversal
from bilim.click.models import ClickPayment
from bilim.click.protocols import Said
from bilim.click.rules import Call, Error
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.errors import Invalid, Unavailable
from bilim.payments.actions import keeping, ledger, refunding
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.actions.ledger import HeldPayment, TransactionView
from bilim.payments.actions.refunding import WantedRefund
from bilim.payments.models import ProviderTransaction
from bilim.payments.protocols import Refundable

_EXPIRES = timedelta(hours=12)
"""So long Click may take from a preparation to its completion; it states no bound itself, and takes minutes."""


class Answer(Struct, frozen=True):
    """What a call is answered, and our id of the transaction where it is known."""

    error: Error
    transaction_id: int | None = None


@internal
def prepare(tx: Tx, call: Call) -> Answer:
    """Prepare: a payer confirms a payment. Again under the same Click transaction it is answered the same.

    Another one of the same payment takes the place of the one before, which can be completed no more: the payer began anew.
    """
    held = _held(tx, call)
    if held is None:
        return Answer(Error.NO_ORDER)
    if call.error < 0:
        return Answer(Error.CANCELLED)
    known = ledger.find_transaction(tx, rules.NAME, call.trans_id)
    if known is not None:
        return _prepared_before(tx, known, held, call)
    if fault := _fault_of(tx, held, call):
        return Answer(fault)
    _supersede(tx, held)
    begun = ledger.begin_transaction(tx, held, call.trans_id, tx.now, tx.now + _EXPIRES)
    if begun is None:  # nothing that this payment's lock would allow
        return Answer(Error.FAILED)
    tx.insert_row(ClickPayment, transaction_id=begun.id, paydoc_id=call.paydoc_id)
    return Answer(Error.OK, begun.id)


def _held(tx: Tx, call: Call) -> HeldPayment | None:
    return None if call.number is None else ledger.lock_payment(tx, rules.NAME, call.number)


def _fault_of(tx: Tx, held: HeldPayment, call: Call) -> Error | None:
    if held.status == "captured" or held.order_status in ("granted", "revoked"):
        return Error.PAID
    if not held.is_payable(tx.now):
        return Error.CANCELLED
    return None if held.amount == call.amount else Error.AMOUNT


def _prepared_before(tx: Tx, known: TransactionView, held: HeldPayment, call: Call) -> Answer:
    if known.payment_id != held.id:
        return Answer(Error.NO_TRANSACTION)
    ledger.end_if_expired(tx, known)
    if fault := _fault_by_state(known):
        return Answer(fault)
    return Answer(Error.OK, known.id) if held.amount == call.amount else Answer(Error.AMOUNT)


def _fault_by_state(transaction: TransactionView) -> Error | None:
    if transaction.state == "captured":
        return Error.PAID
    return None if transaction.state == "created" else Error.CANCELLED


def _supersede(tx: Tx, held: HeldPayment) -> None:
    waiting = ledger.open_transaction(tx, held.id)
    if waiting is not None:
        ledger.release(tx, waiting, rules.SUPERSEDED)


@internal
def complete(tx: Tx, call: Call) -> Answer:
    """Complete: the payer's money is there, or `error` says that it is not. Granted once, however often it comes.

    Money for something that was paid otherwise meanwhile is taken too: it becomes the payer's balance.
    """
    held = _held(tx, call)
    if held is None:
        return Answer(Error.NO_ORDER)
    found = ledger.find_transaction(tx, rules.NAME, call.trans_id)
    if found is None or found.id != call.prepare_id or found.payment_id != held.id:
        return Answer(Error.NO_TRANSACTION)
    ledger.end_if_expired(tx, found)
    if call.error < 0:
        _note_failure(tx, found, held)
        return Answer(Error.CANCELLED, found.id)
    if fault := _fault_by_state(found):
        return Answer(fault, found.id)
    if held.amount != call.amount:
        return Answer(Error.AMOUNT, found.id)
    ledger.capture(tx, held, found)
    return Answer(Error.OK, found.id)


def _note_failure(tx: Tx, transaction: TransactionView, held: HeldPayment) -> None:
    """Click says that a payment failed: what was not completed is given up; what was, is in doubt until Click is asked."""
    if transaction.state == "created":
        ledger.release(tx, transaction, rules.GIVEN_UP)
    elif transaction.state == "captured":
        of_this = (ClickPayment.transaction_id == transaction.id, ClickPayment.disputed_at.is_(None))
        if tx.execute(update(ClickPayment).where(*of_this).values(disputed_at=tx.now)).rowcount:
            raise_alert(tx, Alert.DISPUTE, held.id, f"Click calls its completed payment {transaction.provider_txn_id} failed")
            tx.enqueue(ConfirmDispute(transaction.id))


_ACTIONS = {rules.PREPARE: prepare, rules.COMPLETE: complete}
_KINDS = {rules.PREPARE: "Prepare", rules.COMPLETE: "Complete"}


@internal
def take_call(tx: Tx, action: str, call: Call, fields: dict[str, Any]) -> Answer:
    """Do what a signed call asks, and keep it."""
    answer = _ACTIONS[action](tx, call)
    keeping.log_call(tx, rules.NAME, _KINDS[action], str(int(answer.error)), fields)
    return answer


class ClickRefunds:
    """Refunds by Click: whole payments, each once."""

    def __init__(self, *, is_configured: bool) -> None:
        self._is_configured = is_configured

    def money_of(self, tx: Tx, payment: Refundable, amount: int) -> int:  # noqa: ARG002 - the protocol's
        """What goes back: all of the payment, in tiyin.

        Raises:
            Invalid: a part was wanted.
            Unavailable: there are no credentials for Click's Merchant API.
        """
        if amount != payment.amount:
            raise Invalid(amount="only_whole")
        if not self._is_configured:
            raise Unavailable("provider_not_configured", provider=rules.NAME)
        return amount

    def job(self, request_id: int) -> SendReversal:
        """The job that asks Click."""
        return SendReversal(request_id)


@internal
def wanted_reversal(tx: Tx, request_id: int) -> tuple[WantedRefund, int] | None:
    """A refund that is still to be asked of Click, and Click's number of its payment."""
    wanted = refunding.wanted_refund(tx, request_id)
    if wanted is None:
        return None
    return wanted, tx.scalar(select(ClickPayment.paydoc_id).where(ClickPayment.transaction_id == wanted.transaction_id))


@internal
def settle_reversal(tx: Tx, wanted: WantedRefund) -> None:
    """Write down that Click sent a payment's money back."""
    _take_back(tx, wanted.provider_txn_id, rules.RETURNED)
    refunding.close_refund(tx, wanted.id)


def _take_back(tx: Tx, trans_id: str, reason: int) -> None:
    found = ledger.lock_transaction(tx, rules.NAME, trans_id)
    if found is not None and found[0].state == "captured":
        ledger.refund(tx, found[1], None, found[0], reason)


@internal
def disputed_payment(tx: Tx, transaction_id: int) -> int | None:
    """Click's number of a payment in doubt; None where the money went back meanwhile."""
    query = (
        select(ClickPayment.paydoc_id)
        .join(ProviderTransaction, ProviderTransaction.id == ClickPayment.transaction_id)
        .where(ClickPayment.transaction_id == transaction_id, ClickPayment.disputed_at.is_not(None))
        .where(ProviderTransaction.state == "captured")
    )
    return tx.scalar(query)


@internal
def settle_dispute(tx: Tx, transaction_id: int, said: Said) -> None:
    """Write down what Click says of a payment in doubt: what it cancelled is taken back, what it holds stays.

    What Click does not know at all stays too, for the person who was alerted to look at.
    """
    if said is not Said.CANCELLED:
        return
    trans_id = tx.scalar(select(ProviderTransaction.provider_txn_id).where(ProviderTransaction.id == transaction_id))
    _take_back(tx, trans_id, rules.TAKEN_BACK)
