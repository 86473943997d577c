"""On which days and at which hours a group meets. No I/O."""

from datetime import time

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""In the order of `datetime.weekday()`."""

_SHORTEST_TIME = 5


def parse_days(days: str) -> str | None:
    """A group's days as `Mon,Wed,Fri`, each once, in the order given; None where one of them is no day.

    >>> parse_days("mon, Wed,Mon")
    'Mon,Wed'
    """
    named = [day.strip().title() for day in days.split(",") if day.strip()]
    return ",".join(dict.fromkeys(named)) if all(day in DAYS for day in named) else None


def days_problem(days: str) -> str | None:
    """What is wrong with a group's days, or None; an empty text is none."""
    return None if parse_days(days) is not None else "bad_days"


def parse_time(text: str) -> time | None:
    """A time of day from `HH:MM:SS` or `HH:MM`, to the second; None where the text is no time."""
    try:
        moment = time.fromisoformat(text)
    except ValueError:
        return None
    return moment if len(text) >= _SHORTEST_TIME and ":" in text and not moment.microsecond and not moment.tzinfo else None


def time_problem(text: str) -> str | None:
    """What is wrong with a time of day, or None; an empty text is none."""
    return None if not text or parse_time(text) is not None else "no_time"


def order_problem(start: time | None, end: time | None) -> str | None:
    """What is wrong with the hours of a lesson, or None: it ends after it starts, where it has both."""
    return "ends_before_start" if start and end and start >= end else None
