"""A group's days and times as people type them."""

from datetime import time

import pytest

from bilim.groups.rules import days_problem, parse_days, parse_time

NINE = time(9)


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
