"""The link by which a payment is paid."""

from collections.abc import Mapping

from bilim.click import rules
from bilim.click.actions import ClickRefunds
from bilim.payments.protocols import PaymentToPay
from bilim.settings import Settings


class ClickCheckout:
    """Click as a service by which people pay."""

    name = rules.NAME

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Mapping[str, bool]:
        """The environment variables that it needs, and whether each is set."""
        return {
            "CLICK_SERVICE_ID": bool(self._settings.click_service_id),
            "CLICK_MERCHANT_ID": bool(self._settings.click_merchant_id),
            "CLICK_SECRET_KEY": bool(self._settings.click_secret_key),
        }

    @property
    def refunds(self) -> ClickRefunds:
        """How it sends money back."""
        return ClickRefunds(is_configured=bool(self._settings.click_merchant_user_id))

    async def link(self, payment: PaymentToPay, return_url: str) -> str:
        """Where a payment is paid: everything stands in the address, so that nothing is asked of the service."""
        mine = self._settings
        return rules.checkout_link(
            mine.click_checkout_url, mine.click_service_id, mine.click_merchant_id, payment.number, payment.amount, return_url
        )
