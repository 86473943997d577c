"""Who may call what is said by every action and query of people itself, and holds whoever calls (CONTRACT section 7)."""

import inspect
from typing import Any

import pytest

from bilim.accounts import actions, audit, queries, sessions
from bilim.accounts.inputs import PersonChanges
from bilim.kit.access import rule_of
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Unauthenticated
from bilim.kit.paging import Page
from world import World

MODULES = (actions, queries, sessions, audit)
FUNCTIONS = [
    function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]
STUDENT = Actor(id=7, role=Role.STUDENT, is_premium=False, session_id=1)
NOBODY: Any = None


def rule(function: Any) -> Any:
    found = rule_of(function)
    assert found is not None, f"{function.__qualname__} does not say who may call it"
    return found


@pytest.mark.parametrize("function", [each for each in FUNCTIONS if rule(each).role], ids=lambda each: each.__qualname__)
def test_students_are_refused_whatever_calls_for_them(function: Any) -> None:
    with pytest.raises(Forbidden):
        function(NOBODY, STUDENT)


@pytest.mark.parametrize(
    "function", [each for each in FUNCTIONS if not (rule(each).is_public or rule(each).is_internal)], ids=lambda each: each.__qualname__
)
def test_whoever_is_not_signed_in_is_refused(function: Any) -> None:
    with pytest.raises(Unauthenticated):
        function(NOBODY, NOBODY)


def test_what_is_open_to_everyone_is_signing_in_and_up() -> None:
    assert {each.__qualname__ for each in FUNCTIONS if rule(each).is_public} == {"begin_attempt", "refresh", "begin_sign_up", "sign_up"}


def actor(world: World, role: Role) -> Actor:
    return Actor(id=world.person(role).id, role=role, is_premium=False, session_id=1)


def test_nobody_gives_themselves_a_role_by_changing_their_own_account(sqlite_world: World) -> None:
    student = actor(sqlite_world, Role.STUDENT)
    with sqlite_world.db.write() as tx:
        changed = actions.change_own(tx, student, PersonChanges(full_name="Ali Valiyev", role=Role.ADMIN, is_premium=True))
    assert (changed.full_name, changed.role, changed.is_premium) == ("Ali Valiyev", Role.STUDENT, False)


def test_a_list_without_a_limit_has_everyone_and_each_role_its_own(sqlite_world: World) -> None:
    admin = actor(sqlite_world, Role.ADMIN)
    teachers, students = [sqlite_world.teacher().id for _ in range(2)], [sqlite_world.student().id for _ in range(3)]
    premium = sqlite_world.student(is_premium=True).id
    with sqlite_world.db.read() as tx:
        assert [each.id for each in queries.people(tx, admin, Page(limit=None)).all()] == [1, admin.id, *teachers, *students, premium]
        assert [each.id for each in queries.people(tx, admin, Page(limit=None), (Role.TEACHER,)).all()] == teachers
        free = queries.people_of_role(tx, admin, Role.STUDENT, Page(skip=1, limit=1), is_premium=False)
        assert ([each.id for each in free.all()], free.total) == ([students[1]], 3)
        assert [each.id for each in queries.people_of_role(tx, admin, Role.STUDENT, Page(), is_premium=True).all()] == [premium]
