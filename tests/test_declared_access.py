"""Actions and queries state their callers themselves, and refuse whoever calls them otherwise."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import bilim
from bilim.kit.access import AccessRule, rule_of
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Unauthenticated

ROOMS = {"actions", "queries"}


def declared_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the slices' actions and queries."""
    for found in pkgutil.walk_packages(bilim.__path__, "bilim."):
        parts = found.name.split(".")
        if len(parts) < 3 or parts[2] not in ROOMS or parts[1] == "jobs":
            continue
        module = importlib.import_module(found.name)
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == found.name and not name.startswith("_"):
                yield f"{'.'.join(parts[1:])}.{name}", function


FUNCTIONS = dict(declared_functions())
WITH_A_ROLE = {name: function for name, function in FUNCTIONS.items() if (rule := rule_of(function)) and rule.role is not None}


def test_the_search_finds_the_slices() -> None:
    assert len(FUNCTIONS) > 100
    assert len(WITH_A_ROLE) > 40


def test_every_public_function_states_who_may_call_it() -> None:
    assert [name for name, function in FUNCTIONS.items() if not isinstance(rule_of(function), AccessRule)] == []


def test_whatever_asks_who_calls_takes_the_actor_second() -> None:
    def takes_actor(function: Callable[..., Any]) -> bool:
        names = [name.lstrip("_") for name in inspect.signature(function).parameters]
        return names[:2] == ["tx", "actor"]

    asking = {name: each for name, each in FUNCTIONS.items() if (rule := rule_of(each)) and not (rule.is_internal or rule.is_public)}
    assert [name for name, each in asking.items() if not takes_actor(each)] == []


@pytest.mark.parametrize("name", sorted(WITH_A_ROLE))
def test_a_student_is_refused_whoever_calls_for_them(name: str) -> None:
    """Refused before anything is read or written: there is no transaction here at all."""
    function = WITH_A_ROLE[name]
    student = Actor(1, Role.STUDENT, is_premium=True, session_id=1)
    others = [None] * (len(inspect.signature(function).parameters) - 2)
    with pytest.raises(Forbidden):
        function(None, student, *others)
    with pytest.raises(Unauthenticated):
        function(None, None, *others)
