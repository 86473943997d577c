"""What an order is for, in one text; how long its parts live; which months may not be given back; tax data. No I/O."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Literal, TypeGuard

from msgspec import Struct

from bilim.kit.codes import read_code
from bilim.settings import FISCAL_CODE

Kind = Literal["course", "plan", "tuition"]
NUMBER_LENGTH = 16
"""Eighty random bits. One length always: Click signs texts that are joined without separators."""
TIMED_OUT = 4
"""The reason of a transaction that its service did not end in time: Payme's number, used for all of them."""
PENDING_FOR = timedelta(hours=24)
"""So long a link may be used before the payment counts as cancelled. What a service began by then it may end."""
MAX_MONTHS = 12
"""Months of tuition in one order."""
MAX_LOGGED = 8_000
"""Characters of a body that are kept."""
_MAX_REDACTED_DEPTH = 20
_HIDDEN = "***"
_NUMBER = re.compile(rf"[0-9A-Z]{{{NUMBER_LENGTH}}}", re.ASCII)
_SECRETS = re.compile(r"password|secret|token|auth|sign|card|pan|phone|cvv|cvc|email", re.IGNORECASE)

MonthKey = tuple[int, int]
"""A year and a month."""


def item_key(kind: Kind, item_id: int, months: Iterable[MonthKey] = ()) -> str:
    """What an order is for: equal for equal things, in whatever order the months are named. At most 128 characters.

    >>> item_key("tuition", 7, [(2026, 12), (2026, 1)]), item_key("course", 3)
    ('tuition:7:2026-01,2026-12', 'course:3')
    """
    named = ",".join(f"{year:04}-{month:02}" for year, month in sorted(months))
    return f"{kind}:{item_id}:{named}" if named else f"{kind}:{item_id}"


def is_closed(months: Iterable[MonthKey], today: date) -> bool:
    """Whether one of the months is over, so that its lessons were given and its tuition does not go back by itself.

    >>> is_closed([(2026, 10), (2026, 11)], date(2026, 11, 1)), is_closed([(2026, 11)], date(2026, 11, 30))
    (True, False)
    """
    return any(month < (today.year, today.month) for month in months)


def is_number(written: str | None) -> TypeGuard[str]:
    """Whether a text can be one of our payments' numbers."""
    return written is not None and _NUMBER.fullmatch(written) is not None


def read_number(typed: str) -> str | None:
    """A payment's number, forgiving how somebody typed it; None where it is none of our shape.

    >>> read_number("o123-4567-89ab-cdef"), read_number("197")
    ('0123456789ABCDEF', None)
    """
    number = read_code(typed)
    return number if is_number(number) else None


class FiscalCode(Struct, frozen=True):
    """How a kind of goods is taxed: the tax office's code of it, the code of its package, and the percentage of VAT."""

    code: str
    package_code: str
    vat_percent: int


def read_fiscal_code(written: str) -> FiscalCode | None:
    """A setting such as `10305008003000000/1505823/12`, or None where it is written otherwise.

    >>> read_fiscal_code("10305008003000000/1505823/0").vat_percent, read_fiscal_code("12")
    (0, None)
    """
    found = FISCAL_CODE.fullmatch(written)
    return FiscalCode(found[1], found[2], int(found[3])) if found else None


def redacted(data: Any, depth: int = 0) -> Any:
    """A body without what must not be kept: values under names of secrets, cards and phones. What is nested very deeply is left out.

    >>> redacted({"id": 1, "params": {"password": "x", "card": {"pan": 1}}})
    {'id': 1, 'params': {'password': '***', 'card': '***'}}
    """
    if depth > _MAX_REDACTED_DEPTH:
        return _HIDDEN
    if isinstance(data, dict):
        return {name: _HIDDEN if _SECRETS.search(str(name)) else redacted(value, depth + 1) for name, value in data.items()}
    if isinstance(data, list):
        return [redacted(each, depth + 1) for each in data]
    return data
