"""Whether an answer is right: what is forgiven, what is not, and what is no answer at all."""

from typing import Any

import pytest

from bilim.practice.rules.answers import MAX_PARTS, MAX_TEXT, answer_problem, judge
from bilim.practice.rules.exercises import TaughtWord, choosing, matching, ordering, spelling

TEACHER = TaughtWord(1, 1, 1, "oʻqituvchi", "teacher")
MOTHER, FATHER = TaughtWord(2, 1, 1, "ona", "mother"), TaughtWord(3, 1, 1, "ota", "father")
ORDER = ordering(1, 0, ("Bu", "mening", "oilam"))


@pytest.mark.parametrize("typed", ["oʻqituvchi", "O'QITUVCHI", "o‘qituvchi", "o`qituvchi", "  oʼqituvchi. "])
def test_case_spaces_apostrophes_and_a_full_stop_are_forgiven(typed: str) -> None:
    verdict = judge(spelling(TEACHER), typed)
    assert verdict is not None
    assert (verdict.is_correct, verdict.correct_answer, verdict.words) == (True, "oʻqituvchi", {1: True})


@pytest.mark.parametrize("typed", ["oqituvchi", "oʻqituvchilar", "", " ", "teacher", "'"])
def test_another_spelling_is_wrong(typed: str) -> None:
    verdict = judge(spelling(TEACHER), typed)
    assert verdict is not None
    assert (verdict.is_correct, verdict.words) == (False, {1: False})


def test_a_choice_is_the_translation() -> None:
    assert [judge(choosing(TEACHER), each).is_correct for each in ("Teacher", "pupil", "oʻqituvchi")] == [True, False, False]  # type: ignore[union-attr]


def test_of_pairs_each_word_counts_for_itself() -> None:
    verdict = judge(matching([MOTHER, FATHER]), {"ona": "mother", "ota": "mother", "aka": "brother"})
    assert verdict is not None
    assert (verdict.is_correct, verdict.words, verdict.correct_answer) == (False, {2: True, 3: False}, {"ona": "mother", "ota": "father"})
    assert judge(matching([MOTHER, FATHER]), {"Ona ": "Mother", "ota": "father"}).is_correct  # type: ignore[union-attr]
    assert judge(matching([MOTHER, FATHER]), {}).words == {2: False, 3: False}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        (["Bu", "mening", "oilam"], True),
        (["bu", "mening", "oilam."], True),
        ("Bu mening  oilam!", True),
        (["mening", "Bu", "oilam"], False),
        (["Bu", "mening"], False),
        (["Bu", "mening", "oilam", "oilam"], False),
        ([], False),
    ],
)
def test_a_sentence_is_its_words_in_their_order(answer: Any, is_right: bool) -> None:
    verdict = judge(ORDER, answer)
    assert verdict is not None
    assert (verdict.is_correct, verdict.correct_answer, verdict.words) == (is_right, ["Bu", "mening", "oilam"], {})


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (spelling(TEACHER), ["oʻqituvchi"]),
        (choosing(TEACHER), {"a": "b"}),
        (matching([MOTHER, FATHER]), "mother"),
        (ORDER, {"Bu": "mening"}),
    ],
)
def test_what_has_another_shape_is_no_answer(exercise: Any, answer: Any) -> None:
    assert judge(exercise, answer) is None


@pytest.mark.parametrize("long", ["a" * (MAX_TEXT + 1), ["a"] * (MAX_PARTS + 1), ["a" * (MAX_TEXT + 1)], {"a": "b" * (MAX_TEXT + 1)}])
def test_what_is_too_long_is_not_looked_at(long: Any) -> None:
    assert answer_problem(long) == "answer_too_long"


@pytest.mark.parametrize("fits", ["a" * MAX_TEXT, ["a" * MAX_TEXT] * MAX_PARTS, {"a" * MAX_TEXT: "b" * MAX_TEXT}, "", [], {}])
def test_what_fits_is(fits: Any) -> None:
    assert answer_problem(fits) is None
