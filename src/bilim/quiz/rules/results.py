"""The clock of an attempt, and its sums. Scores are in hundredths inside, numbers with two decimals outside."""

from datetime import datetime, timedelta
from math import isfinite

HUNDREDTHS = 100
PASS_PERCENT = 60
"""CONTRACT section 8."""


def to_score(hundredths: int) -> float:
    """A score as the API shows it.

    >>> to_score(67)
    0.67
    """
    return hundredths / HUNDREDTHS


def to_hundredths(score: float) -> int:
    """A score or a number of marks as it is stored.

    >>> to_hundredths(0.67)
    67
    """
    return round(score * HUNDREDTHS)


def score_problem(score: float) -> str | None:
    """What is wrong with a score or a number of marks, or None: it has at most two decimals. `nan`, which a text may say, is none."""
    if not isfinite(score):
        return "no_number"
    return None if abs(score * HUNDREDTHS - round(score * HUNDREDTHS)) < 1e-6 else "bad_marks"


def percentage(total: int, most: int) -> float:
    """Per cent with two decimals, rounded down: 60 is shown only to who passed. 0 where there was nothing to win.

    >>> percentage(599_99, 1000_00), percentage(0, 0)
    (59.99, 0.0)
    """
    return total * HUNDREDTHS * HUNDREDTHS // most / HUNDREDTHS if most else 0.0


def is_passed(total: int, most: int) -> bool:
    """Whether an attempt is passed: from 60 per cent, exactly."""
    return most > 0 and total * 100 >= PASS_PERCENT * most


def end_of(ended_at: datetime | None, ends_at: datetime | None, now: datetime) -> datetime | None:
    """When an attempt ended: it was finished, or its time was up, whether or not anything has closed it yet. None while it runs."""
    return ended_at or (ends_at if ends_at is not None and ends_at <= now else None)


def seconds_spent(started_at: datetime, ended_at: datetime | None, now: datetime) -> int:
    """Whole seconds from the start to the end, or until now while it runs."""
    return max(0, ((ended_at or now) - started_at) // timedelta(seconds=1))
