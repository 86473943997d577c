"""What a coupon's code may be, and what a course costs with a coupon. No I/O."""

import re
from datetime import datetime, timedelta

from bilim.kit.codes import read_code
from bilim.limits.rules import Limit

CODE_LENGTH = 12
"""Characters of a code that is made here: 60 random bits, so that nobody can guess one."""
HELD_FOR = timedelta(hours=13)
"""How long a use waits for its payment: longer than a checkout of any provider stays open, which is 12 hours."""
CODE_GUESSES = Limit("coupon-code", 10, timedelta(minutes=10))
"""Wrong codes of one person."""

_CODE = re.compile(r"(?=(?:-*[A-Za-z0-9]){4})[A-Za-z0-9-]{4,32}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def code_problem(code: str) -> str | None:
    """What is wrong with a code that somebody chose, or None: letters, digits and hyphens, four of them no hyphens.

    >>> [code_problem(code) for code in ("Yangi-2026", "abc", "a---b", "ёлка")]
    [None, 'bad_coupon_code', 'bad_coupon_code', 'bad_coupon_code']
    """
    return None if _CODE.fullmatch(code) else "bad_coupon_code"


def key_of(code: str) -> str:
    """The form under which a code is found: case, hyphens, spaces and letters mistaken for digits forgiven.

    >>> key_of("salom-2026") == key_of("SALOM 2O26")
    True
    """
    return read_code(code)


def moment_problem(moment: datetime) -> str | None:
    """What is wrong with the beginning or end of a coupon: outside any school's years, arithmetic would overflow."""
    return None if _FIRST_YEAR <= moment.year < _LAST_YEAR else "bad_due_date"


def reduced(price: int, percent: int | None, amount: int | None) -> int:
    """What a course of this price costs with a coupon of this percentage or amount: tiyin, never below 0.

    A percentage takes off whole tiyin, rounded down.

    >>> reduced(100_000, 15, None), reduced(99, 50, None), reduced(100_000, None, 150_000), reduced(5, 100, None)
    (85000, 50, 0, 0)
    """
    off = price * percent // 100 if percent is not None else amount or 0
    return max(0, price - off)
