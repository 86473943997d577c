"""Stripe's events: each counts once, whatever their order, in one transaction with its effect."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select

from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.actions.keeping import is_new_event, log_call
from bilim.payments.models import PaymentAlert
from bilim.stripe import rules
from bilim.stripe.actions import charges, sessions, subscriptions
from bilim.stripe.rules import Charge, Dispute, Event, Invoice, InvoicePayment, Session, Subscription, Terms

_log = logging.getLogger("bilim.stripe")

Take = Callable[[Tx, Event, Any, Terms], str]


def _take_charge(tx: Tx, _event: Event, charge: Charge, terms: Terms) -> str:
    if charge.payment_intent is None:
        raise_alert(tx, Alert.MISMATCH, None, f"money of Stripe's charge {charge.id} went back, which is of no payment")
        return "unknown"
    if charge.currency != terms.currency:
        raise_alert(tx, Alert.MISMATCH, None, f"Stripe's charge {charge.id} is in {charge.currency}")
        return "mismatch"
    return "refunded" if charges.note_refunded(tx, charge.payment_intent, charge.amount_refunded, terms) else "later"


def _take_dispute(tx: Tx, _event: Event, dispute: Dispute, terms: Terms) -> str:
    if dispute.payment_intent is None:
        raise_alert(tx, Alert.DISPUTE, None, f"Stripe's dispute {dispute.id} is of no payment")
        return "unknown"
    return "noted" if charges.note_dispute(tx, dispute, terms) else "later"


def _take_invoice_payment(tx: Tx, _event: Event, paid: InvoicePayment, terms: Terms) -> str:
    if paid.payment_intent is None:
        return "nothing"
    charges.note_invoice(tx, paid.payment_intent, paid.invoice, terms)
    return "noted"


_TAKEN: dict[str, tuple[type[Struct], Take]] = {
    "checkout.session.completed": (Session, sessions.take_session),
    "checkout.session.async_payment_succeeded": (Session, sessions.take_session),
    "checkout.session.async_payment_failed": (Session, sessions.take_session),
    "checkout.session.expired": (Session, sessions.take_session),
    "invoice.paid": (Invoice, subscriptions.take_invoice),
    "invoice.payment_failed": (Invoice, subscriptions.take_invoice),
    "invoice_payment.paid": (InvoicePayment, _take_invoice_payment),
    "customer.subscription.created": (Subscription, subscriptions.take_subscription),
    "customer.subscription.updated": (Subscription, subscriptions.take_subscription),
    "customer.subscription.deleted": (Subscription, subscriptions.take_subscription),
    "charge.refunded": (Charge, _take_charge),
    "charge.dispute.created": (Dispute, _take_dispute),
    "charge.dispute.updated": (Dispute, _take_dispute),
    "charge.dispute.closed": (Dispute, _take_dispute),
}


@internal
def take_event(tx: Tx, event: Event, terms: Terms) -> str:
    """Take an event that Stripe signed; what was done, in a word. Nothing that it says can fail the call: what makes no sense is an alert.

    An event of the other mode (test or live) changes nothing. One of another version of the API counts as far as it can be read, since
    the money is there in any case, and a person is alerted.
    """
    if not is_new_event(tx, rules.NAME, event.id, event.type):
        return "again"
    outcome, told = _outcome(tx, event, terms)
    log_call(tx, rules.NAME, event.type, outcome, {"id": event.id, "created": event.created, "object": msgspec.to_builtins(told)})
    return outcome


def _outcome(tx: Tx, event: Event, terms: Terms) -> tuple[str, Struct | None]:
    """What was done with an event, and what was read of it: no more is kept, such as names and addresses of payers."""
    if event.type not in _TAKEN:
        _log.info("Stripe's event %s is not read: %s", event.id, event.type)
        return "not read", None
    if event.livemode != terms.is_live:
        raise_alert(tx, Alert.MISMATCH, None, f"Stripe's event {event.id} is of {'live' if event.livemode else 'test'} mode")
        return "other mode", None
    if event.api_version != rules.API_VERSION:
        _alert_once(tx, f"Stripe's webhook speaks version {event.api_version} instead of {rules.API_VERSION}")
    kind, take = _TAKEN[event.type]
    try:
        told = msgspec.json.decode(event.data.object, type=kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise_alert(tx, Alert.MISMATCH, None, f"Stripe's event {event.id} cannot be read: {error}")
        return "unreadable", None
    return take(tx, event, told, terms), told


def _alert_once(tx: Tx, detail: str) -> None:
    """Alert a person, unless the same was said and nobody looked at it yet."""
    waiting = (PaymentAlert.kind == Alert.MISMATCH.value, PaymentAlert.detail == detail, PaymentAlert.resolved_at.is_(None))
    if tx.scalar(select(PaymentAlert.id).where(*waiting)) is None:
        raise_alert(tx, Alert.MISMATCH, None, detail)
