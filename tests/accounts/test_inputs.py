"""Inputs say all their rules, whoever fills them: a body, a page, a command."""

from typing import Any

import pytest

from bilim.accounts import actions, inputs
from bilim.accounts.inputs import OwnChanges, PersonChanges, PersonInput, SignUpInput, StaffChanges, StaffInput
from bilim.accounts.passwords import hash_password
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid, Problem
from bilim.kit.inputs import Input
from bilim.kit.validation import read
from guarded import require_named_fields
from world import World

NEW = {"username": "jasur99", "password": "Correct-horse-9"}


def problems(kind: type[Input], data: dict[str, Any]) -> dict[str, list[Problem]]:
    with pytest.raises(Invalid) as refused:
        read(kind, data)
    return refused.value.fields


def test_a_form_that_fails_names_every_wrong_field() -> None:
    wrong = {"username": "a@b", "email": "nobody", "password": "short", "full_name": "x" * 256, "current_level": None}
    assert problems(SignUpInput, wrong) == {
        "username": [Problem("username_at")],
        "email": [Problem("bad_email")],
        "password": [Problem("too_few_characters", {"bound": 8})],
        "full_name": [Problem("too_many_characters", {"bound": 255})],
    }
    assert problems(SignUpInput, {}) == {name: [Problem("required")] for name in ("username", "email", "password")}
    assert problems(StaffInput, NEW | {"username": "ali", "phone": "12", "telegram_id": "@ali"}) == {
        "username": [Problem("too_few_characters", {"bound": 6})],
        "phone": [Problem("bad_phone")],
        "telegram_id": [Problem("bad_telegram_id")],
    }


def test_what_may_be_empty_may_be_null_or_left_out_and_the_rest_not() -> None:
    assert read(OwnChanges, {}) == OwnChanges()
    assert read(OwnChanges, {"email": None, "phone": None}) == OwnChanges(email=None, phone=None)
    assert problems(OwnChanges, {"username": None, "password": None}) == {name: [Problem("null")] for name in ("username", "password")}
    assert problems(PersonChanges, {"role": "king", "is_active": "perhaps"}).keys() == {"role", "is_active"}


@pytest.mark.parametrize("kind", [SignUpInput, PersonInput, OwnChanges, PersonChanges, StaffInput, StaffChanges])
def test_a_misspelt_keyword_is_a_defect_that_shows(kind: Any) -> None:
    with pytest.raises(TypeError):
        kind(**NEW, email="jasur@example.com", pasword="Correct-horse-9")


def test_an_action_cannot_be_handed_a_password_without_its_hash(sqlite_world: World) -> None:
    student, admin = sqlite_world.student(), sqlite_world.admin()
    own, theirs = (Actor(each.id, role, is_premium=False, session_id=1) for each, role in ((student, Role.STUDENT), (admin, Role.ADMIN)))
    with sqlite_world.db.write() as tx:
        with pytest.raises(TypeError):
            actions.change_own(tx, own, OwnChanges(password="another-pass-1"))
        with pytest.raises(TypeError):
            actions.change_person(tx, theirs, student.id, PersonChanges(password="another-pass-1"))
        actions.change_own(tx, own, OwnChanges(password="another-pass-1"), hash_password("another-pass-1"))
    login = {"username": student.username, "password": "another-pass-1"}
    assert sqlite_world.post("/api/v1/login", json=login).status_code == 200


def test_whatever_a_member_of_staff_is_given_is_stored(sqlite_world: World) -> None:
    said = {"first_name": " Bobur ", "last_name": "Aliyev", "phone": "90 123-45-67", "telegram_id": "123456789"}
    made = sqlite_world.admin().post("/api/v1/workers/", NEW | said).json()
    assert {name: made[name] for name in said} == {
        "first_name": "Bobur",
        "last_name": "Aliyev",
        "phone": "+998901234567",
        "telegram_id": "123456789",
    }
    cleared = sqlite_world.admin().patch(f"/api/v1/workers/{made['id']}/", {"first_name": None, "phone": "", "telegram_id": None}).json()
    assert (cleared["first_name"], cleared["last_name"], cleared["phone"], cleared["telegram_id"]) == ("", "Aliyev", None, None)


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
