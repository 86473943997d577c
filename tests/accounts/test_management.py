"""What admins do to other people's accounts, and what nobody may do (CONTRACT sections 1 and 2)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update

from bilim.accounts import actions
from bilim.accounts.inputs import PersonChanges, PersonInput
from bilim.accounts.models import User
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict
from world import ADMIN_LOGIN, PASSWORD, Person, World


def superuser(world: World) -> Person:
    answer = world.post("/api/v1/login", json=ADMIN_LOGIN).json()
    return Person(world.client, answer["user"]["id"], "admin", answer["access_token"], answer["refresh_token"])


def login(world: World, username: str, password: str = PASSWORD) -> int:
    return world.post("/api/v1/login", json={"username": username, "password": password}).status_code


def audit(person: Person) -> list[dict[str, object]]:
    return [
        {name: row[name] for name in ("actor_id", "kind", "object_id", "before", "after")}
        for row in person.get("/api/v1/admin/audit").json()
    ]


def test_lists_by_role_and_page(world: World) -> None:
    admin, teacher, student = world.admin(), world.teacher(), world.student()
    premium = world.student(is_premium=True)
    assert [user["id"] for user in admin.get("/api/v1/users/?skip=1").json()] == [admin.id, teacher.id, student.id, premium.id]
    found = {role: [user["id"] for user in admin.get(f"/api/v1/admin/users?role={role}").json()] for role in ("free", "premium", "teacher")}
    assert found == {"free": [student.id], "premium": [premium.id], "teacher": [teacher.id]}
    assert admin.get("/api/v1/admin/users?role=king").json() == {"role": ['"king" is not a valid choice.']}


def test_reading_and_changing_somebody(world: World) -> None:
    admin, student = world.admin(), world.student(first_name="Jasur")
    paths = (f"/api/v1/users/{student.id}", f"/api/v1/admin/users/{student.id}")
    assert [admin.get(path).json() for path in paths] == [student.get("/api/v1/users/me").json()] * 2
    changed = admin.put(paths[0], {"current_level": "B2", "full_name": "Jasur Qodirov"}).json()
    assert (changed["current_level"], changed["full_name"], changed["role"]) == ("B2", "Jasur Qodirov", "free")
    profile = admin.patch(f"{paths[1]}/profile", {"email": "new@example.com"}).json()
    assert (profile["email"], profile["full_name"]) == ("new@example.com", "Jasur Qodirov")
    assert admin.put(paths[0], {"email": "admin@example.com", "username": "admin"}).status_code == 400
    assert audit(admin) == [], "names and levels are no matter of the record"


@pytest.mark.parametrize("path", ["/api/v1/admin/users/{}", "/api/v1/admin/users/{}/role"])
def test_a_role_changes_at_once_and_is_recorded(world: World, path: str) -> None:
    admin, person = world.admin(), world.student()
    assert admin.patch(path.format(person.id), {"role": "teacher"}).json()["role"] == "teacher"
    assert person.post("/api/v1/courses/", {"title": "T", "difficulty_level": "A1"}).status_code == 201
    assert admin.patch(path.format(person.id), {"role": "premium"}).json()["is_premium"] is True
    assert admin.patch(path.format(person.id), {}).json() == {"role": ["This field is required."]}
    assert admin.patch(path.format(person.id), {"role": "king"}).status_code == 400
    assert audit(admin) == [
        {
            "actor_id": admin.id,
            "kind": "person",
            "object_id": person.id,
            "before": {"role": "teacher", "is_premium": False},
            "after": {"role": "student", "is_premium": True},
        },
        {"actor_id": admin.id, "kind": "person", "object_id": person.id, "before": {"role": "student"}, "after": {"role": "teacher"}},
    ]


def test_a_password_set_by_an_admin_ends_sessions_and_is_recorded_without_itself(world: World) -> None:
    admin, student = world.admin(), world.student()
    admin.put(f"/api/v1/users/{student.id}", {"password": "set-by-admin-1"})
    assert student.get("/api/v1/users/me").status_code == 401
    assert (login(world, student.username), login(world, student.username, "set-by-admin-1")) == (401, 200)
    assert audit(admin)[0]["after"] == {"password": "changed"}


def test_closing_and_opening_an_account(world: World) -> None:
    admin, student = world.admin(), world.student()
    assert admin.put(f"/api/v1/users/{student.id}", {"is_active": False}).json()["is_active"] is False
    assert (student.get("/api/v1/users/me").status_code, login(world, student.username)) == (401, 401)
    admin.put(f"/api/v1/users/{student.id}", {"is_active": True})
    assert login(world, student.username) == 200
    assert [row["after"] for row in audit(admin)] == [{"is_active": True}, {"is_active": False}]


def test_nobody_demotes_closes_or_deletes_themselves(world: World) -> None:
    for person in (world.admin(), world.superadmin()):
        for answer in (
            person.patch(f"/api/v1/admin/users/{person.id}/role", {"role": "free"}),
            person.put(f"/api/v1/users/{person.id}", {"is_active": False}),
            person.put(f"/api/v1/users/{person.id}", {"roles": ["teacher"]}),
            person.delete(f"/api/v1/users/{person.id}"),
            person.delete(f"/api/v1/admin/users/{person.id}"),
            person.delete(f"/api/v1/owners/{person.id}/"),
        ):
            assert (answer.status_code, answer.json()) == (403, {"detail": "You cannot take your own account or role away."})


def test_superadmins_are_changed_by_superadmins_alone_and_one_stays(world: World) -> None:
    root, admin, other = superuser(world), world.admin(), world.superadmin()
    for answer in (
        admin.patch(f"/api/v1/admin/users/{other.id}/role", {"role": "free"}),
        admin.put(f"/api/v1/users/{other.id}", {"password": "taken-over-1"}),
        admin.patch(f"/api/v1/owners/{other.id}/", {"password": "taken-over-1"}),
        admin.delete(f"/api/v1/users/{other.id}"),
        admin.patch(f"/api/v1/admin/users/{world.student().id}/role", {"role": "superadmin"}),
    ):
        assert answer.status_code == 403
    assert root.patch(f"/api/v1/admin/users/{other.id}/role", {"role": "admin"}).json()["role"] == "admin"
    assert root.patch(f"/api/v1/admin/users/{other.id}/role", {"role": "superadmin"}).json()["is_superuser"] is True
    assert other.delete(f"/api/v1/users/{root.id}").status_code == 200
    with world.db.read() as tx:
        assert tx.scalars(select(User.id).where(User.role == Role.SUPERADMIN, User.deleted_at.is_(None))) == [other.id]


def test_somebody_without_history_is_gone_and_with_history_hidden(world: World) -> None:
    admin, fresh, learner = world.admin(), world.student(), world.student(username="Learner", first_name="Jasur")
    course = world.course(world.teacher(), lessons=1)
    world.complete(learner, course["lessons"][0]["id"])
    code = learner.get("/api/v1/certificates/my-certificates").json()[0]["verification_code"]
    assert admin.delete(f"/api/v1/admin/users/{fresh.id}").json() == {"msg": "Foydalanuvchi oʻchirildi"}
    assert admin.delete(f"/api/v1/users/{learner.id}").json()["full_name"] == "Jasur"
    for person in (fresh, learner):
        assert person.get("/api/v1/users/me").status_code == 401
        assert login(world, person.username) == 401
        assert admin.get(f"/api/v1/users/{person.id}").status_code == 404
        assert admin.delete(f"/api/v1/users/{person.id}").status_code == 404
    assert {fresh.id, learner.id} & {user["id"] for user in admin.get("/api/v1/users/").json()} == set()
    assert world.get(f"/verify/{code}").json()["full_name"] == "Jasur", "what was earned stays"
    with world.db.read() as tx:
        assert tx.scalars(select(User.id).where(User.id.in_([fresh.id, learner.id]))) == [learner.id]
    again = world.post("/api/v1/users/", json={"username": "learner", "email": "learner@example.com", "password": PASSWORD})
    assert again.status_code == 201, "the names are free again"


def test_a_teacher_who_leaves_leaves_the_courses(world: World) -> None:
    teacher = world.teacher(first_name="Bobur")
    course = world.course(teacher)
    assert world.admin().delete(f"/api/v1/workers/{teacher.id}/").status_code == 204
    assert world.get(f"/api/courses/{course['id']}/").json()["instructor"] == {"id": teacher.id, "full_name": "Bobur"}


@pytest.mark.parametrize(("path", "role", "word"), [("owners", Role.ADMIN, "owner"), ("workers", Role.TEACHER, "employee")])
def test_owners_and_workers_are_made_read_changed_and_deleted(world: World, path: str, role: Role, word: str) -> None:
    admin = world.admin()
    body = {"username": "somebody1", "password": "secure1234", "first_name": "Ali", "phone": "901234567", "telegram_id": "987654321"}
    made = admin.post(f"/api/v1/{path}/", body)
    assert (made.status_code, made.json()["role"], made.json()["is_staff"]) == (201, word, True)
    assert made.json()["is_superuser"] is (role is Role.ADMIN)
    one = f"/api/v1/{path}/{made.json()['id']}/"
    assert admin.get(one).json() == made.json()
    assert made.json() in admin.get(f"/api/v1/{path}/").json()
    assert admin.put(one, {"first_name": "Vali"}).json() == {"username": ["This field is required."]}
    changed = admin.put(one, {"username": "somebody2", "last_name": "Valiyev"}).json()
    assert (changed["username"], changed["first_name"], changed["phone"]) == ("somebody2", "Ali", "+998901234567")
    assert admin.patch(one, {"telegram_id": None}).json()["telegram_id"] is None
    assert admin.patch(one, {"password": "another-1234"}).status_code == 200
    assert (login(world, "somebody2", "secure1234"), login(world, "somebody2", "another-1234")) == (401, 200)
    assert admin.patch(one, {"username": "x"}).status_code == 400
    assert admin.get(f"/api/v1/{path}/{world.student().id}/").status_code == 404
    assert admin.delete(one).status_code == 204
    assert admin.get(one).status_code == 404


def test_two_admins_who_change_different_things_lose_nothing(world: World) -> None:
    first, second, student = world.admin(), world.admin(), world.student()
    read = first.get(f"/api/v1/users/{student.id}").json()
    second.put(f"/api/v1/users/{student.id}", {"full_name": "Dilnoza Yusupova"})
    first.put(f"/api/v1/users/{student.id}", {"current_level": "C1"})
    now = first.get(f"/api/v1/users/{student.id}").json()
    assert now == read | {"full_name": "Dilnoza Yusupova", "current_level": "C1"}


def test_profile_me_is_users_me(world: World) -> None:
    student = world.student()
    assert student.get("/api/v1/profile/me").json() == student.get("/api/v1/users/me").json()


def test_the_superusers_door(world: World) -> None:
    assert superuser(world).get("/api/v1/users/test-superuser").status_code == 200
    assert world.admin().get("/api/v1/users/test-superuser").status_code == 403


def test_superadmins_who_demote_each_other_at_once_leave_one(world: World) -> None:
    """Whatever the order, somebody is left who may undo it."""
    root = superuser(world)
    for _ in range(10):
        first, second = world.superadmin(), world.superadmin()
        with world.db.write() as tx:
            tx.execute(update(User).where(User.id == root.id).values(role=Role.ADMIN))
        pairs = [(first, second.id), (second, first.id)]
        with ThreadPoolExecutor(2) as pool:
            heard = list(pool.map(lambda pair: pair[0].patch(f"/api/v1/admin/users/{pair[1]}/role", {"role": "admin"}).status_code, pairs))
        assert sorted(heard) in ([200, 403], [200, 409]), "demoted before, or the last one by then"
        with world.db.write() as tx:
            assert len(tx.scalars(select(User.id).where(User.role == Role.SUPERADMIN))) == 1
            tx.execute(update(User).where(User.role == Role.SUPERADMIN).values(role=Role.ADMIN))
            tx.execute(update(User).where(User.id == root.id).values(role=Role.SUPERADMIN))


def test_who_was_a_superadmin_when_the_request_began_cannot_take_the_last_one(world: World) -> None:
    """As where two demote each other at once, and one of them waited for the other's row."""
    root, demoted = superuser(world), world.admin()
    world.superadmin(is_active=False)  # whose account is closed counts no more
    stale = Actor(demoted.id, Role.SUPERADMIN, is_premium=False, session_id=1)
    for take in (
        lambda tx: actions.change_person(tx, stale, root.id, PersonChanges(role=Role.ADMIN)),
        lambda tx: actions.change_person(tx, stale, root.id, PersonChanges(is_active=False)),
        lambda tx: actions.delete_person(tx, stale, root.id),
    ):
        with world.db.write() as tx, pytest.raises(Conflict, match="last_superadmin"):
            take(tx)
    with world.db.write() as tx:
        renamed = actions.change_person(tx, stale, root.id, PersonChanges(full_name="Ali Valiyev", role=Role.SUPERADMIN))
    assert (renamed.full_name, renamed.role, renamed.is_active) == ("Ali Valiyev", Role.SUPERADMIN, True)


def test_the_first_superadmin_is_made_only_where_there_is_nobody(world: World) -> None:
    first = PersonInput(username="direktor", password=PASSWORD, role=Role.SUPERADMIN)
    with world.db.write() as tx:
        assert actions.ensure_superuser(tx, first, "") is False
        tx.execute(delete(User))
        assert actions.ensure_superuser(tx, first, "") is True
        assert actions.ensure_superuser(tx, first, "") is False
        assert [tuple(row) for row in tx.all(select(User.username, User.role))] == [("direktor", Role.SUPERADMIN)]


def test_a_deleted_superadmin_is_not_found_rather_than_forbidden(world: World) -> None:
    admin, gone = world.admin(), world.superadmin()
    world.course(gone)
    assert superuser(world).delete(f"/api/v1/users/{gone.id}").status_code == 200
    assert admin.put(f"/api/v1/users/{gone.id}", {"full_name": "Ali"}).status_code == 404
    assert admin.delete(f"/api/v1/users/{gone.id}").status_code == 404


def test_admins_change_their_own_name_like_anybodys_but_not_their_role(world: World) -> None:
    admin = world.admin()
    path = f"/api/v1/users/{admin.id}"
    assert admin.put(path, {"full_name": "Ali Valiyev", "is_active": True, "roles": ["admin"]}).json()["full_name"] == "Ali Valiyev"
    assert admin.put(path, {"roles": ["teacher"]}).json() == {"detail": "You cannot take your own account or role away."}
    assert audit(admin) == []


def test_people_with_history_who_were_deleted_are_counted_no_more(world: World) -> None:
    admin, teacher = world.admin(), world.teacher()
    world.course(teacher)
    assert admin.get("/api/v1/users/?limit=1").headers["x-total-count"] == "3"
    admin.delete(f"/api/v1/users/{teacher.id}")
    answer = admin.get("/api/v1/users/?limit=1")
    assert (answer.headers["x-total-count"], [user["id"] for user in answer.json()]) == ("2", [1])
    assert [user["id"] for user in admin.get("/api/v1/users/").json()] == [1, admin.id]
