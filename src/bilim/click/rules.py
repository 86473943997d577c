"""Click's SHOP API without its transport: what calls say, how they are signed, what they are answered, and the payment link. No I/O.

Click sends forms, all values as text; amounts are so'm with up to two digits behind the point. Signatures are of MD5, which the protocol
fixes: they are joined of texts exactly as they arrived, and hold only together with a service id and fixed-length numbers.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from hashlib import md5
from hmac import compare_digest
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

from bilim.payments.rules import read_number

NAME = "click"
PREPARE, COMPLETE = "0", "1"
"""Click's actions."""
MAX_FIELDS = 40
GIVEN_UP = 1
"""The reason of a transaction that Click ended before it was completed."""
SUPERSEDED = 2
"""The reason of one in whose place the payer began another."""
TAKEN_BACK = 3
"""The reason of a refund of what Click cancelled after it was completed."""
RETURNED = 5
"""The reason of a refund that an admin wanted."""

_SIGNED = ("click_trans_id", "service_id", "merchant_trans_id", "amount", "action", "sign_time", "sign_string")
_NEEDED = (*_SIGNED, "error", "click_paydoc_id")
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
_MAX_TEXT = 100


class Error(IntEnum):
    """What Click is answered."""

    OK = 0
    SIGN = -1
    AMOUNT = -2
    ACTION = -3
    PAID = -4
    NO_ORDER = -5
    NO_TRANSACTION = -6
    FAILED = -7
    BAD_CALL = -8
    CANCELLED = -9


NOTES = {
    Error.OK: "Success",
    Error.SIGN: "SIGN CHECK FAILED!",
    Error.AMOUNT: "Incorrect parameter amount",
    Error.ACTION: "Action not found",
    Error.PAID: "Already paid",
    Error.NO_ORDER: "User does not exist",
    Error.NO_TRANSACTION: "Transaction does not exist",
    Error.FAILED: "Failed to update user",
    Error.BAD_CALL: "Error in request from click",
    Error.CANCELLED: "Transaction cancelled",
}
"""`error_note`, in the protocol's words."""


class Call(Struct, frozen=True):
    """A call whose signature is ours and Click's. `amount` is tiyin, None where it is not an exact one."""

    trans_id: str
    paydoc_id: int
    number: str | None
    amount: int | None
    error: int
    prepare_id: int | None
    """The id that we answered the preparation with; None in a preparation, and where it is no number."""


def read_form(body: bytes) -> dict[str, str] | None:
    """The fields of a form; None where it is none, is far too large, or says something twice."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        return None
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else None


def read_call(fields: Mapping[str, str] | None, action: str, service_id: str, secret: str) -> Call | Error:
    """A call, or what is wrong with it; looked at in the order that Click's own tests expect.

    Without a secret of ours no signature is right.
    """
    needed = _NEEDED if action == PREPARE else (*_NEEDED, "merchant_prepare_id")
    if fields is None or any(not fields.get(name) or len(fields[name]) > _MAX_TEXT or "\0" in fields[name] for name in needed):
        return Error.BAD_CALL
    numbers = (fields["error"], fields["click_paydoc_id"], fields["click_trans_id"])
    if fields["service_id"] != service_id or not all(_WHOLE.fullmatch(each) for each in numbers):
        return Error.BAD_CALL
    if not secret or not compare_digest(signature(fields, action, secret).encode(), fields["sign_string"].encode()):
        return Error.SIGN
    if fields["action"] != action:
        return Error.ACTION
    if int(fields["error"]) > 0:
        return Error.BAD_CALL
    prepared = fields.get("merchant_prepare_id", "")
    return Call(
        trans_id=fields["click_trans_id"],
        paydoc_id=int(fields["click_paydoc_id"]),
        number=read_number(fields["merchant_trans_id"]),
        amount=read_amount(fields["amount"]),
        error=int(fields["error"]),
        prepare_id=int(prepared) if _WHOLE.fullmatch(prepared) else None,
    )


def signature(fields: Mapping[str, str], action: str, secret: str) -> str:
    """What a call must be signed with: lower-case hexadecimal digits, over the texts as they arrived.

    >>> sent = {"click_trans_id": "14716110", "service_id": "24903", "merchant_trans_id": "1007", "amount": "50000.00", "action": "0"}
    >>> signature(sent | {"sign_time": "2026-01-15 10:00:00"}, "0", "SECRET")
    '79ff7e5d9ab479e0408cfb0ed3487927'
    """
    prepared = fields["merchant_prepare_id"] if action == COMPLETE else ""
    first = fields["click_trans_id"] + fields["service_id"] + secret + fields["merchant_trans_id"]
    joined = first + prepared + fields["amount"] + fields["action"] + fields["sign_time"]
    return md5(joined.encode(), usedforsecurity=False).hexdigest()


def read_amount(written: str) -> int | None:
    """So'm as text in tiyin; None where it is not exactly that many.

    >>> [read_amount(each) for each in ("50000", "50000.5", "50000.00", "5e4", "50000.001", " 1", "NaN")]
    [5000000, 5000050, 5000000, None, None, None, None]
    """
    found = _AMOUNT.fullmatch(written)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def som(tiyin: int) -> str:
    """An amount as Click writes it.

    >>> som(5_000_050)
    '50000.50'
    """
    return f"{tiyin // 100}.{tiyin % 100:02}"


def checkout_link(base: str, service_id: str, merchant_id: str, number: str, amount: int, return_url: str) -> str:
    """Where a payment is paid.

    >>> checkout_link("https://my.click.uz/services/pay", "7", "9", "0123456789ABCDEF", 150, "https://school.example/pay")
    'https://my.click.uz/services/pay?service_id=7&merchant_id=9&amount=1.50&transaction_param=0123456789ABCDEF&return_url=https%3A%2F%2Fschool.example%2Fpay'
    """
    values = {
        "service_id": service_id,
        "merchant_id": merchant_id,
        "amount": som(amount),
        "transaction_param": number,
        "return_url": return_url,
    }
    return f"{base}?{urlencode(values)}"
