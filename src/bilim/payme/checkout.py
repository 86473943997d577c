"""The link by which a payment is paid."""

from collections.abc import Mapping

from bilim.payme import rules
from bilim.payments.protocols import PaymentToPay
from bilim.settings import Settings


class PaymeCheckout:
    """Payme as a service by which people pay."""

    name = rules.NAME

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Mapping[str, bool]:
        """The environment variables that it needs, and whether each is set."""
        return {"PAYME_MERCHANT_ID": bool(self._settings.payme_merchant_id), "PAYME_KEY": bool(self._settings.payme_key)}

    @property
    def refunds(self) -> None:
        """Money goes back in Payme's cabinet, which then cancels the transaction here."""

    async def link(self, payment: PaymentToPay, return_url: str) -> str:
        """Where a payment is paid: everything stands in the address, so that nothing is asked of the service."""
        merchant, base = self._settings.payme_merchant_id, self._settings.payme_checkout_url
        return rules.checkout_link(base, merchant, payment.number, payment.amount, return_url)
