"""Who may call what, and that inputs are filled by name."""

from bilim.kit.access import rule_of
from bilim.practice import inputs
from bilim.practice.actions import exercises as checking
from bilim.practice.actions import reminders, reviews
from bilim.practice.queries import exercises
from bilim.practice.queries import reviews as waiting
from guarded import require_guarded, require_named_fields


def test_everything_states_who_may_call_it() -> None:
    require_guarded(checking, reminders, reviews, exercises, waiting)


def test_exercises_are_for_anyone_and_memories_for_their_owner() -> None:
    for function in (exercises.exercises, checking.check_exercise):
        assert rule_of(function).is_public  # type: ignore[union-attr]
    for function in (waiting.words_to_review, reviews.review_word, waiting.reminder, reminders.set_reminder):
        rule = rule_of(function)
        assert rule is not None
        assert (rule.is_public, rule.is_internal, rule.role) == (False, False, None)


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
