"""What certificates say by default, what reviews come to, how far somebody got, and how many days in a row they learn. No I/O."""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

_DAY = timedelta(days=1)

CERTIFICATE_TITLE = "Certificate of Completion"
CODE_LENGTH = 26
"""Characters of a verification code: 130 random bits, so that nobody can guess one."""


STARS = (1, 2, 3, 4, 5)


def average_of(*counts: int) -> float | None:
    """The average of a course's reviews, by how many have 1, 2, 3, 4 and 5 stars: two digits, halves up; None where there are none.

    >>> average_of(0, 0, 0, 1, 1), average_of(7, 0, 0, 0, 1), average_of(0, 0, 0, 0, 0)
    (4.5, 1.5, None)
    """
    reviews = sum(counts)
    total = sum(stars * count for stars, count in zip(STARS, counts, strict=True))
    return (200 * total + reviews) // (2 * reviews) / 100 if reviews else None


def distribution_of(*counts: int) -> dict[str, int]:
    """How many reviews have each number of stars.

    >>> distribution_of(0, 0, 1, 0, 2)
    {'1': 0, '2': 0, '3': 1, '4': 0, '5': 2}
    """
    return {str(stars): count for stars, count in zip(STARS, counts, strict=True)}


def percent(completed: int, total: int) -> int:
    """How much of a course is finished, in whole percent; 100 only when all is.

    >>> percent(2, 3), percent(0, 0)
    (66, 0)
    """
    return completed * 100 // total if total else 0


def is_finished(completed: int, total: int) -> bool:
    """Whether all lessons of a course are finished. A course without lessons never is."""
    return 0 < total == completed


class LearnerTotal(Struct):
    """What somebody finished in all: a lesson on `last_day`, and on each of the `streak_days` up to it."""

    completed_lessons: int
    streak_days: int
    longest_streak: int
    last_day: date


def total_of(days: Iterable[date]) -> LearnerTotal:
    """The total of the days on which lessons were finished: one day for each lesson, at least one, the earliest first.

    >>> total_of([date(2026, 2, 27), date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 3)])
    LearnerTotal(completed_lessons=5, streak_days=1, longest_streak=3, last_day=datetime.date(2026, 3, 3))
    """
    total = LearnerTotal(0, 0, 0, date.min)
    for day in days:
        if day > total.last_day:
            total.streak_days = total.streak_days + 1 if day - _DAY == total.last_day else 1
            total.last_day = day
        total.completed_lessons += 1
        total.longest_streak = max(total.longest_streak, total.streak_days)
    return total


def streak_on(today: date, streak_days: int, last_day: date) -> int:
    """How many days in a row somebody learns, on a day: 0 once a whole day passed without a lesson."""
    return streak_days if last_day >= today - _DAY else 0
