"""What Stripe says of subscriptions and their invoices. Only a paid invoice lengthens a subscription."""

from datetime import datetime

from sqlalchemy import select, update

from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.payments.actions import ledger
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.actions.ledger import HeldPayment
from bilim.payments.actions.renewals import open_renewal
from bilim.payments.models import OrderGrant
from bilim.plans.actions.periods import fit_period
from bilim.stripe import rules
from bilim.stripe.actions import access, charges, sessions
from bilim.stripe.actions.access import HeldSubscription
from bilim.stripe.models import StripeInvoice
from bilim.stripe.rules import Event, Invoice, Subscription, Terms


@internal
def take_subscription(tx: Tx, event: Event, told: Subscription, terms: Terms) -> str:
    """Take what a subscription says of itself: whether it goes on, which period began, that it ended."""
    found = access.hold(tx, told.id, (told.metadata or {}).get("number"))
    if found is None:
        raise_alert(tx, Alert.MISMATCH, None, f"Stripe's subscription {told.id} is not ours")
        return "unknown"
    held, payment = found
    access.note_state(tx, held, event, told)
    access.settle(tx, held, payment.order_id, terms)
    return "noted"


@internal
def take_invoice(tx: Tx, event: Event, invoice: Invoice, terms: Terms) -> str:
    """Take an invoice of a subscription that was paid, or whose payment failed; what was done, in a word."""
    found = access.hold(tx, invoice.subscription_id, invoice.number) if invoice.subscription_id else None
    if found is None:
        raise_alert(tx, Alert.MISMATCH, None, f"Stripe's invoice {invoice.id} is of no subscription of ours")
        return "unknown"
    held, payment = found
    if invoice.period is None:
        raise_alert(tx, Alert.MISMATCH, payment.id, f"Stripe's invoice {invoice.id} is for no period")
        return "mismatch"
    if event.type == "invoice.payment_failed":
        _note(tx, held, invoice.id, "failed", invoice.period)
        done = "failed"
    else:
        done = _take_paid(tx, held, payment, invoice, invoice.period, terms)
    access.settle(tx, held, payment.order_id, terms)
    return done


def _note(tx: Tx, held: HeldSubscription, invoice_id: str, status: str, period: tuple[datetime, datetime]) -> bool:
    """Note an invoice; whether it is new as paid. One that was paid stays so."""
    values = {"of_id": held.id, "starts_at": period[0], "ends_at": period[1], "created_at": tx.now}
    noted = tx.inserting(StripeInvoice).values(stripe_id=invoice_id, status=status, **values).on_conflict_do_nothing()
    if tx.scalar(noted.returning(StripeInvoice.id)) is not None or status == "failed":
        return status == "paid"
    paid = update(StripeInvoice).where(StripeInvoice.stripe_id == invoice_id, StripeInvoice.status == "failed").values(status="paid")
    return bool(tx.execute(paid).rowcount)


def _take_paid(
    tx: Tx, held: HeldSubscription, payment: HeldPayment, invoice: Invoice, period: tuple[datetime, datetime], terms: Terms
) -> str:
    """Write the money into the ledger, and give the period that was paid."""
    wrong = _wrong(invoice, payment, terms)
    if wrong is not None:
        raise_alert(tx, Alert.MISMATCH, payment.id, f"Stripe's invoice {invoice.id}: {wrong}")
        return "mismatch"
    if not _note(tx, held, invoice.id, "paid", period):
        return "before"
    access.end_grace(tx, held, period[1])
    if not invoice.is_first:
        number = open_renewal(tx, payment.order_id, rules.NAME, rules.in_tiyin(invoice.amount_paid, terms.rate))
        renewal = ledger.lock_payment(tx, rules.NAME, number)
        assert renewal is not None  # noqa: S101 - just made
        payment = renewal
    captured = sessions.take(tx, payment, invoice.id, rules.moment(invoice.created))
    transaction = ledger.find_transaction(tx, rules.NAME, invoice.id)
    granted = select(OrderGrant.subscription_id).where(OrderGrant.payment_id == (transaction.payment_id if transaction else None))
    subscription_id = tx.scalar(granted)
    if subscription_id is not None:
        fit_period(tx, subscription_id, *period)
        tx.execute(update(StripeInvoice).where(StripeInvoice.stripe_id == invoice.id).values(subscription_id=subscription_id))
    charges.settle_later(tx, invoice.id)
    return captured


def _wrong(invoice: Invoice, payment: HeldPayment, terms: Terms) -> str | None:
    """What of a paid invoice is not as it was asked for, or None. A renewal may cost what Stripe's price costs by then, but not nothing."""
    if invoice.currency != terms.currency:
        return f"{invoice.currency} instead of {terms.currency}"
    asked = rules.charged(payment.amount, terms.rate)
    if invoice.is_first and invoice.amount_paid != asked:
        return f"{invoice.amount_paid} instead of {asked} {terms.currency}"
    return None if rules.in_tiyin(invoice.amount_paid, terms.rate) > 0 else "nothing was paid"
