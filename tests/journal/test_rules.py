"""When a group has a lesson: its days, its hours, both ends included."""

from datetime import datetime, time

import pytest

from bilim.journal.rules import no_lesson_now
from bilim.kit.errors import Problem

WEDNESDAY = datetime(2025, 2, 19, 9, 30)  # noqa: DTZ001 - the school's own clock
NINE, ELEVEN = time(9), time(11)


@pytest.mark.parametrize(
    ("hour", "minute", "second", "microsecond", "meets"),
    [(8, 59, 59, 999_999, False), (9, 0, 0, 0, True), (11, 0, 0, 999_999, True), (11, 0, 1, 0, False)],
)
def test_both_ends_of_a_lesson_count(hour: int, minute: int, second: int, microsecond: int, meets: bool) -> None:
    now = WEDNESDAY.replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    assert no_lesson_now("Mon,Wed,Fri", NINE, ELEVEN, now) == (None if meets else Problem("no_lesson_now", {"start": NINE, "end": ELEVEN}))


def test_the_day_is_looked_at_before_the_hour() -> None:
    tuesday = WEDNESDAY.replace(day=18, hour=23)
    assert no_lesson_now("Mon,Wed,Fri", NINE, ELEVEN, tuesday) == Problem("no_lesson_today", {"days": "Mon,Wed,Fri"})


@pytest.mark.parametrize(("days", "start", "end"), [(None, None, None), ("Wed", None, None), (None, NINE, None), (None, None, time(1))])
def test_what_a_group_does_not_have_is_not_checked(days: str | None, start: time | None, end: time | None) -> None:
    assert no_lesson_now(days, start, end, WEDNESDAY) is None
