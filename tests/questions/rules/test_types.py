"""What answers are worth, as rules: whatever the question, shares stay between nothing and all."""

import contextlib
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.errors import Invalid
from bilim.questions.rules.data import letter_of, place_of
from bilim.questions.rules.types import TYPES, of_json, points, read_question, to_json
from kit.repeatable import repeatable
from quiz_school import DATA, RIGHT, WRONG

LETTERS = st.sampled_from("ABCDEF")


def share(question_type: str, data: dict[str, Any], answer: Any) -> Fraction:
    question = read_question(question_type, data)
    return question.share(question.read_answer({"answer": answer}))


@pytest.mark.parametrize("question_type", [name for name in TYPES if name != "essay"])
def test_right_is_all_and_wrong_is_nothing(question_type: str) -> None:
    assert share(question_type, DATA[question_type], RIGHT[question_type]) == 1
    assert share(question_type, DATA[question_type], WRONG[question_type]) == 0


@pytest.mark.parametrize("question_type", TYPES)
@pytest.mark.parametrize("blank", [None, "", " ", [], {}, [""], [" ", None], {"1": " "}])
def test_blank_answers_are_none(question_type: str, blank: Any) -> None:
    question = read_question(question_type, DATA[question_type])
    try:
        answer = question.read_answer({"answer": blank})
    except Invalid:
        assert blank is not None, "null is blank for every type"
    else:
        assert answer is None


@pytest.mark.parametrize("question_type", TYPES)
def test_what_is_stored_is_read_again(question_type: str) -> None:
    question = read_question(question_type, DATA[question_type])
    assert of_json(question_type, to_json(question)) == question
    answer = question.read_answer({"answer": RIGHT[question_type]})
    assert question.read_answer({"answer": answer.answer}) == answer  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("question_type", "key", "answer"),
    [
        ("multiple_choice", "B", "B"),
        ("multiple_select", "A, B, D", "A, B, D"),
        ("true_false_not_given", "NOT GIVEN", "NG"),
        ("short_answer", "zx-heron / the zx-bird", "The zx-bird"),
        ("gap_fill", "9:30 / half past nine; zx-library; zx-colour", "Half past nine; zx-library; zx-color"),
        ("matching", "1-C, 2-A", "1-C, 2-A"),
        ("ordering", "spring → summer → autumn", "spring → summer → autumn"),
        ("numeric", "73.5 ± 0.1", "73.6"),
        ("essay", None, "I think that libraries matter."),
    ],
)
def test_in_words(question_type: str, key: str | None, answer: str) -> None:
    question = read_question(question_type, DATA[question_type])
    assert question.key_text() == key
    assert question.answer_text(question.read_answer({"answer": RIGHT[question_type]})) == answer


@repeatable
@given(right=st.sets(LETTERS, min_size=1), chosen=st.sets(LETTERS))
def test_selecting_is_worth_what_is_right_less_what_is_wrong(right: set[str], chosen: set[str]) -> None:
    question = read_question("multiple_select", {"options": list("uvwxyz"), "correct_answer": sorted(right)})
    answer = question.read_answer({"answer": sorted(chosen, reverse=True)})
    if not chosen:
        assert answer is None
        return
    worth = question.share(answer)
    assert worth == max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right)))
    assert (worth == 1) == (chosen == right)


@repeatable
@given(st.lists(st.sampled_from(["yes", "no", "", " YES. "]), max_size=5))
def test_each_gap_is_worth_its_share(texts: list[str]) -> None:
    question = read_question("gap_fill", {"correct_answer": [["yes"]] * 5})
    answer = question.read_answer({"answer": texts})
    expected = Fraction(sum("yes" in text.lower() for text in texts), 5)
    assert (Fraction(0) if answer is None else question.share(answer)) == expected


@repeatable
@given(st.permutations(range(5)), st.permutations(range(5)))
def test_only_the_whole_order_is_right(key: list[int], order: list[int]) -> None:
    assert share("ordering", {"items": list("abcde"), "correct_answer": key}, order) == (key == order)


@repeatable
@given(st.integers(-(10**6), 10**6), st.integers(0, 10**4), st.integers(-(10**4), 10**4))
def test_numbers_are_compared_as_they_are_written(number: int, tolerance: int, off: int) -> None:
    data = {"correct_answer": number / 100, "tolerance": tolerance / 100}
    assert share("numeric", data, (number + off) / 100) == (abs(off) <= tolerance)


@repeatable
@given(st.fractions(0, 1), st.integers(0, 100_000))
def test_points_are_the_nearest_hundredth_and_never_more_than_all(worth: Fraction, marks: int) -> None:
    found = points(worth, marks)
    assert 0 <= found <= marks
    assert abs(found - worth * marks) <= Fraction(1, 2)
    assert (points(Fraction(0), marks), points(Fraction(1), marks)) == (0, marks)


def test_letters_and_places() -> None:
    assert [place_of(letter_of(place), 26) for place in range(26)] == list(range(26))
    assert [place_of(letter, 3) for letter in ("", "AA", "1", "Ä", "D", "@")] == [None] * 6


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)


@repeatable
@given(st.sampled_from(sorted(TYPES)), ANYTHING)
def test_any_data_and_any_answer_is_read_or_refused(question_type: str, sent: Any) -> None:
    question = read_question(question_type, DATA[question_type])
    with contextlib.suppress(Invalid):
        read_question(question_type, sent)
    with contextlib.suppress(Invalid):
        question.read_answer(sent)
    with contextlib.suppress(Invalid):
        answer = question.read_answer({"answer": sent})
        assert answer is None or question.is_marked_by_hand or 0 <= question.share(answer) <= 1
