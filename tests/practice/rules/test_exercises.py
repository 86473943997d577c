"""Exercises: the same seed makes the same ones anywhere, and what is shown of one does not tell its answer."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.text import fold
from bilim.practice.rules.answers import judge
from bilim.practice.rules.exercises import (
    KINDS,
    MAX_EXERCISES,
    Exercise,
    Kind,
    LessonText,
    Material,
    TaughtWord,
    compose,
    starting_point,
)
from kit.repeatable import repeatable
from practice.material import FAMILY, TEXT

SEEDS = st.integers(0, 2**63 - 1)
TEXTS = st.sampled_from(
    ["ona", "ota", "aka", "Taksi", "taksi", "mother", "father", "brother", "taxi", "TAXI", "bola", "child", "oʻgʻil"]
) | st.text(min_size=1, max_size=12)
WORDS = st.lists(
    st.builds(TaughtWord, id=st.just(0), course_id=st.integers(1, 2), lesson_id=st.integers(1, 3), word=TEXTS, translation=TEXTS),
    max_size=30,
).map(lambda words: [TaughtWord(place, each.course_id, each.lesson_id, each.word, each.translation) for place, each in enumerate(words, 1)])
LESSONS = st.lists(st.lists(TEXTS, max_size=8).map(" ".join), max_size=4).map(
    lambda texts: [LessonText(place, f"{text}. {TEXT}") for place, text in enumerate(texts, 1)]
)
MATERIAL = st.builds(Material, words=WORDS, lessons=LESSONS)
FAMILY_WORDS = [TaughtWord(place, 1, 1, word, translation) for place, (word, translation) in enumerate(FAMILY, 1)]
LESSON = Material(FAMILY_WORDS, [LessonText(1, TEXT)])


def shown(exercise: Exercise) -> list[str]:
    return [*filter(None, [exercise.prompt]), *exercise.items, *exercise.options]


@repeatable
@given(SEEDS, st.sampled_from([None, *KINDS]), MATERIAL)
def test_what_is_made_can_be_solved_and_does_not_tell_how(seed: int, kind: Kind | None, material: Material) -> None:
    made = compose(seed, kind, material)
    assert len(made) <= MAX_EXERCISES
    assert len({(each.kind, each.refs) for each in made}) == len(made), "each is asked once"
    for exercise in made:
        assert kind in (None, exercise.kind)
        _require_sound(exercise)
        verdict = judge(exercise, _solution(exercise))
        assert verdict is not None
        assert verdict.is_correct
        assert set(verdict.words) == set(exercise.word_ids)


def _require_sound(exercise: Exercise) -> None:
    match exercise.kind:
        case "choose":
            folded = [fold(option) for option in exercise.options]
            assert 2 <= len(folded) <= 4
            assert len(set(folded)) == len(folded)
            assert exercise.solution[0] in exercise.options
            assert fold(exercise.prompt or "") not in folded
        case "spell":
            assert (exercise.items, exercise.options) == ((), ())
            assert fold(exercise.solution[0]) not in fold(exercise.prompt or "")
        case "match":
            assert 2 <= len(exercise.items) <= 4
            assert sorted(exercise.options) == sorted(exercise.solution)
            assert len({fold(item) for item in exercise.items}) == len({fold(each) for each in exercise.options}) == len(exercise.items)
        case "order":
            assert sorted(exercise.options) == sorted(exercise.solution)
            assert exercise.options != exercise.solution


def _solution(exercise: Exercise) -> Any:
    if exercise.kind == "match":
        return dict(zip(exercise.items, exercise.solution, strict=True))
    return list(exercise.solution) if exercise.kind == "order" else exercise.solution[0]


@repeatable
@given(SEEDS, MATERIAL)
def test_the_order_of_the_material_makes_no_difference(seed: int, material: Material) -> None:
    turned = Material(list(reversed(material.words)), list(reversed(material.lessons)))
    assert compose(seed, None, turned) == compose(seed, None, material)


def test_another_process_makes_the_same_exercises() -> None:
    script = "from practice.rules.test_exercises import LESSON, compose; print(compose(7, None, LESSON))"
    again = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert again.stdout.strip() == str(compose(7, None, LESSON))


def test_another_seed_makes_other_exercises() -> None:
    assert len({str(compose(seed, None, LESSON)) for seed in range(20)}) == 20


def test_all_kinds_come_in_turn() -> None:
    assert [each.kind for each in compose(1, None, LESSON)][:4] == ["choose", "spell", "match", "order"]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ([("pen", "ruchka")], {"spell"}),
        ([("taksi", "taksi"), ("bus", "avtobus")], {"choose", "match"}),
        ([("taksi", "Taksi")], set()),
        ([("big", "katta"), ("large", "Katta")], set()),
        ([("go", "bormoq"), ("Go", "ketmoq")], {"spell"}),
    ],
)
def test_words_that_cannot_be_told_apart_are_not_asked_about(words: list[tuple[str, str]], kinds: set[str]) -> None:
    """A translation that reads like its word or holds it, two words of one translation, one word with two translations."""
    material = Material([TaughtWord(place, 1, 1, word, translation) for place, (word, translation) in enumerate(words, 1)])
    assert {each.kind for each in compose(1, None, material)} == kinds


def test_options_and_pairs_are_of_one_course() -> None:
    """Otherwise the language of a translation could tell which is right."""
    words = [TaughtWord(place, place % 2, 1, f"word{place}x", f"soʻz {place}" if place % 2 else f"слово {place}") for place in range(1, 21)]
    made = compose(1, None, Material(words))
    assert {each.kind for each in made} == {"choose", "spell", "match"}
    for exercise in made:
        assert len({option.split()[0] for option in exercise.options}) <= 1


def test_a_translation_that_reads_like_its_word_is_not_asked_for() -> None:
    material = Material(
        [TaughtWord(1, 1, 1, "taksi", "taksi"), TaughtWord(2, 1, 1, "bus", "avtobus"), TaughtWord(3, 1, 1, "train", "poyezd")]
    )
    asked = [each for each in compose(1, None, material) if each.kind in ("choose", "spell")]
    assert {word_id for each in asked for word_id in each.word_ids} == {2, 3}


@repeatable
@given(SEEDS, st.integers(0, 2**63 - 1))
def test_material_is_taken_from_an_id_that_exists(seed: int, highest: int) -> None:
    assert 1 <= starting_point(seed, highest, "words") <= max(1, highest)


def test_seeds_begin_in_many_places() -> None:
    assert len({starting_point(seed, 1000, "words") for seed in range(100)}) > 80
    assert starting_point(1, 1000, "words") != starting_point(1, 1000, "lessons")
