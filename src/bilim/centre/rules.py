"""On which days and at which hours a group meets. No I/O."""

from datetime import datetime, time

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""In the order of `datetime.weekday()`."""

_SHORTEST_TIME = 5


def parse_days(days: str) -> str | None:
    """A group's days as `Mon,Wed,Fri`, each once, in the order given; None where one is no day.

    >>> parse_days("mon, Wed,Mon")
    'Mon,Wed'
    """
    named = [day.strip().title() for day in days.split(",") if day.strip()]
    return ",".join(dict.fromkeys(named)) if all(day in DAYS for day in named) else None


def days_problem(days: str) -> str | None:
    """What is wrong with a group's days, or None; an empty text is none."""
    return None if parse_days(days) is not None else "Use days such as Mon,Wed,Fri."


def parse_time(text: str) -> time | None:
    """A time of day from `HH:MM:SS` or `HH:MM`, to the second; None where it is none."""
    try:
        moment = time.fromisoformat(text)
    except ValueError:
        return None
    return moment if len(text) >= _SHORTEST_TIME and ":" in text and not moment.microsecond and not moment.tzinfo else None


def time_problem(text: str) -> str | None:
    """What is wrong with a time of day, or None; an empty text is none."""
    return None if not text or parse_time(text) is not None else "Time has wrong format. Use HH:MM:SS."


def no_lesson_now(days: str | None, start: time | None, end: time | None, now: datetime) -> str | None:
    """Why there is no lesson at a moment of the school's clock, in the documented words; None where there is one.

    Both ends count. A group without days meets on any, one without both times at any hour (document 002, section 8; CONTRACT section 8).
    """
    if days and DAYS[now.weekday()] not in days.split(","):
        return f"Bugun guruhning dars kuni emas. ({days})"
    if start and end and not start <= now.time().replace(microsecond=0) <= end:
        return f"Dars vaqti emas. ({start}-{end})"
    return None
