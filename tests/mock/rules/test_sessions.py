"""The clock of a session."""

from datetime import UTC, datetime, timedelta

from bilim.kit.errors import Problem
from bilim.mock.rules.answers import answers_problem, in_order, unknown_question, writing_problem
from bilim.mock.rules.sessions import has_ended, plan, seconds_left

TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_sections_are_planned_one_after_another() -> None:
    planned = plan(TEN, {"reading": 60, "writing": 50, "listening": 30})
    assert [(each.section, each.duration, each.starts_at - TEN, each.ends_at - TEN) for each in planned] == [
        ("listening", 30, timedelta(), timedelta(minutes=30)),
        ("reading", 60, timedelta(minutes=30), timedelta(minutes=90)),
        ("writing", 50, timedelta(minutes=90), timedelta(minutes=140)),
    ]


def test_a_session_is_over_from_its_last_moment_on() -> None:
    assert not has_ended(None, TEN, TEN - SECOND)
    assert has_ended(None, TEN, TEN)
    assert has_ended(TEN - SECOND, TEN, TEN - SECOND)


def test_whole_seconds_are_left() -> None:
    assert seconds_left(None, TEN, TEN - 1.5 * SECOND) == 1
    assert seconds_left(None, TEN, TEN - SECOND) == 1
    assert seconds_left(None, TEN, TEN + SECOND) == 0
    assert seconds_left(TEN - 9 * SECOND, TEN, TEN - 5 * SECOND) == 0


def test_answers_are_told_by_the_number_of_their_question() -> None:
    assert answers_problem({"1": "A", "200": "x" * 500, "3": None}) is None
    assert answers_problem({"1": "x" * 501}) == Problem("too_many_characters", {"bound": 500})
    assert answers_problem({"0": "A"}) == Problem("unknown_question", {"question": "0"})
    assert writing_problem({"1": "x" * 50_000, "2": None}) is None
    assert writing_problem({"2": "x" * 50_001}) == Problem("too_many_characters", {"bound": 50_000})
    assert writing_problem({"3": "text"}) == Problem("unknown_question", {"question": "3"})
    assert unknown_question(["1", "40"], 40) is None
    assert unknown_question(["1", "41", "42"], 40) == Problem("unknown_question", {"question": "41"})
    assert list(in_order({"10": "B", "9": "A"})) == ["9", "10"]
