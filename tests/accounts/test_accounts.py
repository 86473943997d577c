"""Signing up and one's own account; workers; what nobody may set for themselves (CONTRACT sections 1 and 7)."""

import pytest

from world import ADMIN_LOGIN, PASSWORD, World

NEW = {"email": "ali@example.com", "username": "ali", "password": PASSWORD}


def test_signing_up_and_in(world: World) -> None:
    made = world.post("/api/v1/users/", json=NEW | {"full_name": "Ali Valiyev", "current_level": "A2"})
    assert made.status_code == 201
    assert made.json() | {"id": 0} == {
        "id": 0,
        "email": "ali@example.com",
        "username": "ali",
        "is_active": True,
        "is_superuser": False,
        "full_name": "Ali Valiyev",
        "current_level": "A2",
        "last_viewed_lesson_id": None,
        "roles": ["free"],
        "is_premium": False,
        "role": "free",
    }
    assert world.post("/api/v1/login", json={"username": "ali", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("taken", ["ali", "ALI", " Ali ", "ＡＬＩ"])
def test_names_are_taken_whatever_their_case_or_form(world: World, taken: str) -> None:
    world.post("/api/v1/users/", json=NEW)
    again = world.post("/api/v1/users/", json=NEW | {"username": taken, "email": "Ali@Example.com"})
    assert (again.status_code, again.json()) == (
        400,
        {
            "username": ["A user with that username already exists."],
            "email": ["A user with that email already exists."],
        },
    )


def test_every_wrong_field_of_a_sign_up_is_named(sqlite_world: World) -> None:
    answer = sqlite_world.post("/api/v1/users/", json={"email": "nobody", "username": "a@b", "password": "short"})
    assert answer.json() == {
        "email": ["Enter a valid email address."],
        "username": ["A username may not contain @."],
        "password": ["Ensure this field has at least 8 characters."],
    }


@pytest.mark.parametrize("sent", [{"is_superuser": True}, {"roles": ["superadmin"]}, {"role": "admin"}, {"is_active": False}])
def test_nobody_makes_themselves_more_than_they_are(world: World, sent: dict[str, object]) -> None:
    made = world.post("/api/v1/users/", json=NEW | sent).json()
    assert (made["role"], made["is_superuser"], made["is_active"]) == ("free", False, True)
    student = world.student()
    changed = student.patch("/api/v1/users/me", sent | {"full_name": "Ali"}).json()
    assert (changed["role"], changed["is_superuser"], changed["is_active"]) == ("free", False, True)


def test_an_admin_makes_accounts_of_any_role_but_superadmin(world: World) -> None:
    admin = world.admin()
    for role, premium in (("teacher", False), ("admin", False), ("premium", True)):
        made = admin.post("/api/v1/users/", NEW | {"username": f"new_{role}", "email": f"{role}@x.uz", "roles": [role]}).json()
        assert (made["role"], made["is_premium"]) == (role, premium)
    assert admin.post("/api/v1/users/", NEW | {"is_superuser": True}).status_code == 403
    assert admin.post("/api/v1/users/", NEW | {"roles": ["king"]}).json() == {"roles": ['"king" is not a valid choice.']}
    assert world.superadmin().post("/api/v1/users/", NEW | {"is_superuser": True}).json()["is_superuser"] is True


def test_changing_ones_own_account(world: World) -> None:
    student = world.student(first_name="Jasur", current_level="A1")
    changed = student.patch("/api/v1/users/me", {"full_name": "  Jasur   Qodirov ", "email": "New@Example.com"}).json()
    assert (changed["full_name"], changed["email"], changed["current_level"]) == ("Jasur Qodirov", "New@Example.com", "A1")
    assert student.patch("/api/v1/users/me", {}).json() == changed
    assert student.patch("/api/v1/users/me", {"email": "admin@example.com"}).status_code == 400


def test_the_marketplace_signs_up_in_and_changes_a_profile(world: World) -> None:
    made = world.post("/api/auth/register/", json=NEW | {"full_name": "Ali Valiyev"})
    assert (made.status_code, made.json()["role"]) == (201, "user")
    tokens = world.post("/api/auth/login/", json={"username": "ali", "password": PASSWORD}).json()
    assert set(tokens) == {"access", "refresh"}
    own = {"Authorization": f"Bearer {tokens['access']}"}
    world.client.put("/api/auth/profile/", json={"phone": "90 123 45 67"}, headers=own)
    profile = world.get("/api/auth/profile/", headers=own).json()
    assert (profile["phone"], profile["full_name"], profile["email"]) == ("+998901234567", "Ali Valiyev", "ali@example.com")


def test_workers_are_made_and_listed_by_admins(world: World) -> None:
    admin = world.admin()
    body = {
        "username": "teacher01",
        "password": "mypassword1",
        "first_name": "Bobur",
        "last_name": "Toshmatov",
        "phone": "+998 99 123-45-67",
    }
    made = admin.post("/api/v1/workers/", body)
    assert made.status_code == 201
    assert made.json() | {"id": 3, "created_at": ""} == {
        "id": 3,
        "username": "teacher01",
        "first_name": "Bobur",
        "last_name": "Toshmatov",
        "phone": "+998991234567",
        "telegram_id": None,
        "role": "employee",
        "is_staff": True,
        "is_superuser": False,
        "created_at": "",
    }
    assert made.json()["created_at"].endswith("+05:00")
    assert admin.get("/api/v1/workers/").json() == [made.json()]


def test_every_wrong_field_of_a_worker_is_named(sqlite_world: World) -> None:
    body = {"username": "short", "password": "1234567", "phone": "12", "telegram_id": "@bobur"}
    assert sqlite_world.admin().post("/api/v1/workers/", body).json() == {
        "username": ["Ensure this field has at least 6 characters."],
        "password": ["Ensure this field has at least 8 characters."],
        "phone": ["Enter a valid phone number."],
        "telegram_id": ["Enter a valid Telegram id."],
    }


def test_the_first_superuser_is_there_and_has_a_username_without_at(world: World) -> None:
    answer = world.post("/api/v1/login", json=ADMIN_LOGIN).json()
    assert (answer["user"]["username"], answer["user"]["role"]) == ("admin", "owner")


def test_premium_data_is_for_premium_and_staff(world: World) -> None:
    assert world.student(is_premium=True).get("/api/v1/users/me/premium-data").status_code == 200
    assert world.student().get("/api/v1/users/me/premium-data").status_code == 403
