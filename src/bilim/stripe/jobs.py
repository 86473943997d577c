"""Refunds, charges whose owner must be found out, and reminders. Stripe is asked between transactions, never inside one."""

from datetime import timedelta
from typing import Any

from bilim.db.engine import Database, Tx
from bilim.jobs.handling import Handler, RetryLater, Try, back_off
from bilim.kit import clock
from bilim.kit.errors import Unavailable
from bilim.payments.actions import refunding
from bilim.payments.actions.alerts import Alert, raise_alert
from bilim.payments.actions.refunding import WantedRefund
from bilim.stripe import queries
from bilim.stripe.actions import charges, refunds
from bilim.stripe.inputs import RemindOfEnds, SendRefund, SettleCharge, SubscriptionEnding
from bilim.stripe.protocols import Gateway, Refused
from bilim.stripe.rules import Terms

_BATCH = 500


class Cashier:
    """Does at Stripe what was committed here, and writes down what Stripe answers."""

    def __init__(self, db: Database, gateway: Gateway, terms: Terms) -> None:
        self._db = db
        self._gateway = gateway
        self._terms = terms

    def send_refund(self, job: SendRefund, run: Try) -> None:
        """Ask for a refund. Stripe does it once under its number, however often it is asked.

        Raises:
            RetryLater: it does not answer.
        """
        with self._db.read() as tx:
            wanted = refunding.wanted_refund(tx, job.request_id)
        if wanted is None:
            return
        try:
            refunded, payment_intent = self._refund(wanted)
        except Unavailable as error:
            raise _later(error, run) from None
        except Refused as refused:
            with self._db.write() as tx:
                refunding.refuse_refund(tx, job.request_id, f"Stripe: {refused}")
            return
        with self._db.write() as tx:
            refunds.settle_refund(tx, wanted, payment_intent, refunded, self._terms)

    def _refund(self, wanted: WantedRefund) -> tuple[int, str]:
        """All that went back of the charge until now, and its payment intent."""
        name = wanted.provider_txn_id
        payment_intent = self._gateway.payment_intent_of(name) if name.startswith("in_") else name
        if payment_intent is None:
            raise Refused(f"nothing is known of the payment of {name}")
        return self._gateway.refund(payment_intent, wanted.money, wanted.number), payment_intent

    def give_up_refund(self, tx: Tx, job: SendRefund, error: str) -> None:
        """Stripe did not answer for long. If it did it all the same, its webhook tells."""
        refunding.refuse_refund(tx, job.request_id, f"Stripe: {error}")

    def settle_charge(self, job: SettleCharge, run: Try) -> None:
        """Find out which invoice a charge paid, and write down what became of it.

        Raises:
            RetryLater: Stripe does not answer, or the invoice's own event did not come yet.
        """
        with self._db.write() as tx:
            charge = charges.hold(tx, job.payment_intent)
            if charges.apply(tx, charge, self._terms, is_job=True):
                return
        try:
            invoice = charge.invoice or self._gateway.invoice_of(job.payment_intent)
        except Unavailable as error:
            raise _later(error, run) from None
        if invoice is not None:
            with self._db.write() as tx:
                if charges.note_invoice(tx, job.payment_intent, invoice, self._terms, is_job=True):
                    return
        raise RetryLater("the payment is not known yet", clock.now() + back_off(run.number), counted=True)

    def give_up_charge(self, tx: Tx, job: SettleCharge, error: str) -> None:
        """It is nobody's payment here, as far as is known: a person must look."""
        raise_alert(tx, Alert.MISMATCH, None, f"money of Stripe's {job.payment_intent} went back, which is no payment of ours: {error}")


def _later(error: Unavailable, run: Try) -> RetryLater:
    wait = back_off(run.number) if error.retry_after is None else timedelta(seconds=error.retry_after)
    return RetryLater(error.code or "Stripe does not answer", clock.now() + wait, counted=error.retry_after is None)


def handlers(db: Database, gateway: Gateway, terms: Terms, remind: timedelta) -> list[Handler[Any]]:
    """How this slice's jobs are run; `remind` is how long before its end a subscription is spoken of."""
    cashier = Cashier(db, gateway, terms)

    def remind_of_ends(_job: RemindOfEnds, _try: Try) -> None:
        after = 0
        while True:
            with db.read() as tx:
                found = queries.ending_soon(tx, remind, after, _BATCH)
            if found:
                with db.write() as tx:
                    tx.enqueue(*(SubscriptionEnding(user_id, ends_at) for user_id, ends_at in found))
                after = found[-1][0]
            if len(found) < _BATCH:
                return

    return [
        Handler(SendRefund, cashier.send_refund, cashier.give_up_refund),
        Handler(SettleCharge, cashier.settle_charge, cashier.give_up_charge),
        Handler(RemindOfEnds, remind_of_ends),
    ]
