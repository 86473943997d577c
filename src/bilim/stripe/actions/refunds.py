"""How Stripe sends money back: what is asked of it for an amount, and what it answers.

Stripe's answer and its webhook tell the same number, all that went back of a charge until now; whichever comes first writes it.
"""

from decimal import Decimal

from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.kit.errors import Conflict
from bilim.payments.actions import refunding
from bilim.payments.actions.refunding import WantedRefund
from bilim.payments.protocols import Refundable
from bilim.stripe import rules
from bilim.stripe.actions import charges
from bilim.stripe.inputs import SendRefund
from bilim.stripe.rules import Terms


class StripeRefunds:
    """Refunds by Stripe: of a payment, or of parts of it. `rate` is what one unit of Stripe's currency costs, in UZS."""

    def __init__(self, rate: Decimal) -> None:
        self._rate = rate

    def money_of(self, tx: Tx, payment: Refundable, amount: int) -> int:
        """What is asked of Stripe: for all that is left, all that it has left, so that rounding leaves nothing over.

        Raises:
            Conflict: a dispute about the payment is open.
        """
        if charges.is_disputed(tx, payment.provider_txn_id):
            raise Conflict("in_dispute")
        paid, gone = rules.charged(payment.amount, self._rate), charges.gone_of(tx, payment.provider_txn_id)
        return max(1, paid - gone if amount == payment.left else rules.charged(amount, self._rate))

    def job(self, request_id: int) -> SendRefund:
        """The job that asks Stripe."""
        return SendRefund(request_id)


@internal
def settle_refund(tx: Tx, wanted: WantedRefund, payment_intent: str, refunded: int, terms: Terms) -> None:
    """Write down that Stripe sent money back: all that went back until now, as it says."""
    charges.hold(tx, payment_intent)
    if wanted.provider_txn_id != payment_intent:
        charges.note_invoice(tx, payment_intent, wanted.provider_txn_id, terms)
    charges.note_refunded(tx, payment_intent, refunded, terms)
    refunding.close_refund(tx, wanted.id)
