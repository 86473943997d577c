"""What this slice needs of Stripe's API. The composition root gives it an implementation."""

from typing import Protocol

from msgspec import Struct

from bilim.payments.protocols import StatementSource


class Refused(Exception):
    """Stripe understood a call and will not do it, now or later."""


class SessionOrder(Struct, frozen=True, kw_only=True):
    """The Checkout session that is asked for. The same number and order make one session, however often it is asked for."""

    number: str
    title: str
    currency: str
    amount: int
    """Hundredths of the currency."""
    success_url: str
    cancel_url: str
    expires_at: int
    """Seconds since 1970."""
    price_id: str | None = None
    """Stripe's price of a plan, which is then subscribed to; else the amount is paid once."""


class OpenSession(Struct, frozen=True):
    """A Checkout session that waits for its payer."""

    id: str
    url: str


class Gateway(StatementSource, Protocol):
    """Stripe's API. Those that are no coroutines are for jobs, which run on threads of their own."""

    async def open_session(self, order: SessionOrder) -> OpenSession:
        """Make a Checkout session, or find the one that was made under the number.

        Raises:
            Unavailable: it does not answer, or it does not understand what is asked, which an admin must repair.
        """
        ...

    async def stop_renewing(self, subscription: str) -> None:
        """Let a subscription end with its period.

        Raises:
            Unavailable: it does not answer.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...

    def refund(self, payment_intent: str, amount: int, key: str) -> int:
        """Send money of a payment back; how much of it went back until now, in hundredths. Again under one key it happens once.

        Raises:
            Unavailable: it does not answer.
            Refused: it will not.
        """
        ...

    def invoice_of(self, payment_intent: str) -> str | None:
        """The invoice that a payment paid, or None.

        Raises:
            Unavailable: it does not answer.
        """
        ...

    def payment_intent_of(self, invoice: str) -> str | None:
        """The payment that paid an invoice, or None.

        Raises:
            Unavailable: it does not answer.
        """
        ...
