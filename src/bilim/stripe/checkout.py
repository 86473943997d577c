"""The link by which a payment is paid: Stripe's own page, made for one payment."""

from collections.abc import Mapping

from bilim.payments.protocols import PaymentToPay
from bilim.settings import Settings
from bilim.stripe import rules
from bilim.stripe.actions.refunds import StripeRefunds
from bilim.stripe.flows import ask_for_session
from bilim.stripe.protocols import Gateway


class StripeCheckout:
    """Stripe as a service by which people pay."""

    name = rules.NAME

    def __init__(self, settings: Settings, gateway: Gateway) -> None:
        self._settings = settings
        self._gateway = gateway

    @property
    def settings(self) -> Mapping[str, bool]:
        """The environment variables that it needs, and whether each is set."""
        return {
            "STRIPE_SECRET_KEY": bool(self._settings.stripe_secret_key),
            "STRIPE_WEBHOOK_SECRET": bool(self._settings.stripe_webhook_secret),
        }

    @property
    def refunds(self) -> StripeRefunds:
        """How it sends money back."""
        return StripeRefunds(self._settings.stripe_rate)

    async def link(self, payment: PaymentToPay, return_url: str) -> str:
        """Where a payment is paid. Plans that have a price at Stripe are subscribed to, all else is paid once.

        Raises:
            Unavailable: Stripe does not answer.
        """
        return (await ask_for_session(self._gateway, self._settings, payment, return_url, return_url)).url
