"""Months that tuition is paid for, and what counts as income. No I/O."""

from datetime import date, datetime
from typing import Any

PENDING, CAPTURED, CANCELLED = "pending", "captured", "cancelled"


def months_problem(months: list[Any]) -> str | None:
    """The code of what is wrong with the months of one payment (things with a year and a month), or None: each stands there once."""
    return "month_twice" if len({(each.year, each.month) for each in months}) < len(months) else None


def income_of(status: str, amount: int, refunded: int) -> int:
    """What a payment adds to the income (CONTRACT section 8), in tiyin.

    >>> income_of("captured", 10_000, 2_550), income_of("pending", 10_000, 0)
    (7450, 0)
    """
    return amount - refunded if status == CAPTURED else 0


def month_of(moment: datetime) -> date:
    """The first day of the month in which a moment of the school's clock lies."""
    return moment.date().replace(day=1)
