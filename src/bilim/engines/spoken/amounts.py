"""Numbers as people write them: groups of thousands, decimal points and commas, currencies."""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

DIGITS = "0123456789"
_GAP = " \u00a0\u202f"
GROUPED = re.compile(rf"(?<![\w.,-])[0-9]{{1,3}}(?:[{_GAP}][0-9]{{3}})+(?![0-9])")
"""Thousands with gaps between: 1 250 000."""
NUMBER = r"[0-9]+(?:[.,][0-9]+)*"
"""A pattern: digits, and what follows points and commas."""
_MOST_DIGITS = 15

Unit = str
"""A key of the units that languages have words for, such as `percent`, `uzs` or `km`."""
MONEY: Mapping[Unit | None, Unit] = {"uzs": "tiyin", "usd": "cent", "eur": "cent", "rub": "kopek"}
"""Currencies, and what a hundredth of each is."""
SIGNS: Mapping[str, Unit] = {"$": "usd", "€": "eur", "₽": "rub"}


class Amount(Struct, frozen=True):
    """A number as it was written: 3,50 is 3 and `50`."""

    whole: int
    fraction: str = ""
    """The digits after the point, if any."""


def amount_of(written: str, *, is_money: bool, comma_groups: bool) -> Amount | None:
    """What a number written in digits means; None where it is no quantity but a code: `007`, or the sixteen digits of a card.

    A point or comma before exactly three digits divides thousands where there are several, and in money: `50.000 so'm`.

    Args:
        is_money: it is a sum of money.
        comma_groups: a single comma before three digits divides thousands too.
    """
    whole, mark, fraction = _split(written, is_money=is_money, comma_groups=comma_groups)
    if len(whole) > _MOST_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        return None
    return Amount(int(whole), fraction if mark else "")


def without_gaps(written: str) -> str:
    """Grouped digits as one number.

    >>> without_gaps("1 250 000")
    '1250000'
    """
    return re.sub(f"[{_GAP}]", "", written)


def _split(digits: str, *, is_money: bool, comma_groups: bool) -> tuple[str, str, str]:
    """The digits before the decimal mark, the mark, and those after it."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits, "", ""
    head, mark, tail = digits[:last], digits[last], digits[last + 1 :]
    divides = is_money or head.count(mark) > 0 or (mark == "," and comma_groups)
    if len(tail) == 3 and divides and not head.startswith("0"):  # thousands
        return re.sub("[.,]", "", digits), "", ""
    return re.sub("[.,]", "", head), mark, tail


def groups_of_three(number: int) -> list[tuple[int, int]]:
    """A number's thousands, greatest first: pairs of a group from 1 to 999 and its power of 1,000.

    >>> groups_of_three(2_000_015)
    [(2, 2), (15, 0)]
    """
    found: list[tuple[int, int]] = []
    power = 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            found.append((group, power))
        power += 1
    return found[::-1]


def in_groups(number: int, say: Callable[[int, int], list[str]]) -> str:
    """A number in the words that each of its thousands is said in, a group and its power of 1,000; "" for 0. Empty words are left out."""
    return " ".join(word for group, power in groups_of_three(number) for word in say(group, power) if word)
