"""Decisions about exams, without a database."""

from datetime import timedelta
from statistics import StatisticsError, correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.exams import rules
from bilim.exams.rules import Given, ItemSums, Key, Kind
from bilim.kit.errors import Problem
from conftest import NOON
from kit.repeatable import repeatable

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
KEY = {1: Key("test", {10: False, 11: True}), 2: Key("test", {20: True, 21: True}), 3: Key("written", {})}


@pytest.mark.parametrize(
    ("kind", "options", "sample", "found"),
    [
        ("test", [True, False], None, {}),
        ("test", [True, True], " ", {}),
        ("test", [], None, {"options": "too_few_options"}),
        ("test", [True], None, {"options": "too_few_options"}),
        ("test", [False, False], None, {"options": "no_correct_option"}),
        ("test", [False, False], "x", {"options": "no_correct_option", "written_answer_sample": "sample_of_test"}),
        ("written", [], "Reading improves vocabulary.", {}),
        ("written", [True, False], None, {"options": "options_of_written"}),
    ],
)
def test_a_question_has_what_its_kind_needs_and_nothing_else(
    kind: Kind, options: list[bool], sample: str | None, found: dict[str, str]
) -> None:
    assert rules.kind_problem(kind, options, sample) == found


def test_the_title_of_a_copy_fits_its_column() -> None:
    assert rules.title_of_copy("a" * 255) == "a" * 247 + " (Nusxa)"
    assert len(rules.title_of_copy("a" * 248)) == 255


def test_time_runs_from_the_entry_and_only_where_there_is_a_limit() -> None:
    assert rules.end_of(NOON, 30) == NOON + 30 * MINUTE
    assert (rules.end_of(NOON, 0), rules.end_of(None, 30)) == (None, None)


@pytest.mark.parametrize(
    ("after", "left", "too_late"),
    [
        (timedelta(0), 1800, False),
        (0.5 * SECOND, 1799, False),
        (30 * MINUTE, 0, False),
        (31 * MINUTE, 0, False),
        (31 * MINUTE + timedelta(microseconds=1), 0, True),
    ],
)
def test_answers_are_taken_a_minute_past_the_end(after: timedelta, left: int, too_late: bool) -> None:
    ends_at = NOON + 30 * MINUTE
    assert (rules.seconds_left(ends_at, NOON + after), rules.is_too_late(ends_at, NOON + after)) == (left, too_late)


def test_an_exam_without_a_limit_never_ends() -> None:
    assert (rules.seconds_left(None, NOON), rules.is_too_late(None, NOON)) == (None, False)


def test_good_answers_have_no_problem() -> None:
    answers = [Given(1, 11, None), Given(2, None, None), Given(3, None, "Because.")]
    assert rules.answers_problem(KEY, answers) is None
    assert [rules.is_right(KEY, answer) for answer in answers] == [True, False, False]
    assert [rules.is_right(KEY, Given(2, option, None)) for option in (20, 21)] == [True, True]
    assert not rules.is_right(KEY, Given(1, 10, None))


def test_every_wrong_answer_is_named_at_its_place() -> None:
    answers = [
        Given(1, 11, None),
        Given(9, 11, None),
        Given(1, 10, None),
        Given(2, 11, "x"),
        Given(3, 10, None),
        Given(9, None, None),
    ]
    assert rules.answers_problem(KEY, answers) == [
        {},
        {"question_id": [Problem("unknown_id", {"id": 9})]},
        {"question_id": [Problem("question_twice")]},
        {"option_id": [Problem("unknown_id", {"id": 11})], "written_answer": [Problem("text_for_test")]},
        {"option_id": [Problem("option_for_written")]},
        {"question_id": [Problem("unknown_id", {"id": 9})]},
    ]


@given(correct=st.integers(0, 500), total=st.integers(0, 500))
@repeatable
def test_a_score_is_a_share_of_a_hundred(correct: int, total: int) -> None:
    assert rules.score(min(correct, total), total) == (100 * min(correct, total) / total if total else 0.0)
    assert isinstance(rules.score(min(correct, total), total), float)


def sums_of(results: list[list[bool]], item: int) -> ItemSums:
    """What the database adds up of one question."""
    scores = [sum(answers) for answers in results]
    return ItemSums(
        results=len(results),
        correct=sum(answers[item] for answers in results),
        score_of_correct=sum(score for score, answers in zip(scores, results, strict=True) if answers[item]),
        score=sum(scores),
        squared_score=sum(score**2 for score in scores),
    )


def results_of(questions: int) -> st.SearchStrategy[list[list[bool]]]:
    return st.lists(st.lists(st.booleans(), min_size=questions, max_size=questions), max_size=12)


@given(results=st.integers(1, 6).flatmap(results_of), data=st.data())
@repeatable
def test_discrimination_is_the_correlation_with_the_other_questions(results: list[list[bool]], data: st.DataObject) -> None:
    item = data.draw(st.integers(0, len(results[0]) - 1)) if results else 0
    own = [int(answers[item]) for answers in results]
    rest = [sum(answers) - answers[item] for answers in results]
    found = rules.discrimination(sums_of(results, item) if results else ItemSums(0, 0, 0, 0, 0))
    try:
        expected = correlation(own, rest)
    except StatisticsError:  # fewer than two results, or no variance
        assert found is None
    else:
        assert found == pytest.approx(expected)
        assert -1 <= found <= 1  # type: ignore[operator]


def test_a_question_that_only_the_strong_answer_tells_them_from_the_weak() -> None:
    strong, weak = [True, True, True], [False, False, False]
    assert rules.discrimination(sums_of([strong, weak], 0)) == 1
    inverted = [[False, True, True], [True, False, False]]
    assert rules.discrimination(sums_of(inverted, 0)) == -1
