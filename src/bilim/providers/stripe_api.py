"""Stripe's API by its own SDK, which is loaded when it is first needed: that takes half a second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from bilim.kit.errors import Unavailable
from bilim.payments.protocols import StatementLine
from bilim.stripe import rules
from bilim.stripe.protocols import OpenSession, Refused, SessionOrder

if TYPE_CHECKING:
    from stripe import StripeClient

R = TypeVar("R")

_log = logging.getLogger("bilim.stripe")
_TIMEOUT, _CONNECT = 15, 3
_TRIES_AGAIN = 1
_LONGEST_WAIT = 60
_PAGE = 100
_STATES = {"succeeded": "captured", "canceled": "cancelled"}


class StripeGateway:
    """Stripe's API, under one secret key. Coroutines are for requests, the other methods for the threads of jobs."""

    name = rules.NAME

    def __init__(self, key: str, base: str, rate: Decimal) -> None:
        self._key = key
        self._base = base
        self._rate = rate
        self._loading = Lock()

    async def open_session(self, order: SessionOrder) -> OpenSession:
        """Make a Checkout session, or find the one that was made under the number.

        Raises:
            Unavailable: see `protocols.Gateway`.
        """
        client = await self._loaded()
        made = await _answered(lambda: client.v1.checkout.sessions.create_async(_params(order), {"idempotency_key": order.number}))
        if not made.url:
            raise Unavailable("stripe_unavailable")
        return OpenSession(made.id, made.url)

    async def stop_renewing(self, subscription: str) -> None:
        """Let a subscription end with its period.

        Raises:
            Unavailable: it does not answer.
        """
        client = await self._loaded()
        await _answered(lambda: client.v1.subscriptions.update_async(subscription, {"cancel_at_period_end": True}))

    def refund(self, payment_intent: str, amount: int, key: str) -> int:
        """Send money of a payment back; how much of it went back until now, in hundredths.

        Raises:
            Unavailable: it does not answer.
            Refused: it will not.
        """
        params: Any = {"payment_intent": payment_intent, "amount": amount, "expand": ["charge"]}
        made = _answer(lambda: self._client.v1.refunds.create(params, {"idempotency_key": key}), may_refuse=True)
        if made.status in ("failed", "canceled"):
            raise Refused(f"the refund {made.id} {made.status}: {made.to_dict().get('failure_reason')}")
        charge: Any = made.charge
        return charge.amount_refunded

    def invoice_of(self, payment_intent: str) -> str | None:
        """The invoice that a payment paid, or None.

        Raises:
            Unavailable: it does not answer.
        """
        params: Any = {"payment": {"type": "payment_intent", "payment_intent": payment_intent}, "limit": 1}
        found = _answer(lambda: self._client.v1.invoice_payments.list(params)).data
        return str(found[0].invoice) if found else None

    def payment_intent_of(self, invoice: str) -> str | None:
        """The payment that paid an invoice, or None.

        Raises:
            Unavailable: it does not answer.
        """
        params: Any = {"invoice": invoice, "status": "paid", "limit": 1}
        found = _answer(lambda: self._client.v1.invoice_payments.list(params)).data
        paid: Any = found[0].payment.to_dict().get("payment_intent") if found else None
        return paid if isinstance(paid, str) else None

    def lines(self, since: datetime, until: datetime) -> Iterable[StatementLine]:
        """What Stripe took in a time: payments made once by their payment intents, subscriptions' by their invoices.

        Raises:
            Unavailable: it does not answer.
        """
        created = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        intents: Any = {"created": created, "limit": _PAGE, "expand": ["data.latest_charge"]}
        states: dict[str, str] = {}
        for each in _pages(lambda after: self._client.v1.payment_intents.list(intents | after)):
            states[each["id"]] = _intent_state(each)
            if "number" in each["metadata"]:
                yield self._line(each, each["metadata"]["number"], each["amount"], _intent_state(each))
        invoices: Any = {"created": created, "limit": _PAGE, "status": "paid"}
        for each in _pages(lambda after: self._client.v1.invoices.list(invoices | after)):
            details = ((each.get("parent") or {}).get("subscription_details") or {}).get("metadata") or {}
            if "number" in details:
                paid_by = self.payment_intent_of(each["id"])
                # An invoice names the payment with which its subscription began, not its own.
                yield self._line(each, None, each["amount_paid"], states.get(paid_by or "", "captured"))

    def _line(self, each: dict[str, Any], number: str | None, amount: int, state: str) -> StatementLine:
        return StatementLine(each["id"], number, rules.in_tiyin(amount, self._rate), state)

    async def close(self) -> None:
        """Close the connections, where there are any."""
        if "_client" in self.__dict__:
            self._http.close()
            await self._http.close_async()

    async def _loaded(self) -> "StripeClient":
        return self._client if "_client" in self.__dict__ else await asyncio.to_thread(lambda: self._client)

    @cached_property
    def _http(self) -> Any:
        import httpx

        from stripe import HTTPXClient

        return HTTPXClient(timeout=httpx.Timeout(_TIMEOUT, connect=_CONNECT), allow_sync_methods=True)

    @cached_property
    def _client(self) -> "StripeClient":
        with self._loading:
            import stripe

            return stripe.StripeClient(
                self._key,
                stripe_version=rules.API_VERSION,
                base_addresses={"api": self._base},
                max_network_retries=_TRIES_AGAIN,
                http_client=self._http,
            )


def _params(order: SessionOrder) -> Any:
    """What a session is made of. Equal for equal orders, since Stripe compares it under one idempotency key."""
    written = {"number": order.number}
    common: dict[str, Any] = {
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "client_reference_id": order.number,
        "metadata": written,
        "expires_at": order.expires_at,
    }
    if order.price_id:
        line: dict[str, Any] = {"price": order.price_id, "quantity": 1}
        return common | {"mode": "subscription", "line_items": [line], "subscription_data": {"metadata": written}}
    price = {"currency": order.currency, "unit_amount": order.amount, "product_data": {"name": order.title}}
    line = {"price_data": price, "quantity": 1}
    return common | {"mode": "payment", "line_items": [line], "payment_intent_data": {"metadata": written}}


def _intent_state(intent: dict[str, Any]) -> str:
    state = _STATES.get(intent["status"], "created")
    charge = intent.get("latest_charge")
    is_refunded = isinstance(charge, dict) and bool(charge.get("refunded"))
    return "refunded" if state == "captured" and is_refunded else state


def _pages(ask: Callable[[dict[str, Any]], Any]) -> Iterator[dict[str, Any]]:
    """All objects of a list, a page at a time, each as plain data."""
    after: dict[str, Any] = {}
    while True:
        page = _answer(lambda: ask(after)).to_dict()  # noqa: B023 - called at once
        yield from page["data"]
        if not page["has_more"] or not page["data"]:
            return
        after = {"starting_after": page["data"][-1]["id"]}


async def _answered(call: Callable[[], Awaitable[R]]) -> R:
    from stripe import StripeError

    try:
        return await call()
    except StripeError as error:
        raise _fact(error, may_refuse=False) from None


def _answer(call: Callable[[], R], *, may_refuse: bool = False) -> R:
    from stripe import StripeError

    try:
        return call()
    except StripeError as error:
        raise _fact(error, may_refuse=may_refuse) from None


def _fact(error: Any, *, may_refuse: bool) -> Exception:
    """Stripe's refusal as an exception of ours. Its words stay in the log: they are for whoever set it up, not for payers."""
    import stripe

    _log.warning("Stripe: %s %s %s", type(error).__name__, error.code, error.user_message or "")
    if isinstance(error, stripe.RateLimitError):
        return Unavailable("stripe_unavailable", retry_after=_wait_of(error))
    if may_refuse and isinstance(error, stripe.InvalidRequestError | stripe.CardError):
        return Refused(f"{error.code}: {error.user_message}")
    return Unavailable("stripe_unavailable")


def _wait_of(error: Any) -> int:
    written = str((error.headers or {}).get("retry-after", ""))
    return min(max(int(written), 1), _LONGEST_WAIT) if written.isascii() and written.isdigit() and len(written) < 6 else 1
