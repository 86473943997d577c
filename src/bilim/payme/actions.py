"""Payme's methods: each answers a result or a fault, and what it writes is committed either way.

A method is called in one transaction. Money is changed by `payments.actions.ledger` alone; here stands which call is allowed when.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payme import rules
from bilim.payme.rules import Fault
from bilim.payments.actions import keeping, ledger
from bilim.payments.actions.ledger import TransactionView
from bilim.payments.models import FiscalReceipt
from bilim.payments.rules import MAX_LOGGED


class Created(Struct):
    """A transaction that began."""

    create_time: int
    transaction: str
    state: int
    receivers: None = None


class Performed(Struct):
    """A transaction that was captured."""

    transaction: str
    perform_time: int
    state: int


class Cancelled(Struct):
    """A transaction that is over."""

    transaction: str
    cancel_time: int
    state: int


class Success(Struct):
    """Done."""

    success: bool = True


Answer = Created | Performed | Cancelled | Success | Fault


@internal
def create(tx: Tx, params: dict[str, Any]) -> Answer:
    """CreateTransaction: a payment is being paid. Again with the same id it answers the same."""
    call = rules.read_params(params, rules.CreateParams)
    number = rules.read_number(call.account)
    known = ledger.find_transaction(tx, rules.NAME, call.id)
    if known is not None:
        return _created_before(tx, call, number)
    held = None if number is None else ledger.lock_payment(tx, rules.NAME, number)
    if held is None:
        return rules.NO_PAYMENT
    if ledger.find_transaction(tx, rules.NAME, call.id) is not None:  # it began while this call waited for the payment
        return _created_before(tx, call, number)
    if fault := rules.payment_fault(held, tx.now, call.amount):
        return fault
    began_at = rules.moment_of(call.time)
    expires_at = rules.expiry_of(began_at, tx.now)
    if expires_at <= tx.now:
        return rules.CANNOT_DO
    open_one = ledger.open_transaction(tx, held.id)
    if open_one is not None:
        ledger.end_if_expired(tx, open_one)
        if open_one.state == "created":
            return rules.BUSY
    begun = ledger.begin_transaction(tx, held, call.id, began_at, expires_at)
    return rules.BUSY if begun is None else _as_created(begun)


def _created_before(tx: Tx, call: rules.CreateParams, number: str | None) -> Answer:
    found = ledger.lock_transaction(tx, rules.NAME, call.id)
    assert found is not None  # noqa: S101 - it was found before, and rows of the ledger are never deleted
    transaction, _ = found
    ledger.end_if_expired(tx, transaction)
    is_same = transaction.amount == call.amount and transaction.number == number
    return _as_created(transaction) if is_same and transaction.state == "created" else rules.CANNOT_DO


def _as_created(transaction: TransactionView) -> Created:
    return Created(rules.milliseconds(transaction.created_at), str(transaction.id), rules.STATES[transaction.state])


@internal
def perform(tx: Tx, params: dict[str, Any]) -> Answer:
    """PerformTransaction: the money is there. Again it answers the same, and grants nothing more."""
    call = rules.read_params(params, rules.TransactionParams)
    found = ledger.lock_transaction(tx, rules.NAME, call.id)
    if found is None:
        return rules.NO_TRANSACTION
    transaction, held = found
    ledger.end_if_expired(tx, transaction)
    if transaction.state == "created":
        if held.status != "pending" or held.order_status not in ("open", "closed"):
            return rules.CANNOT_DO  # paid otherwise meanwhile: Payme takes no money then
        ledger.capture(tx, held, transaction)
    if transaction.state != "captured":
        return rules.CANNOT_DO
    return Performed(str(transaction.id), rules.milliseconds(transaction.captured_at), rules.STATES["captured"])


@internal
def cancel(tx: Tx, params: dict[str, Any]) -> Answer:
    """CancelTransaction: given up, or the money goes back. Again it answers the same, the first reason stays."""
    call = rules.read_params(params, rules.CancelParams)
    found = ledger.lock_transaction(tx, rules.NAME, call.id)
    if found is None:
        return rules.NO_TRANSACTION
    transaction, held = found
    ledger.end_if_expired(tx, transaction)
    if transaction.state == "created":
        ledger.release(tx, transaction, call.reason)
    elif transaction.state == "captured":
        if not ledger.may_refund(tx, held):
            return rules.NOT_REFUNDABLE
        ledger.refund(tx, held, None, transaction, call.reason)
    return Cancelled(str(transaction.id), rules.milliseconds(transaction.cancelled_at), rules.STATES[transaction.state])


@internal
def set_fiscal_data(tx: Tx, params: dict[str, Any]) -> Answer:
    """SetFiscalData: a tax receipt, one of the payment and one of its cancellation; again replaces it. It never undoes a payment."""
    call = rules.read_params(params, rules.FiscalParams, rules.WRONG_PARAMS)
    transaction = ledger.find_transaction(tx, rules.NAME, call.id)
    if transaction is None:
        return rules.NO_RECEIPT
    data = msgspec.json.encode(call.fiscal_data).decode()
    if len(data) > MAX_LOGGED:
        return rules.WRONG_PARAMS
    values = {"transaction_id": transaction.id, "type": call.type, "data": data, "created_at": tx.now, "updated_at": tx.now}
    made = tx.inserting(FiscalReceipt).values(**values)
    again = {"data": made.excluded.data, "updated_at": made.excluded.updated_at}
    tx.execute(made.on_conflict_do_update(index_elements=[FiscalReceipt.transaction_id, FiscalReceipt.type], set_=again))
    return Success()


WRITING: dict[str, Callable[[Tx, dict[str, Any]], Answer]] = {
    "CreateTransaction": create,
    "PerformTransaction": perform,
    "CancelTransaction": cancel,
    "SetFiscalData": set_fiscal_data,
}


@internal
def write(tx: Tx, method: str, params: dict[str, Any]) -> Answer:
    """Do what a method that writes asks, and keep the call.

    Raises:
        Refused: its parameters are not the method's; nothing is kept.
    """
    answer = WRITING[method](tx, params)
    outcome = str(answer.code) if isinstance(answer, Fault) else "done"
    keeping.log_call(tx, rules.NAME, method, outcome, params)
    return answer
