"""What is kept for a time: events and bodies that services sent; and writing down what expired."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, select, update

from bilim.billing.models import Payment
from bilim.billing.rules import CANCELLED, PENDING
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payments.models import PaymentLog, ProviderTransaction, WebhookEvent
from bilim.payments.rules import MAX_LOGGED, TIMED_OUT, redacted

BATCH = 500


@internal
def is_new_event(tx: Tx, provider: str, event_id: str, kind: str) -> bool:
    """Note an event of a service; False where it was noted before, so that it counts once. In the transaction of its effect."""
    return tx.insert_unless_there(WebhookEvent, provider=provider, event_id=event_id, kind=kind[:64], created_at=tx.now) is not None


@internal
def log_call(tx: Tx, provider: str, kind: str, outcome: str, body: Any) -> None:
    """Keep what a service sent, without secrets and not longer than a few pages. Only for callers who showed their credentials.

    Args:
        body: the call as plain data.
    """
    written = msgspec.json.encode(redacted(body)).decode()[:MAX_LOGGED]
    tx.insert(PaymentLog, provider=provider, kind=kind[:64], outcome=outcome[:64], body=written, created_at=tx.now)


@internal
def expire_payments(tx: Tx) -> int:
    """Write down that some payments, whose time is over, are cancelled; how many. Those that a service is taking stay."""
    taken = select(ProviderTransaction.id).where(ProviderTransaction.payment_id == Payment.id, ProviderTransaction.state == "created")
    due = select(Payment.id).where(Payment.status == PENDING, Payment.expires_at <= tx.now, ~taken.exists()).limit(BATCH)
    over = update(Payment).where(Payment.id.in_(due.scalar_subquery()), Payment.status == PENDING, Payment.expires_at <= tx.now)
    return tx.execute(over.values(status=CANCELLED, updated_at=tx.now)).rowcount


@internal
def expire_transactions(tx: Tx) -> int:
    """Write down that some transactions, which their service never ended, are cancelled, since their time was over; how many."""
    due = (ProviderTransaction.state == "created", ProviderTransaction.expires_at <= tx.now)
    some = select(ProviderTransaction.id).where(*due).limit(BATCH).scalar_subquery()
    over = update(ProviderTransaction).where(ProviderTransaction.id.in_(some), *due)
    return tx.execute(over.values(state="cancelled", cancelled_at=ProviderTransaction.expires_at, reason=TIMED_OUT)).rowcount


@internal
def forget_old(tx: Tx, keep: timedelta) -> int:
    """Delete some logs and events that are older than they are kept; how many."""
    gone = 0
    for table in (PaymentLog, WebhookEvent):
        old = select(table.id).where(table.created_at < tx.now - keep).limit(BATCH).scalar_subquery()
        gone += tx.execute(delete(table).where(table.id.in_(old))).rowcount
    return gone
