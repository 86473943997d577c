"""Who may call what is stated on every action and query of the centre, and holds whoever calls."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from bilim.centre import queries as centre_queries
from bilim.groups import actions as groups_actions
from bilim.groups import queries as groups_queries
from bilim.journal import actions as journal_actions
from bilim.journal import queries as journal_queries
from bilim.kit.access import rule_of
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Unauthenticated

MODULES = (groups_actions, groups_queries, journal_actions, journal_queries, centre_queries)
FUNCTIONS = [
    function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]
CALLED_BY_PEOPLE = [function for function in FUNCTIONS if (rule := rule_of(function)) and not rule.is_internal]


def actor(role: Role) -> Actor:
    return Actor(7, role, is_premium=False, session_id=1)


def call(function: Callable[..., Any], by: Actor | None) -> None:
    """With no transaction and no values: whoever may not call is refused before either is looked at."""
    function(None, by, *[None] * (len(inspect.signature(function).parameters) - 2))


def named(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__name__}"


@pytest.mark.parametrize("function", FUNCTIONS, ids=named)
def test_every_action_and_query_states_who_may_call_it(function: Callable[..., Any]) -> None:
    assert rule_of(function) is not None


@pytest.mark.parametrize("function", CALLED_BY_PEOPLE, ids=named)
def test_nobody_calls_without_being_signed_in(function: Callable[..., Any]) -> None:
    with pytest.raises(Unauthenticated):
        call(function, None)


@pytest.mark.parametrize("function", [each for each in CALLED_BY_PEOPLE if rule_of(each).role], ids=named)  # type: ignore[union-attr]
def test_a_lower_role_is_refused_also_where_no_route_is_between(function: Callable[..., Any]) -> None:
    needed = rule_of(function).role  # type: ignore[union-attr]
    for role in Role:
        if not role.includes(needed):  # type: ignore[arg-type]
            with pytest.raises(Forbidden):
                call(function, actor(role))


def test_students_write_nothing() -> None:
    writes = [function for function in CALLED_BY_PEOPLE if function.__module__.endswith(".actions")]
    assert len(writes) >= 15
    for function in writes:
        with pytest.raises(Forbidden):
            call(function, actor(Role.STUDENT))
