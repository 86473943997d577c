"""Months that tuition is paid for. No I/O."""

from typing import Any

MONTH_NAMES = ("Yanvar", "Fevral", "Mart", "Aprel", "May", "Iyun", "Iyul", "Avgust", "Sentabr", "Oktabr", "Noyabr", "Dekabr")
"""CONTRACT section 8."""

TWICE = "The same month stands here twice."


def month_name(month: int) -> str:
    """A month's name in Uzbek; `month` is 1 to 12.

    >>> month_name(2)
    'Fevral'
    """
    return MONTH_NAMES[month - 1]


def months_problem(months: list[Any]) -> str | None:
    """What is wrong with the months of one payment (things with a year and a month), or None: none may stand there twice."""
    return TWICE if len({(each.year, each.month) for each in months}) < len(months) else None
