"""Payme's methods that only read."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.kit.access import internal
from bilim.kit.paging import Page
from bilim.payme import rules
from bilim.payme.rules import Fault, Fiscal
from bilim.payments.actions import ledger
from bilim.payments.actions.ledger import TRANSACTION, TransactionView
from bilim.payments.models import ProviderTransaction
from bilim.payments.rules import TIMED_OUT


class Allowed(Struct, omit_defaults=True):
    """The payment may be paid; `detail` is what stands on the tax receipt, where that is set."""

    allow: bool
    detail: dict[str, Any] | None = None


class State(Struct):
    """A transaction as it is now."""

    create_time: int
    perform_time: int
    cancel_time: int
    transaction: str
    state: int
    reason: int | None


class Line(Struct):
    """A transaction in a statement; `time` is Payme's own."""

    id: str
    time: int
    amount: int
    account: dict[str, str]
    create_time: int
    perform_time: int
    cancel_time: int
    transaction: str
    state: int
    reason: int | None


_BETWEEN = ListQuery(
    TRANSACTION.where(ProviderTransaction.provider == rules.NAME)
    .where(ProviderTransaction.provider_time >= bindparam("since", type_=ProviderTransaction.provider_time.type))
    .where(ProviderTransaction.provider_time < bindparam("until", type_=ProviderTransaction.provider_time.type))
    .order_by(ProviderTransaction.provider_time, ProviderTransaction.id)
)
_MILLISECOND = timedelta(milliseconds=1)


@internal
def check_payment(tx: Tx, params: dict[str, Any], fiscal: Fiscal) -> Allowed | Fault:
    """CheckPerformTransaction: whether a payment may be paid with an amount."""
    call = rules.read_params(params, rules.CheckParams)
    number = rules.read_number(call.account)
    held = None if number is None else ledger.find_payment(tx, rules.NAME, number)
    if held is None:
        return rules.NO_PAYMENT
    if fault := rules.payment_fault(held, tx.now, call.amount):
        return fault
    return Allowed(allow=True, detail=rules.receipt(held.title, held.amount, fiscal.get(held.kind)))


@internal
def check_transaction(tx: Tx, params: dict[str, Any], _fiscal: Fiscal) -> State | Fault:
    """CheckTransaction: how a transaction stands. One whose time is over counts as cancelled, before anybody writes it down."""
    call = rules.read_params(params, rules.TransactionParams)
    found = ledger.find_transaction(tx, rules.NAME, call.id)
    if found is None:
        return rules.NO_TRANSACTION
    now = _as_of(found, tx)
    return State(now.create_time, now.perform_time, now.cancel_time, now.transaction, now.state, now.reason)


READING: dict[str, Callable[[Tx, dict[str, Any], Fiscal], Allowed | State | Fault]] = {
    "CheckPerformTransaction": check_payment,
    "CheckTransaction": check_transaction,
}


@internal
def statement(tx: Tx, call: rules.StatementParams) -> Iterator[list[Line]]:
    """GetStatement: the transactions that Payme began from one moment to another by its own clock, both included, in its order."""
    between = {"since": rules.moment_of(call.since), "until": rules.moment_of(call.until) + _MILLISECOND}
    return paginate(tx, _BETWEEN, Page(limit=None), between).map(lambda found: _as_of(found, tx)).batches


def _as_of(found: TransactionView, tx: Tx) -> Line:
    is_over = found.is_expired(tx.now)
    return Line(
        id=found.provider_txn_id,
        time=rules.milliseconds(found.provider_time),
        amount=found.amount,
        account={rules.ACCOUNT: found.number},
        create_time=rules.milliseconds(found.created_at),
        perform_time=rules.milliseconds(found.captured_at),
        cancel_time=rules.milliseconds(found.expires_at if is_over else found.cancelled_at),
        transaction=str(found.id),
        state=rules.STATES["cancelled" if is_over else found.state],
        reason=TIMED_OUT if is_over else found.reason,
    )
