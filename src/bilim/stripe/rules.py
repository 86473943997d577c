"""Stripe's signatures, its events as far as they are read, and its money. No I/O."""

import hmac
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

NAME = "stripe"
API_VERSION = "2026-10-28.endive"
"""The version in which Stripe is asked, and to which the webhook's endpoint should be set. It does not move with the SDK's."""
TOLERANCE = timedelta(minutes=5)
"""So far a signature's time may be from ours, in either direction."""
SESSION_MARGIN = timedelta(minutes=5)
"""A Checkout ends so long before its payment does: Stripe takes no more than 24 hours, by its own clock."""
MAX_HEADER = 4_000
_MAX_SIGNATURES = 20

ObjectId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]{1,255}$")]
Money = Annotated[int, Meta(ge=0, le=10**15)]
"""Hundredths of the currency."""
Moment = Annotated[int, Meta(ge=0, le=253_402_300_799)]
"""Seconds since 1970."""


class Terms(Struct, frozen=True):
    """How Stripe is used here."""

    currency: str
    rate: Decimal
    """What one unit of the currency costs, in UZS."""
    is_live: bool
    grace: timedelta
    """How long somebody stays subscribed whose renewal could not be paid."""


def is_signed(body: bytes, header: str, secret: str, now: datetime) -> bool:
    """Whether Stripe signed a body, within the tolerance of now. Any of several `v1` signatures will do; other schemes are ignored.

    Stripe's own check takes signatures from the future; this one does not. An empty secret signs nothing.

    >>> header = "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
    >>> is_signed(b'{"id":"evt_1"}', header, "whsec_test", datetime.fromtimestamp(1700000000, UTC))
    True
    """
    if not secret or len(header) > MAX_HEADER:
        return False
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) <= 12):
        return False
    expected = hmac.digest(secret.encode(), f"{times[0]}.".encode() + body, "sha256").hex()
    given = [value for name, _, value in pairs if name == "v1"][:_MAX_SIGNATURES]
    matches = [hmac.compare_digest(expected.encode(), each.encode("utf-8", "replace")) for each in given]
    return any(matches) and abs(now.timestamp() - int(times[0])) <= TOLERANCE.total_seconds()


def charged(tiyin: int, rate: Decimal) -> int:
    """What Stripe charges for an amount of tiyin, in hundredths of its currency, rounded up.

    >>> charged(49_000_000, Decimal(1)), charged(49_000_000, Decimal("12650.5"))
    (49000000, 3874)
    """
    return int((Decimal(tiyin) / rate).to_integral_value(ROUND_CEILING))


def in_tiyin(money: int, rate: Decimal) -> int:
    """Hundredths of Stripe's currency in tiyin.

    >>> in_tiyin(49_000_000, Decimal(1)), in_tiyin(3874, Decimal("12650.5"))
    (49000000, 49008037)
    """
    return int(money * rate)


def moment(seconds: int) -> datetime:
    """Stripe's seconds as a time."""
    return datetime.fromtimestamp(seconds, UTC)


class EventData(Struct):
    """What an event is about."""

    object: Raw


class Event(Struct):
    """An event's envelope."""

    id: ObjectId
    type: Annotated[str, Meta(min_length=1, max_length=255)]
    created: Moment
    livemode: bool
    data: EventData
    api_version: str | None = None


class Session(Struct):
    """A Checkout session."""

    id: ObjectId
    mode: str
    payment_status: str
    client_reference_id: str | None = None
    amount_total: Money | None = None
    currency: str | None = None
    payment_intent: ObjectId | None = None
    subscription: ObjectId | None = None
    metadata: dict[str, str] | None = None


class Period(Struct):
    """From one second until just before another."""

    start: Moment
    end: Moment


class InvoiceLine(Struct):
    """What is paid for."""

    period: Period


class InvoiceLines(Struct):
    """The first lines of an invoice."""

    data: list[InvoiceLine]


class SubscriptionDetails(Struct):
    """The subscription of an invoice, and what was written beside it when the invoice was made."""

    subscription: ObjectId
    metadata: dict[str, str] | None = None


class InvoiceParent(Struct):
    """What an invoice is of."""

    subscription_details: SubscriptionDetails | None = None


class Invoice(Struct):
    """An invoice; `subscription` and `subscription_details` are where versions before 2025-03-31 have what is in `parent` since."""

    id: ObjectId
    created: Moment
    currency: str
    lines: InvoiceLines
    amount_paid: Money = 0
    billing_reason: str | None = None
    parent: InvoiceParent | None = None
    subscription: ObjectId | None = None
    subscription_details: dict[str, Any] | None = None

    @property
    def subscription_id(self) -> str | None:
        """The subscription that it is of, or None."""
        details = self.parent and self.parent.subscription_details
        return details.subscription if details else self.subscription

    @property
    def number(self) -> str | None:
        """Our payment's number, as it was written beside the subscription."""
        details = self.parent and self.parent.subscription_details
        written: Any = (details.metadata if details else (self.subscription_details or {}).get("metadata")) or {}
        return written.get("number")

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """The latest period among its lines; None where none is longer than nothing."""
        periods = [(moment(line.period.start), moment(line.period.end)) for line in self.lines.data]
        return max((each for each in periods if each[0] < each[1]), key=lambda each: each[::-1], default=None)

    @property
    def is_first(self) -> bool:
        """Whether it is the one with which the subscription began."""
        return self.billing_reason == "subscription_create"


class SubscriptionItem(Struct):
    """A price of a subscription."""

    current_period_start: Moment | None = None


class SubscriptionItems(Struct):
    """The prices of a subscription."""

    data: list[SubscriptionItem]


class Subscription(Struct):
    """A subscription; `current_period_start` is where versions before 2025-03-31 have what is in its items since."""

    id: ObjectId
    status: Annotated[str, Meta(max_length=32)]
    cancel_at_period_end: bool = False
    cancel_at: Moment | None = None
    ended_at: Moment | None = None
    items: SubscriptionItems | None = None
    current_period_start: Moment | None = None
    metadata: dict[str, str] | None = None

    @property
    def period_starts_at(self) -> datetime | None:
        """When its present period began."""
        starts = [item.current_period_start for item in (self.items.data if self.items else ())]
        known = [each for each in [*starts, self.current_period_start] if each is not None]
        return moment(max(known)) if known else None


class Charge(Struct):
    """A charge; `amount_refunded` is all that went back until then."""

    id: ObjectId
    amount_refunded: Money
    currency: str
    payment_intent: ObjectId | None = None


class Dispute(Struct):
    """A payer's bank doubts a charge."""

    id: ObjectId
    amount: Money
    status: str
    payment_intent: ObjectId | None = None
    reason: str | None = None


class InvoicePayment(Struct):
    """By which payment an invoice was paid."""

    id: ObjectId
    invoice: ObjectId
    payment: dict[str, Any]

    @property
    def payment_intent(self) -> str | None:
        """The payment intent, where it was one."""
        found = self.payment.get("payment_intent")
        return found if isinstance(found, str) and 0 < len(found) < 256 and found.isascii() and found.isprintable() else None


def read_event(body: bytes) -> Event | None:
    """An event's envelope, or None where the body is none."""
    try:
        return msgspec.json.decode(body, type=Event)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def dispute_status(status: str) -> str:
    """Stripe's word for where a dispute stands, in one of four.

    >>> [dispute_status(each) for each in ("warning_needs_response", "needs_response", "under_review", "won", "lost")]
    ['warning', 'open', 'open', 'won', 'lost']
    """
    if status.startswith("warning"):
        return "warning"
    return status if status in ("won", "lost") else "open"
