"""What went back of a charge, and what a payer's bank doubts.

Both are noted by the payment intent, and applied to the ledger once it is known whose money it is. The rows of charges are locked before
those of payments, everywhere.
"""

from datetime import timedelta

from msgspec import Struct
from sqlalchemy import func, select, update

from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.kit.access import internal
from bilim.kit.errors import Conflict
from bilim.payments.actions import freezing, ledger
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.actions.ledger import HeldPayment, TransactionView
from bilim.stripe import rules
from bilim.stripe.inputs import SettleCharge
from bilim.stripe.models import StripeCharge, StripeDispute, StripeInvoice
from bilim.stripe.rules import Terms

_RANK = {"warning": 0, "open": 1, "won": 2, "lost": 2}


class HeldCharge(Struct):
    """A locked charge."""

    payment_intent: str
    invoice: str | None
    refunded: int
    is_new: bool = False
    """Whether it was noted by this call, so that nothing is known of it."""


_HELD = select_into(HeldCharge, payment_intent=StripeCharge.payment_intent, invoice=StripeCharge.invoice, refunded=StripeCharge.refunded)


class _Doubt(Struct):
    """A dispute."""

    id: int
    amount: int
    status: str
    is_suspending: bool
    rest_seconds: int | None


_DOUBT = select_into(
    _Doubt,
    id=StripeDispute.id,
    amount=StripeDispute.amount,
    status=StripeDispute.status,
    is_suspending=StripeDispute.is_suspending,
    rest_seconds=StripeDispute.rest_seconds,
).order_by(StripeDispute.id)


@internal
def hold(tx: Tx, payment_intent: str) -> HeldCharge:
    """A charge, noted where it is new; its row is locked until the transaction ends."""
    if tx.insert_unless_there(StripeCharge, payment_intent=payment_intent, refunded=0, created_at=tx.now) is not None:
        return HeldCharge(payment_intent, None, 0, is_new=True)
    return tx.fetch_one(_HELD.where(StripeCharge.payment_intent == payment_intent).with_for_update())


@internal
def note_refunded(tx: Tx, payment_intent: str, refunded: int, terms: Terms) -> bool:
    """Note how much of a charge went back until now, and write it into the ledger; False where nobody knows yet whose money it was."""
    charge = hold(tx, payment_intent)
    if refunded > charge.refunded:
        charge.refunded = refunded
        tx.execute(update(StripeCharge).where(StripeCharge.payment_intent == payment_intent).values(refunded=refunded))
    return apply(tx, charge, terms)


@internal
def note_invoice(tx: Tx, payment_intent: str, invoice: str, terms: Terms, *, is_job: bool = False) -> bool:
    """Note which invoice a charge paid; False where what went back of it cannot be written down yet."""
    charge = hold(tx, payment_intent)
    charge.invoice = invoice
    tx.execute(update(StripeCharge).where(StripeCharge.payment_intent == payment_intent).values(invoice=invoice))
    return apply(tx, charge, terms, is_job=is_job)


@internal
def note_dispute(tx: Tx, told: rules.Dispute, terms: Terms) -> bool:
    """Note a dispute, or where it stands now; one that was decided stays so. The first word of it, and a loss, alert a person."""
    payment_intent, status = told.payment_intent or "", rules.dispute_status(told.status)
    charge = hold(tx, payment_intent)
    values = {"stripe_id": told.id, "payment_intent": payment_intent, "amount": told.amount, "created_at": tx.now}
    made = tx.inserting(StripeDispute).values(status=status, is_suspending=False, **values).on_conflict_do_nothing()
    is_new = tx.scalar(made.returning(StripeDispute.id)) is not None
    below = [each for each, rank in _RANK.items() if rank < _RANK[status]]
    moved = update(StripeDispute).where(StripeDispute.stripe_id == told.id, StripeDispute.status.in_(below)).values(status=status)
    is_moved = bool(tx.execute(moved).rowcount)
    found = find(tx, charge)
    if is_new or (is_moved and status == "lost"):
        payment_id = found[1].id if found else None
        raise_alert(tx, Alert.DISPUTE, payment_id, f"Stripe's dispute {told.id} of {payment_intent} is {told.status}: {told.reason}")
    return apply(tx, charge, terms)


@internal
def find(tx: Tx, charge: HeldCharge) -> tuple[TransactionView, HeldPayment] | None:
    """The captured transaction of a charge and its payment, which is locked; None where it is not known."""
    for name in (charge.payment_intent, charge.invoice):
        found = ledger.lock_transaction(tx, rules.NAME, name) if name else None
        if found is not None:
            return found if found[0].captured_at is not None else None
    return None


@internal
def apply(tx: Tx, charge: HeldCharge, terms: Terms, *, is_job: bool = False) -> bool:
    """Let the ledger and what was granted follow what is known of a charge; again it changes nothing.

    Where it is not known yet whose money it was, a job finds out: of a subscription Stripe tells only the invoice.

    Args:
        is_job: it is that job which calls, and tries again by itself.
    """
    doubts = tx.fetch_all(_DOUBT.where(StripeDispute.payment_intent == charge.payment_intent))
    if not charge.refunded and not doubts:
        return True
    found = find(tx, charge)
    if found is None:
        tx.enqueue(*([] if is_job else [SettleCharge(charge.payment_intent)]))
        return False
    transaction, held = found
    gone = charge.refunded + sum(each.amount for each in doubts if each.status == "lost")
    is_whole = gone >= rules.charged(held.amount, terms.rate)
    more = (held.amount if is_whole else rules.in_tiyin(gone, terms.rate)) - held.refunded
    if more > 0:
        ledger.refund(tx, held, more, transaction)
    for doubt in doubts:
        _follow(tx, doubt, held)
    return True


def _follow(tx: Tx, doubt: _Doubt, held: HeldPayment) -> None:
    """Suspend what a payment granted while a dispute is open, and give it back unless the money is gone."""
    is_refunded = held.refunded == held.amount
    if doubt.status == "open" and not doubt.is_suspending and not is_refunded:
        rest = freezing.suspend(tx, held.id)
        if rest is not None:
            _note(tx, doubt, is_suspending=True, rest=rest)
    elif doubt.is_suspending and (doubt.status in ("won", "lost") or is_refunded):
        if not is_refunded:
            _restore(tx, doubt, held)
        _note(tx, doubt, is_suspending=False, rest=None)


def _note(tx: Tx, doubt: _Doubt, *, is_suspending: bool, rest: timedelta | None) -> None:
    seconds = None if rest is None else int(rest.total_seconds())
    tx.execute(update(StripeDispute).where(StripeDispute.id == doubt.id).values(is_suspending=is_suspending, rest_seconds=seconds))


def _restore(tx: Tx, doubt: _Doubt, held: HeldPayment) -> None:
    try:
        restored = freezing.restore(tx, held.id, timedelta(seconds=doubt.rest_seconds or 0))
    except Conflict:
        raise_alert(tx, Alert.DISPUTE, held.id, "the dispute is over, but the person is subscribed for years ahead: give back by hand")
        return
    if restored is not None:
        earlier, follows = restored
        tx.execute(update(StripeInvoice).where(StripeInvoice.subscription_id == earlier).values(subscription_id=follows))


@internal
def settle_later(tx: Tx, invoice: str) -> None:
    """The same, by a job, for an invoice that was just captured: what went back of it may have been told before.

    Not at once, since its payment is locked already.
    """
    tx.enqueue(*(SettleCharge(each) for each in tx.scalars(select(StripeCharge.payment_intent).where(StripeCharge.invoice == invoice))))


@internal
def is_disputed(tx: Tx, provider_txn_id: str) -> bool:
    """Whether a dispute about a transaction is open."""
    intents = select(StripeCharge.payment_intent).where(
        (StripeCharge.payment_intent == provider_txn_id) | (StripeCharge.invoice == provider_txn_id)
    )
    opened = (StripeDispute.payment_intent.in_(intents), StripeDispute.status == "open")
    return bool(tx.scalar(select(func.count()).select_from(StripeDispute).where(*opened)))


@internal
def gone_of(tx: Tx, provider_txn_id: str) -> int:
    """How much of a transaction went back until now, in hundredths of Stripe's currency."""
    of = (StripeCharge.payment_intent == provider_txn_id) | (StripeCharge.invoice == provider_txn_id)
    return tx.scalar(select(func.coalesce(func.max(StripeCharge.refunded), 0)).where(of))
