"""When a group meets: its days, its hours, both ends included."""

from datetime import datetime, time

import pytest

from bilim.centre.rules import days_problem, no_lesson_now, parse_days, parse_time

WEDNESDAY = datetime(2025, 2, 19, 9, 30)  # noqa: DTZ001 - the school's own clock
NINE, ELEVEN = time(9), time(11)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("Mon,Wed,Fri", "Mon,Wed,Fri"), (" mon , WED,mon,", "Mon,Wed"), ("Sun,Mon", "Sun,Mon"), ("", ""), (" , ", "")],
)
def test_days_are_stored_in_one_form(typed: str, stored: str) -> None:
    assert parse_days(typed) == stored
    assert days_problem(typed) is None


@pytest.mark.parametrize("typed", ["Monday", "Mon;Wed", "Dush,Chor", "Mon,Wed,Xyz", "1,3,5"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    assert parse_days(typed) is None
    assert days_problem(typed)


@pytest.mark.parametrize(("typed", "meant"), [("09:00:00", NINE), ("09:00", NINE), ("23:59:59", time(23, 59, 59))])
def test_a_time_of_day(typed: str, meant: time) -> None:
    assert parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["24:00", "9:00", "09", "0900", "09:00:00.5", "09:00+05:00", "noon", "٠٩:٠٠"])
def test_what_is_no_time_of_day(typed: str) -> None:
    assert parse_time(typed) is None


@pytest.mark.parametrize(
    ("hour", "minute", "second", "microsecond", "meets"),
    [(8, 59, 59, 999_999, False), (9, 0, 0, 0, True), (11, 0, 0, 999_999, True), (11, 0, 1, 0, False)],
)
def test_both_ends_of_a_lesson_count(hour: int, minute: int, second: int, microsecond: int, meets: bool) -> None:
    now = WEDNESDAY.replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    assert no_lesson_now("Mon,Wed,Fri", NINE, ELEVEN, now) == (None if meets else "Dars vaqti emas. (09:00:00-11:00:00)")


def test_the_day_is_looked_at_before_the_hour() -> None:
    tuesday = WEDNESDAY.replace(day=18, hour=23)
    assert no_lesson_now("Mon,Wed,Fri", NINE, ELEVEN, tuesday) == "Bugun guruhning dars kuni emas. (Mon,Wed,Fri)"


@pytest.mark.parametrize(("days", "start", "end"), [(None, None, None), ("Wed", None, None), (None, NINE, None), (None, None, time(1))])
def test_what_a_group_does_not_have_is_not_checked(days: str | None, start: time | None, end: time | None) -> None:
    assert no_lesson_now(days, start, end, WEDNESDAY) is None
