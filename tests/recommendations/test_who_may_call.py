"""Recommendations are everybody's own; counting is nobody's but the night's."""

from bilim.kit.access import rule_of
from bilim.recommendations import actions, queries
from guarded import require_guarded


def test_everything_states_who_may_call_it() -> None:
    require_guarded(actions, queries)


def test_counting_is_internal() -> None:
    for function in (actions.count_next_lessons, actions.find_popular_lessons, actions.store_popular_lessons):
        assert rule_of(function).is_internal  # type: ignore[union-attr]
