"""Payme's protocol without its transport: what calls say, what they are answered, and the link by which a payment is paid. No I/O.

Times on the wire are whole milliseconds since 1970 in UTC, amounts tiyin, states 1, 2, -1 and -2. No time is 0, no reason null.
"""

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Annotated, Any, Literal, Protocol, TypeVar

import msgspec
from msgspec import Meta, Struct

from bilim.payments import rules as payments
from bilim.payments.rules import FiscalCode

S = TypeVar("S", bound=Struct)

NAME = "payme"
LOGIN = "Paycom"
ACCOUNT = "order_id"
"""The account's one field, as the cash desk is set up in Payme's cabinet: the payment's number."""
TIMEOUT = timedelta(hours=12)
"""So long Payme has from its own beginning of a transaction."""
STATES = {"created": 1, "captured": 2, "cancelled": -1, "refunded": -2}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_TYPED = 64

TransactionId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
"""Payme's are 24 hexadecimal digits."""
Moment = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]
"""Until the year 2100."""
Amount = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class CheckParams(Struct):
    """Whether this may be paid."""

    amount: Amount
    account: Any


class CreateParams(Struct):
    """Payme begins a transaction."""

    id: TransactionId
    time: Moment
    amount: Amount
    account: Any


class TransactionParams(Struct):
    """A transaction is meant."""

    id: TransactionId


class CancelParams(Struct):
    """Payme cancels a transaction; why, by its own numbers."""

    id: TransactionId
    reason: Annotated[int, Meta(ge=1, le=1000)]


class StatementParams(Struct):
    """Payme asks which transactions it began from one moment to another, both included."""

    since: Moment = msgspec.field(name="from")
    until: Moment = msgspec.field(name="to")


class FiscalParams(Struct):
    """Payme hands over a tax receipt."""

    id: TransactionId
    type: Literal["PERFORM", "CANCEL"]
    fiscal_data: dict[str, Any]


class Fault(Struct, frozen=True):
    """An error of the protocol: its number, our text's code, and what Payme wants named."""

    code: int
    text: str
    data: str | None = None


NOT_POST = Fault(-32300, "payme_not_post")
UNAUTHORISED = Fault(-32504, "payme_unauthorised")
NO_JSON = Fault(-32700, "payme_no_json")
WRONG_CALL = Fault(-32600, "payme_wrong_call")
WRONG_PARAMS = Fault(-32602, "payme_wrong_call")
SYSTEM = Fault(-32400, "payme_system")
WRONG_AMOUNT = Fault(-31001, "payme_wrong_amount")
NO_TRANSACTION = Fault(-31003, "payme_no_transaction")
NOT_REFUNDABLE = Fault(-31007, "payme_not_refundable")
CANNOT_DO = Fault(-31008, "payme_cannot_do")
BUSY = CANNOT_DO
"""Another transaction of the payment is under way. Payme's sandbox expects -31008; other numbers are seen in the field."""
NO_PAYMENT = Fault(-31050, "payme_no_payment", ACCOUNT)
PAID = Fault(-31051, "payme_paid", ACCOUNT)
OVER = Fault(-31052, "payme_over", ACCOUNT)
NO_RECEIPT = Fault(-32001, "payme_no_transaction")


def no_such_method(name: str) -> Fault:
    """The fault of a method that is not of the protocol."""
    return Fault(-32601, "payme_no_method", name[:_MAX_TYPED])


class Refused(Exception):
    """A call that cannot be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class Call(Struct):
    """A call: which method, with what, and under which number it is answered."""

    method: str
    params: dict[str, Any]
    id: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


def read_call(body: bytes) -> Call:
    """A call as it arrived.

    Raises:
        Refused: no JSON, or no call; a readable number is not answered then, since its call is not understood.
    """
    try:
        data = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(NO_JSON) from None
    return read_params(data, Call)


def read_params(data: Any, kind: type[S], fault: Fault = WRONG_CALL) -> S:
    """Plain data as what a call must hold, its types exact: neither `"500"` nor `500.0` is an amount.

    Raises:
        Refused: it is something else.
    """
    try:
        return msgspec.convert(data, kind)
    except (msgspec.ValidationError, RecursionError):
        raise Refused(fault) from None


def read_number(account: Any) -> str | None:
    """The payment's number in an account, forgiving how somebody typed it; None where there is none of our shape.

    >>> read_number({"order_id": "o123-4567-89ab-cdef"}), read_number({"order_id": 5}), read_number([])
    ('0123456789ABCDEF', None, None)
    """
    typed = account.get(ACCOUNT) if isinstance(account, dict) else None
    if not isinstance(typed, str) or len(typed) > _MAX_TYPED:
        return None
    return payments.read_number(typed)


def shows_key(authorization: str, key: str) -> bool:
    """Whether an `Authorization` header shows the cash desk's key. Without a key nobody is let in.

    The comparison takes the same time wherever a wrong key differs.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        shown = b64decode(encoded.strip(), validate=True)
    except (NoBase64, ValueError):
        return False
    expected = f"{LOGIN}:{key}".encode()
    return bool(key) and scheme.lower() == "basic" and compare_digest(shown, expected)


class Payable(Protocol):
    """What of a payment says whether it can be paid."""

    status: str
    order_status: str
    amount: int

    def is_payable(self, now: datetime) -> bool:
        """Whether somebody may begin to pay it."""
        ...


def payment_fault(payment: Payable, now: datetime, amount: int) -> Fault | None:
    """Why a payment cannot be paid with an amount, or None. The amount is the one of the link, whatever the price is now."""
    if payment.status == "captured" or payment.order_status in ("granted", "revoked", "void"):
        return PAID
    if not payment.is_payable(now):
        return OVER
    return None if payment.amount == amount else WRONG_AMOUNT


def milliseconds(moment: datetime | None) -> int:
    """A moment on the wire; 0 where there is none.

    >>> milliseconds(datetime(2026, 11, 20, 12, tzinfo=UTC)), milliseconds(None)
    (1795176000000, 0)
    """
    return 0 if moment is None else (moment - _EPOCH) // _MILLISECOND


def moment_of(sent: int) -> datetime:
    """A moment that was sent."""
    return _EPOCH + sent * _MILLISECOND


def expiry_of(began_at: datetime, now: datetime) -> datetime:
    """The first moment at which a transaction has timed out: twelve hours and a millisecond after it began.

    By Payme's clock; by ours where Payme's runs ahead, since a transaction could otherwise hold a payment for days.
    """
    return min(began_at, now) + TIMEOUT + _MILLISECOND


def receipt(title: str, amount: int, fiscal: FiscalCode | None) -> dict[str, Any] | None:
    """What Payme prints on a tax receipt: one item whose sum is the payment's; None where it is not set how the goods are taxed."""
    if fiscal is None:
        return None
    item = {
        "title": title,
        "price": amount,
        "count": 1,
        "code": fiscal.code,
        "package_code": fiscal.package_code,
        "vat_percent": fiscal.vat_percent,
    }
    return {"receipt_type": 0, "items": [item]}


def checkout_link(base: str, merchant: str, number: str, amount: int, return_url: str = "", language: str = "") -> str:
    """Where a payment is paid. No value holds a semicolon: numbers and addresses of ours have none.

    >>> checkout_link("https://checkout.paycom.uz", "587f72c72cac0d162c722ae2", "197", 500)
    'https://checkout.paycom.uz/bT01ODdmNzJjNzJjYWMwZDE2MmM3MjJhZTI7YWMub3JkZXJfaWQ9MTk3O2E9NTAw'
    """
    parts = [f"m={merchant}", f"ac.{ACCOUNT}={number}", f"a={amount}"]
    parts += [f"l={language}"] if language else []
    parts += [f"c={return_url}"] if return_url else []
    return f"{base.rstrip('/')}/{b64encode(';'.join(parts).encode()).decode()}"


Fiscal = Mapping[str, FiscalCode | None]
"""How each kind of goods is taxed."""
