"""Signing in and out: sessions that really end (CONTRACT section 6)."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from bilim.accounts.models import Session, User
from bilim.kit import clock
from bilim.kit.actors import Role
from conftest import NOON
from world import PASSWORD, Person, World


def login(world: World, username: str, password: str = PASSWORD) -> int:
    return world.post("/api/v1/login", json={"username": username, "password": password}).status_code


def refresh(world: World, person: Person) -> int:
    return world.post("/api/token/refresh/", json={"refresh": person.refresh}).status_code


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moment = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_the_answer_is_what_both_documents_show(world: World) -> None:
    student = world.student(first_name="Jasur", last_name="Qodirov", phone="+998901234567")
    answer = world.post("/api/v1/login/", json={"username": student.username, "password": PASSWORD}).json()
    assert answer["tokens"] == {"access": answer["access_token"], "refresh": answer["refresh_token"]}
    assert answer["user"] == {
        "id": student.id,
        "username": student.username,
        "email": f"{student.username}@example.com",
        "phone_number": "+998901234567",
        "role": "student",
        "full_name": "Jasur Qodirov",
    }
    assert (answer["token_type"], answer["expires_in"], answer["success"]) == ("bearer", 86400, True)
    assert answer["location_info"]["timezone"] == "Asia/Tashkent"


def test_people_sign_in_by_username_or_email_in_any_case(world: World) -> None:
    world.student(username="Dilnoza_Y")
    assert login(world, "dilnoza_y") == login(world, "DILNOZA_Y@Example.COM") == 200
    assert login(world, "dilnoza_y", "wrong") == 401
    assert login(world, "nobody") == 401


def test_a_hash_of_other_parameters_is_made_anew_by_a_right_password_alone(world: World) -> None:
    student, old = world.student(), PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with world.db.write() as tx:
        tx.execute(update(User).where(User.id == student.id).values(password_hash=old))

    def stored() -> str:
        with world.db.read() as tx:
            return tx.scalar(select(User.password_hash).where(User.id == student.id))

    assert login(world, student.username, "wrong") == 401
    assert stored() == old
    assert login(world, student.username) == 200
    renewed = stored()
    assert renewed != old
    assert login(world, student.username) == 200
    assert stored() == renewed


def test_signing_out_ends_access_and_refresh_for_good_but_not_other_sessions(world: World) -> None:
    student = world.student()
    other = world.post("/api/v1/login", json={"username": student.username, "password": PASSWORD}).json()["access_token"]
    assert student.post("/api/v1/logout").status_code == 200
    assert student.get("/api/v1/users/me").status_code == 401
    assert refresh(world, student) == 401
    assert world.get("/api/v1/users/me", headers={"Authorization": f"Bearer {other}"}).status_code == 200


def test_a_new_password_ends_every_session(world: World) -> None:
    student = world.student()
    assert student.patch("/api/v1/users/me", {"password": "another-pass-1"}).status_code == 200
    assert student.get("/api/v1/users/me").status_code == 401
    assert refresh(world, student) == 401
    assert login(world, student.username) == 401
    assert login(world, student.username, "another-pass-1") == 200


@pytest.mark.parametrize("closed", [{"is_active": False}, {"deleted_at": NOON}], ids=["closed", "deleted"])
def test_a_closed_account_is_refused_at_once(world: World, closed: dict[str, object]) -> None:
    """Each mark of the row is enough, whatever became of the sessions."""
    student = world.student()
    with world.db.write() as tx:
        tx.execute(update(User).where(User.id == student.id).values(**closed))
    assert student.get("/api/v1/users/me").status_code == 401
    assert refresh(world, student) == 401
    assert login(world, student.username) == 401


def test_a_refreshed_token_has_the_role_of_now(world: World) -> None:
    student = world.student()
    with world.db.write() as tx:
        tx.execute(update(User).where(User.id == student.id).values(role=Role.TEACHER))
    fresh = world.post("/api/token/refresh/", json={"refresh": student.refresh}).json()["access"]
    claims = world.app.state.services.tokens.read_access(fresh)
    assert (claims.user_id, fresh.count(".")) == (student.id, 2)
    assert student.post("/api/v1/courses/", {"title": "T", "difficulty_level": "A1"}).status_code == 201, "rights come from the database"


def test_tokens_are_not_interchangeable(world: World) -> None:
    student = world.student()
    assert world.get("/api/v1/users/me", headers={"Authorization": f"Bearer {student.refresh}"}).status_code == 401
    assert world.post("/api/token/refresh/", json={"refresh": student.access}).status_code == 401


def test_access_ends_after_a_day_and_refresh_after_three(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student = world.student()
    later(monkeypatch, timedelta(hours=25))
    assert student.get("/api/v1/users/me").status_code == 401
    assert refresh(world, student) == 200
    later(monkeypatch, timedelta(hours=48))
    assert refresh(world, student) == 401


def test_a_session_ends_on_time_whatever_its_token_says(world: World) -> None:
    """A token says when its session ended by the settings of the day it was made."""
    student = world.student()
    with world.db.write() as tx:
        tx.execute(update(Session).where(Session.user_id == student.id).values(expires_at=tx.now))
    assert student.get("/api/v1/users/me").status_code == 401
    assert refresh(world, student) == 401


def test_signing_in_deletes_ones_own_expired_sessions_and_no_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student, other = world.student(), world.student()
    later(monkeypatch, timedelta(days=5))
    login(world, student.username)
    with world.db.read() as tx:
        kept = tx.all(select(Session.user_id, Session.expires_at > clock.now()).order_by(Session.id))
    assert [tuple(row) for row in kept] == [(other.id, False), (student.id, True)]


def test_whose_token_it_is(world: World) -> None:
    teacher = world.teacher(first_name="Bobur")
    answer = teacher.get("/api/v1/login/test-token").json()
    assert (answer["id"], answer["role"], answer["is_superuser"]) == (teacher.id, "teacher", False)
