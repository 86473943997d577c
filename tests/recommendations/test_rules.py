"""How signals are blended: order, reason, levels; pure."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.recommendations.rules import _WEIGHTS, MOST, Candidate, Mix, Reason, blend, by_place, fading, level_key
from kit.repeatable import repeatable

REASONS = st.sampled_from(["next_in_course", "learners_went_on", "weak_words", "your_level", "popular", "to_begin_with"])
MIXES: list[Mix] = list(_WEIGHTS)
LEVELS = st.sampled_from(["A1", "Beginner", "B1", "intermediate", "C1", ""])
CANDIDATES = st.lists(
    st.builds(Candidate, lesson_id=st.integers(1, 30), level=LEVELS, reason=REASONS, score=st.floats(0, 1), course_title=st.just("Kurs")),
    max_size=60,
)


def one(lesson_id: int, reason: Reason, score: float = 1.0, level: str = "A1") -> Candidate:
    return Candidate(lesson_id, level, reason, score, f"Kurs {lesson_id}")


@repeatable
@given(CANDIDATES, st.sampled_from(MIXES), LEVELS)
def test_what_is_recommended_was_a_candidate_and_comes_once(candidates: list[Candidate], mix: Mix, level: str) -> None:
    chosen = blend(candidates, mix, level)
    ids = [each.lesson_id for each in chosen]
    assert len(ids) == len(set(ids)) <= MOST
    assert all(any((c.lesson_id, c.reason) == (each.lesson_id, each.reason) for c in candidates) for each in chosen)
    weights = _WEIGHTS[mix]
    if mix != "level":
        possible = {c.lesson_id for c in candidates if weights.get(c.reason, 0) * c.score > 0}
        assert len(ids) == min(len(possible), MOST)
        sums = {i: sum(weights.get(c.reason, 0) * c.score for c in candidates if c.lesson_id == i) for i in possible}
        assert all(sums[first] >= sums[second] - 1e-12 for first, second in pairwise(ids))


@repeatable
@given(CANDIDATES, st.sampled_from(MIXES), LEVELS, st.randoms())
def test_the_order_in_which_candidates_are_found_matters_little(candidates: list[Candidate], mix: Mix, level: str, chance: Random) -> None:
    """Sums of the same numbers: the same lessons, whatever order a database answers in."""
    distinct = list({(each.lesson_id, each.reason): each for each in candidates}.values())
    rounded = [Candidate(each.lesson_id, each.level, each.reason, round(each.score * 8) / 8, each.course_title) for each in distinct]
    shuffled = list(rounded)
    chance.shuffle(shuffled)
    assert {each.lesson_id for each in blend(shuffled, mix, level)[:5]} == {each.lesson_id for each in blend(rounded, mix, level)[:5]}


def test_signals_add_up_and_the_strongest_gives_the_reason() -> None:
    chosen = blend([one(1, "next_in_course"), one(2, "learners_went_on", 0.9), one(2, "your_level")], "for_you", None)
    assert [(each.lesson_id, each.reason, each.course_title) for each in chosen] == [
        (2, "learners_went_on", "Kurs 2"),
        (1, "next_in_course", "Kurs 1"),
    ]


@pytest.mark.parametrize(
    ("mix", "first"),
    [("next", "next_in_course"), ("personalized", "weak_words"), ("for_you", "next_in_course"), ("level", "next_in_course")],
)
def test_each_list_has_its_own_priorities(mix: Mix, first: Reason) -> None:
    signals: list[Reason] = ["next_in_course", "weak_words", "your_level", "popular", "to_begin_with"]
    chosen = blend([one(place, reason) for place, reason in enumerate(signals, 1)], mix, None)
    assert chosen[0].reason == first


def test_equal_lessons_stand_by_id() -> None:
    assert [each.lesson_id for each in blend([one(3, "popular"), one(1, "popular"), one(2, "popular")], "for_you", None)] == [1, 2, 3]


def test_the_list_of_a_level_holds_that_level_where_there_is_any() -> None:
    found = [one(1, "next_in_course", level="B1"), one(2, "your_level", level="Beginner"), one(3, "popular", level="a1")]
    assert [each.lesson_id for each in blend(found, "level", "A1")] == [2, 3]
    assert [each.lesson_id for each in blend(found[:1], "level", "A1")] == [1]
    assert len(blend(found, "level", None)) == 3


def test_nothing_that_does_not_count_is_recommended() -> None:
    assert blend([one(1, "next_in_course", 0.0), one(2, "weak_words")], "next", None) == []


@pytest.mark.parametrize(
    ("level", "key"),
    [
        ("A1", "a1"),
        (" a1 ", "a1"),
        ("Beginner", "a1"),
        ("Pre-Intermediate", "a2"),
        ("INTERMEDIATE", "b1"),
        ("IELTS 6", "ielts 6"),
        (None, ""),
        ("", ""),
    ],
)
def test_levels_compare_in_one_form(level: str | None, key: str) -> None:
    assert level_key(level) == key


def test_earlier_places_count_more() -> None:
    assert by_place(4) == [1, 0.75, 0.5, 0.25]
    assert by_place(0) == []
    assert [fading(place) for place in range(3)] == [1, 0.8, pytest.approx(0.64)]
