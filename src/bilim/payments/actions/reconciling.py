"""Comparing the ledger with itself, and with what a service says; differences are listed and alerted, never corrected silently."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, func, or_, select

from bilim.billing.models import Payment
from bilim.billing.rules import CAPTURED
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.models import BalanceEntry, Checkout, OrderGrant, PaymentAlert, ProviderTransaction
from bilim.payments.protocols import StatementLine


class Difference(Struct, frozen=True):
    """Something that does not fit: in which transaction or payment, and how."""

    provider: str
    about: str
    problem: str
    payment_id: int | None = None


_BATCH = 500
_ROWS = (
    select(
        ProviderTransaction.provider_txn_id,
        Checkout.number,
        ProviderTransaction.amount,
        ProviderTransaction.state,
        ProviderTransaction.payment_id,
    )
    .join(Checkout, Checkout.payment_id == ProviderTransaction.payment_id)
    .where(ProviderTransaction.provider == bindparam("provider"))
)
_TRANSACTIONS = (
    _ROWS.where(ProviderTransaction.provider_time >= bindparam("since", type_=ProviderTransaction.provider_time.type))
    .where(ProviderTransaction.provider_time < bindparam("until", type_=ProviderTransaction.provider_time.type))
    .order_by(ProviderTransaction.provider_time, ProviderTransaction.id)
)


@internal
def differences(tx: Tx, provider: str, since: datetime, until: datetime, said: Iterable[StatementLine]) -> list[Difference]:
    """What a service says otherwise than the ledger, of the transactions that it began from one moment until just before another.

    A transaction is compared by its number, its amount and its state. What the service never captured is no difference where one side does
    not know of it: no money moved.
    """
    ours = {row[0]: row for row in tx.all(_TRANSACTIONS, {"provider": provider, "since": since, "until": until})}
    said = list(said)
    known = ours | _of_other_times(tx, provider, [line.provider_txn_id for line in said if line.provider_txn_id not in ours])
    found: list[Difference] = []
    seen: set[str] = set()
    for line in said:
        if line.provider_txn_id in seen:
            found.append(Difference(provider, line.provider_txn_id, "stands twice in the statement"))
            continue
        seen.add(line.provider_txn_id)
        own = known.get(line.provider_txn_id)
        if own is None:
            if line.state in ("captured", "refunded"):
                found.append(Difference(provider, line.provider_txn_id, f"{line.state} there, unknown here: {line.amount} tiyin"))
            continue
        _, number, amount, state, payment_id = own
        for name, here, there in (("number", number, line.number), ("amount", amount, line.amount), ("state", state, line.state)):
            if there not in (None, here):
                found.append(Difference(provider, line.provider_txn_id, f"{name}: {there} there, {here} here", payment_id))
    missing = (row for txn, row in ours.items() if txn not in seen and row[3] in ("captured", "refunded"))
    found.extend(Difference(provider, row[0], f"{row[3]} here, not in the statement: {row[2]} tiyin", row[4]) for row in missing)
    return found


def _of_other_times(tx: Tx, provider: str, txns: list[str]) -> dict[str, Any]:
    """The ledger's transactions of some ids: a service may date one differently, so that it stands in another day's statement."""
    found: dict[str, Any] = {}
    for first in range(0, len(txns), _BATCH):
        some = _ROWS.where(ProviderTransaction.provider_txn_id.in_(txns[first : first + _BATCH]))
        found |= {row[0]: row for row in tx.all(some, {"provider": provider})}
    return found


@internal
def inconsistencies(tx: Tx, since: datetime) -> list[Difference]:
    """What does not fit inside the ledger, among the payments by services that were touched since a moment.

    Captured money was either granted or is on a balance; nothing is granted without it; and a service's transaction says the same as its
    payment.
    """
    has_transaction = select(ProviderTransaction.id).where(
        ProviderTransaction.payment_id == Payment.id, ProviderTransaction.state.in_(("captured", "refunded"))
    )
    granted = select(OrderGrant.id).where(OrderGrant.payment_id == Payment.id, OrderGrant.revoked_at.is_(None))
    owed = select(BalanceEntry.id).where(BalanceEntry.payment_id == Payment.id, BalanceEntry.returned_at.is_(None))
    is_kept = and_(Payment.status == CAPTURED, Payment.refunded < Payment.amount)
    problems: list[tuple[str, Any]] = [
        ("captured, but no transaction of the service says so", and_(Payment.status == CAPTURED, ~has_transaction.exists())),
        ("a transaction says captured, the payment does not", and_(Payment.status != CAPTURED, has_transaction.exists())),
        ("captured, but neither granted nor on a balance", and_(is_kept, ~or_(granted.exists(), owed.exists()))),
        ("granted or on a balance without its money", and_(~is_kept, or_(granted.exists(), owed.exists()))),
    ]
    found: list[Difference] = []
    for problem, condition in problems:
        wrong = (
            select(Payment.provider, Checkout.number, Payment.id)
            .join(Checkout, Checkout.payment_id == Payment.id)
            .where(Payment.updated_at >= since, condition)
            .order_by(Payment.id)
            .limit(_MOST)
        )
        found.extend(Difference(provider, number, problem, payment_id) for provider, number, payment_id in tx.all(wrong))
    return found


_MOST = 1_000
"""Differences of one kind that are listed; more would be one cause."""


@internal
def report(tx: Tx, found: Iterable[Difference]) -> int:
    """Have a person look at differences, each once as long as nobody has; how many are new."""
    new = 0
    for each in found:
        detail = f"{each.provider} {each.about}: {each.problem}"
        told = select(func.count()).select_from(PaymentAlert)
        told = told.where(
            PaymentAlert.kind == Alert.RECONCILIATION.value, PaymentAlert.detail == detail, PaymentAlert.resolved_at.is_(None)
        )
        if not tx.scalar(told):
            raise_alert(tx, Alert.RECONCILIATION, each.payment_id, detail)
            new += 1
    return new
