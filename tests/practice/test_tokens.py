"""Names of exercises are ours or refused: a changed letter, another server's key, another exercise's signature."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.practice.rules.exercises import Exercise, TaughtWord, choosing, matching, spelling
from bilim.practice.tokens import ExerciseNames
from kit.repeatable import repeatable

NAMES = ExerciseNames("a secret")
ONE, OTHER = TaughtWord(1, 1, 1, "ona", "mother"), TaughtWord(2, 1, 1, "ota", "father")


def name_of(exercise: Exercise, names: ExerciseNames = NAMES) -> str:
    return names.name(exercise.kind, exercise.refs, exercise.content)


def is_known(name: str, exercise: Exercise) -> bool:
    read = NAMES.read(name)
    return read is not None and NAMES.is_of(read, exercise.content)


def test_a_name_says_what_was_asked_and_not_what_solves_it() -> None:
    name = name_of(spelling(ONE))
    read = NAMES.read(name)
    assert read is not None
    assert (read.kind, read.refs) == ("spell", (1,))
    assert "ona" not in name
    assert is_known(name, spelling(ONE))


def test_the_options_that_were_drawn_make_no_difference() -> None:
    assert is_known(name_of(choosing(ONE, ("mother", "father"))), choosing(ONE))
    assert is_known(name_of(matching([ONE, OTHER], ("father", "mother"))), matching([ONE, OTHER]))


def test_a_name_knows_its_exercise_only() -> None:
    name = name_of(spelling(ONE))
    changed = TaughtWord(1, 1, 1, "onajon", "mother")
    for other in (spelling(OTHER), choosing(ONE), matching([ONE, OTHER]), spelling(changed)):
        assert not is_known(name, other)


def test_another_servers_names_are_not_ours() -> None:
    assert not is_known(name_of(spelling(ONE), ExerciseNames("another secret")), spelling(ONE))
    assert is_known(name_of(spelling(ONE), ExerciseNames("a secret")), spelling(ONE)), "of another process with the same secret"


@repeatable
@given(st.data())
def test_a_changed_letter_is_noticed(data: st.DataObject) -> None:
    name = name_of(spelling(ONE))
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda each: each != name[place]))
    assert not is_known(name[:place] + letter + name[place + 1 :], spelling(ONE))


@pytest.mark.parametrize(
    "made_up", ["", ".", "spell", "spell.1", "spell..", "spell.1.", f"spell.{2**63}.{'A' * 16}", f"spell.٣.{'A' * 16}"]
)
def test_what_has_not_the_form_of_a_name_is_none(made_up: str) -> None:
    assert NAMES.read(made_up) is None


@repeatable
@given(st.text(max_size=300))
def test_any_text_can_be_asked_about(made_up: str) -> None:
    assert not is_known(made_up, spelling(ONE))
