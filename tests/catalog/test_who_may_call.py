"""Who may call what is stated on every action and query of courses and studying, and holds whoever calls."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from bilim.catalog import actions as catalog_actions
from bilim.catalog.actions import courses as course_actions
from bilim.catalog.actions import lessons as lesson_actions
from bilim.catalog.actions import sections as section_actions
from bilim.catalog.actions import words as word_actions
from bilim.catalog.queries import courses, lessons, sections
from bilim.kit.access import rule_of
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Unauthenticated
from bilim.market.queries import courses as market_queries
from bilim.study.actions import reviews as reviewing
from bilim.study.actions import studying
from bilim.study.actions import wishes as wishing
from bilim.study.queries import certificates, progress, reviews, wishes

MODULES = (
    *(course_actions, section_actions, lesson_actions, word_actions, studying, reviewing, wishing),
    *(courses, lessons, sections, certificates, progress, reviews, wishes, market_queries),
)
FUNCTIONS = [
    (f"{module.__name__}.{name}", function)
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]
OF_ROLES = [(name, function) for name, function in FUNCTIONS if (rule := rule_of(function)) and rule.role]
OF_SIGNED_IN = [
    (name, function) for name, function in FUNCTIONS if (rule := rule_of(function)) and not rule.is_public and not rule.is_internal
]


def by_name(functions: list[tuple[str, Callable[..., Any]]]) -> Any:
    return pytest.mark.parametrize("function", [each for _, each in functions], ids=[name for name, _ in functions])


@by_name(FUNCTIONS)
def test_every_action_and_query_states_who_may_call_it(function: Callable[..., Any]) -> None:
    assert rule_of(function) is not None


@by_name(OF_SIGNED_IN)
def test_nobody_calls_without_being_signed_in(function: Callable[..., Any]) -> None:
    with pytest.raises(Unauthenticated):
        function(None, None)  # refused before the transaction and the values are looked at


@by_name(OF_ROLES)
def test_a_lower_role_is_refused_also_where_no_route_is_between(function: Callable[..., Any]) -> None:
    needed = rule_of(function).role  # type: ignore[union-attr]
    for role in Role:
        if not role.includes(needed):  # type: ignore[arg-type]
            with pytest.raises(Forbidden):
                function(None, Actor(7, role, is_premium=True, session_id=1))


def test_what_students_cannot_do_and_what_is_for_admins_alone() -> None:
    names = {name.rpartition(".")[2] for name, _ in OF_ROLES}
    writes = {
        name
        for name, function in inspect.getmembers(catalog_actions, inspect.isfunction)
        if not rule_of(function).is_internal  # type: ignore[union-attr]
    }
    assert writes <= names
    for_admins = {name.rpartition(".")[2] for name, function in OF_ROLES if rule_of(function).role is Role.ADMIN}  # type: ignore[union-attr]
    assert for_admins == {"create_any_course", "change_any_course", "delete_any_course", "every_course", "award_certificate"}
