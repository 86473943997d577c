"""What Stripe says of Checkout sessions: paid once, or begun to subscribe."""

from datetime import datetime

from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payments.actions import ledger
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.actions.ledger import HeldPayment, TransactionView
from bilim.payments.rules import is_number
from bilim.stripe import rules
from bilim.stripe.actions import access, charges
from bilim.stripe.actions.charges import HeldCharge
from bilim.stripe.rules import Event, Session, Terms

_PAID = ("paid", "no_payment_required")


@internal
def take_session(tx: Tx, event: Event, session: Session, terms: Terms) -> str:
    """Take a session that its payer completed, whose payment came or failed later, or that expired; what was done, in a word."""
    charge = charges.hold(tx, session.payment_intent) if session.payment_intent else None
    number = session.client_reference_id
    held = ledger.lock_payment(tx, rules.NAME, number) if is_number(number) else None
    if held is None:
        raise_alert(tx, Alert.MISMATCH, None, f"Stripe's session {session.id} is of no payment of ours")
        return "unknown"
    if event.type.endswith(".expired"):
        return "cancelled" if ledger.open_transaction(tx, held.id) is None and ledger.cancel_payment(tx, held) else "nothing"
    wrong = _wrong(session, held, terms)
    if wrong is not None:
        raise_alert(tx, Alert.MISMATCH, held.id, f"Stripe's session {session.id}: {wrong}")
        return "mismatch"
    if session.mode == "subscription":
        return _link(tx, session, held, terms)
    assert charge is not None  # noqa: S101 - else something is wrong with the session
    return _take_once(tx, event, session, held, charge, terms)


def _wrong(session: Session, held: HeldPayment, terms: Terms) -> str | None:
    """What of a session is not as it was asked for, or None."""
    if (session.metadata or {}).get("number") != held.number:
        return "its metadata name another payment than its reference"
    if session.currency != terms.currency or session.amount_total != rules.charged(held.amount, terms.rate):
        asked = f"{rules.charged(held.amount, terms.rate)} {terms.currency}"
        return f"{session.amount_total} {session.currency} instead of {asked}"
    if session.mode == "subscription":
        return None if held.kind == "plan" and session.subscription else "it subscribes to something that is no plan"
    return None if session.mode == "payment" and session.payment_intent else f"it has no payment, and the mode {session.mode}"


def _link(tx: Tx, session: Session, held: HeldPayment, terms: Terms) -> str:
    """Note with which payment a subscription began. What it gives, and until when, its invoices say."""
    found = access.hold(tx, session.subscription or "", held.number)
    if found is None:
        return "unknown"
    access.settle(tx, found[0], held.order_id, terms)
    return "linked"


def _take_once(tx: Tx, event: Event, session: Session, held: HeldPayment, charge: HeldCharge, terms: Terms) -> str:
    at = rules.moment(event.created)
    if event.type.endswith(".async_payment_failed"):
        return _give_up(tx, held, charge.payment_intent, at)
    if session.payment_status not in _PAID:
        known = ledger.find_transaction(tx, rules.NAME, charge.payment_intent)
        if known is None and held.status == "pending":
            ledger.begin_transaction(tx, held, charge.payment_intent, at, None)
        return "waiting"
    captured = take(tx, held, charge.payment_intent, at)
    if not charge.is_new:
        charges.apply(tx, charge, terms)
    return captured


def _give_up(tx: Tx, held: HeldPayment, payment_intent: str, at: datetime) -> str:
    known = ledger.find_transaction(tx, rules.NAME, payment_intent) or ledger.begin_transaction(tx, held, payment_intent, at, None)
    if known is None or not ledger.release(tx, known, None):
        return "nothing"
    ledger.cancel_payment(tx, held)
    return "failed"


@internal
def take(tx: Tx, held: HeldPayment, provider_txn_id: str, at: datetime) -> str:
    """Write captured money of a locked payment into the ledger; what became of it. Again it changes nothing."""
    transaction = ledger.find_transaction(tx, rules.NAME, provider_txn_id) or _begin(tx, held, provider_txn_id, at)
    if transaction.state == "cancelled":
        raise_alert(tx, Alert.MISMATCH, held.id, f"Stripe took the money of {provider_txn_id}, which it had given up")
        return "mismatch"
    return ledger.capture(tx, held, transaction).value


def _begin(tx: Tx, held: HeldPayment, provider_txn_id: str, at: datetime) -> TransactionView:
    """A transaction for money that is there already. What else is under way for the payment makes room: it may never come."""
    begun = ledger.begin_transaction(tx, held, provider_txn_id, at, None)
    if begun is None:
        other = ledger.open_transaction(tx, held.id)
        assert other is not None  # noqa: S101 - nothing else refuses it, and the payment is locked
        ledger.release(tx, other, None)
        begun = ledger.begin_transaction(tx, held, provider_txn_id, at, None)
    assert begun is not None  # noqa: S101
    return begun
