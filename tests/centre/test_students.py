"""Students of the centre: who is one, which group they are in, how they rank in it."""

from typing import Any

import pytest

from world import PASSWORD, World

JASUR = {"username": "student001", "password": PASSWORD, "first_name": "Jasur", "last_name": "Qodirov", "phone": "90 000-00-01"}


def test_a_student_as_the_document_shows_them(world: World) -> None:
    admin, group = world.admin(), world.group()
    made = admin.post("/api/v1/students/", JASUR | {"parent_phone": "900000002", "telegram_id": "111222333", "group": group["id"]})
    assert made.status_code == 201
    student = made.json()
    assert student == {
        "id": student["id"],
        "username": "student001",
        "first_name": "Jasur",
        "last_name": "Qodirov",
        "phone": "+998900000001",
        "parent_phone": "+998900000002",
        "telegram_id": "111222333",
        "role": "student",
        "group": {"id": group["id"], "name": "IELTS-A1"},
        "all_score": 0,
        "created_at": student["created_at"],
    }
    assert admin.get(f"/api/v1/students/{student['id']}/").json() == student
    assert world.post("/api/v1/login/", json={"username": "student001", "password": PASSWORD}).status_code == 200


def test_every_wrong_field_is_named_also_those_only_the_database_knows(world: World) -> None:
    admin = world.admin()
    admin.post("/api/v1/students/", JASUR)
    refused = admin.post("/api/v1/students/", JASUR | {"group": 987654})
    assert refused.status_code == 400
    assert refused.json() == {
        "username": ["A user with that username already exists."],
        "group": ['Invalid pk "987654" - object does not exist.'],
    }
    assert len(admin.get("/api/v1/students/").json()) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "short"}, "username"),
        ({"password": "1234567"}, "password"),
        ({"phone": "12"}, "phone"),
        ({"parent_phone": "mother"}, "parent_phone"),
        ({"telegram_id": "@jasur"}, "telegram_id"),
        ({"group": "A1"}, "group"),
    ],
)
def test_a_wrong_student_is_refused_by_field(sqlite_world: World, wrong: dict[str, Any], field: str) -> None:
    refused = sqlite_world.admin().post("/api/v1/students/", JASUR | wrong)
    assert (refused.status_code, list(refused.json())) == (400, [field])


def test_an_inactive_group_takes_nobody(world: World) -> None:
    admin, group = world.admin(), world.group(is_active=False)
    assert list(admin.post("/api/v1/students/", JASUR | {"group": group["id"]}).json()) == ["group"]
    student = world.student(made_by_staff=True)
    refused = admin.patch(f"/api/v1/students/{student.id}/", {"group": group["id"], "first_name": "Ali"})
    assert (refused.status_code, list(refused.json())) == (400, ["group"])
    assert admin.get(f"/api/v1/students/{student.id}/").json()["first_name"] == "", "nothing half-written"


def test_a_student_is_moved_taken_out_and_left_alone(world: World) -> None:
    admin, first, second = world.admin(), world.group(name="A"), world.group(name="B")
    student = world.member(first["id"])
    path = f"/api/v1/students/{student.id}/"
    assert admin.patch(path, {"phone": "901112233"}).json()["group"] == {"id": first["id"], "name": "A"}
    assert admin.put(path, {"username": "changed01", "group": second["id"]}).json()["group"] == {"id": second["id"], "name": "B"}
    assert admin.patch(path, {"group": None}).json()["group"] is None
    assert admin.patch(path, {"group": first["id"]}).json()["group"] == {"id": first["id"], "name": "A"}


def test_what_comes_back_as_it_was_is_no_change_even_in_a_closed_group(world: World) -> None:
    admin, group = world.admin(), world.group()
    student = world.member(group["id"])
    admin.patch(f"/api/v1/groups/{group['id']}/", {"is_active": False})
    same = admin.put(f"/api/v1/students/{student.id}/", {"username": student.username, "group": group["id"]})
    assert (same.status_code, same.json()["group"]["id"]) == (200, group["id"])


def test_the_list_has_who_belongs_to_the_centre_and_not_every_online_learner(world: World) -> None:
    admin, group = world.admin(), world.group()
    learner, made, member, former = world.student(), world.student(made_by_staff=True), world.member(group["id"]), world.student()
    admin.patch(f"/api/v1/students/{former.id}/", {"group": group["id"]})
    admin.patch(f"/api/v1/students/{former.id}/", {"group": None})
    teacher = world.teacher()
    assert [row["id"] for row in teacher.get("/api/v1/students/").json()] == [made.id, member.id, former.id]
    assert [row["id"] for row in teacher.get(f"/api/v1/students/?group_id={group['id']}").json()] == [member.id]
    assert teacher.get("/api/v1/students/?group_id=987654").json() == []
    assert teacher.get("/api/v1/students/?group_id=abc").status_code == 400
    assert teacher.get(f"/api/v1/students/{learner.id}/").status_code == 200, "whom an owner may bring into a group"
    assert [row["id"] for row in learner.get("/api/v1/students/").json()] == [learner.id]
    assert member.get(f"/api/v1/students/{made.id}/").status_code == 404
    assert teacher.get(f"/api/v1/students/{teacher.id}/").status_code == 404


def test_a_student_with_history_is_hidden_one_without_is_gone(world: World) -> None:
    admin, teacher, group = world.admin(), world.teacher(), world.group()
    scored, plain = world.member(group["id"]), world.student(made_by_staff=True)
    teacher.post("/api/v1/scores/", {"student": scored.id, "group": group["id"], "score": 70})
    for student in (scored, plain):
        assert admin.delete(f"/api/v1/students/{student.id}/").status_code == 204
        assert admin.get(f"/api/v1/students/{student.id}/").status_code == 404
        assert student.get("/api/v1/users/me").status_code == 401
    assert admin.get("/api/v1/students/").json() == []
    assert [row["score"] for row in teacher.get("/api/v1/scores/").json()] == [70]
    assert teacher.get(f"/api/v1/groups/{group['id']}/").json()["group_total_score"] == 70


def test_all_score_counts_every_group_the_rating_only_its_own(world: World) -> None:
    teacher, here, there = world.teacher(), world.group(name="A"), world.group(name="B")
    people = [world.member(here["id"], first_name=name) for name in ("Ali", "Vali", "Soli", "Guli")]
    for student, group, score in [(0, here, 50), (0, there, 40), (1, here, 70), (2, here, 30), (2, here, 20), (3, there, 99)]:
        teacher.post("/api/v1/scores/", {"student": people[student].id, "group": group["id"], "score": score})
    guest = world.member(there["id"])
    teacher.post("/api/v1/scores/", {"student": guest.id, "group": here["id"], "score": 100})
    assert [row["all_score"] for row in teacher.get("/api/v1/students/").json()] == [90, 70, 50, 99, 100]
    rating = people[3].get(f"/api/v1/students/rating/?group_id={here['id']}").json()
    assert [(row["first_name"], row["total_score"], row["rank"]) for row in rating] == [
        ("Vali", 70, 1),
        ("Ali", 50, 2),
        ("Soli", 50, 2),
        ("Guli", 0, 4),
    ]
    assert set(rating[0]) == {"id", "username", "first_name", "last_name", "total_score", "rank", "group_name"}
    assert rating[0]["group_name"] == "A"


def test_the_rating_needs_a_group(sqlite_world: World) -> None:
    student = sqlite_world.student()
    refused = student.get("/api/v1/students/rating/")
    assert (refused.status_code, refused.json()) == (400, {"error": "group_id parametri kerak."})
    assert student.get("/api/v1/students/rating/?group_id=987654").status_code == 404
    assert student.get("/api/v1/students/rating/?group_id=abc").status_code == 400
    assert student.get("/api/v1/students/rating/?group_id=0").status_code == 400
    assert sqlite_world.group()["id"] == 1
    assert student.get("/api/v1/students/rating/?group_id=1").status_code == 200


def test_a_page_of_the_rating_keeps_the_places_of_the_whole(world: World) -> None:
    teacher, group = world.teacher(), world.group()
    for score in (90, 70, 70, 50):
        teacher.post("/api/v1/scores/", {"student": world.member(group["id"]).id, "group": group["id"], "score": score})
    page = teacher.get(f"/api/v1/students/rating/?group_id={group['id']}&skip=1&limit=2")
    assert [(row["total_score"], row["rank"]) for row in page.json()] == [(70, 2), (70, 2)]
    assert page.headers["x-total-count"] == "4"
    beyond = teacher.get(f"/api/v1/students/rating/?group_id={group['id']}&skip=4&limit=2")
    assert (beyond.status_code, beyond.json(), beyond.headers["x-total-count"]) == (200, [], "4")


def test_a_group_without_students_has_an_empty_rating_and_a_deleted_one_none(world: World) -> None:
    admin, empty, deleted = world.admin(), world.group(), world.group()
    world.member(deleted["id"])
    admin.delete(f"/api/v1/groups/{deleted['id']}/")
    assert admin.get(f"/api/v1/students/rating/?group_id={empty['id']}").json() == []
    assert admin.get(f"/api/v1/students/rating/?group_id={deleted['id']}").status_code == 404


def test_a_closed_account_is_not_rated_and_its_history_stays(world: World) -> None:
    admin, teacher, group = world.admin(), world.teacher(), world.group()
    closed, other = world.member(group["id"]), world.member(group["id"])
    for student, score in ((closed, 90), (other, 50)):
        teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": score})
    admin.put(f"/api/v1/users/{closed.id}", {"is_active": False})
    rating = teacher.get(f"/api/v1/students/rating/?group_id={group['id']}&limit=1")
    assert [(row["id"], row["rank"]) for row in rating.json()] == [(other.id, 1)]
    assert rating.headers["x-total-count"] == "1"
    assert [(row["id"], row["all_score"]) for row in teacher.get("/api/v1/students/").json()] == [(closed.id, 90), (other.id, 50)]
    assert [row["score"] for row in teacher.get("/api/v1/scores/").json()] == [90, 50]


def test_a_new_password_is_audited_and_signs_the_student_in(world: World) -> None:
    admin, student = world.admin(), world.student(made_by_staff=True)
    changed = admin.patch(f"/api/v1/students/{student.id}/", {"password": "another-horse-9", "last_name": "Qodirov"})
    assert (changed.status_code, changed.json()["last_name"]) == (200, "Qodirov")
    assert student.get("/api/v1/users/me").status_code == 401, "sessions begun with the old one are over"
    login = {"username": student.username, "password": "another-horse-9"}
    assert world.post("/api/v1/login/", json=login).status_code == 200
    assert [(row["actor_id"], row["object_id"], row["after"]) for row in admin.get("/api/v1/admin/audit").json()] == [
        (admin.id, student.id, {"password": "changed"})
    ]


def test_what_is_changed_of_a_student_is_changed_together_or_not_at_all(world: World) -> None:
    admin, student = world.admin(), world.student(made_by_staff=True)
    refused = admin.patch(f"/api/v1/students/{student.id}/", {"password": "another-horse-9", "group": 987654})
    assert (refused.status_code, refused.json()) == (400, {"group": ['Invalid pk "987654" - object does not exist.']})
    assert student.get("/api/v1/users/me").status_code == 200
    assert admin.get("/api/v1/admin/audit").json() == []


def test_a_groups_students_are_those_there_are_and_to_a_student_they_alone(world: World) -> None:
    admin, teacher, group = world.admin(), world.teacher(), world.group()
    one, other, gone = (world.member(group["id"]) for _ in range(3))
    teacher.post("/api/v1/scores/", {"student": gone.id, "group": group["id"], "score": 70})
    admin.delete(f"/api/v1/students/{gone.id}/")
    of_group = f"/api/v1/students/?group_id={group['id']}"
    assert [row["id"] for row in teacher.get(of_group).json()] == [one.id, other.id]
    assert [row["id"] for row in one.get(of_group).json()] == [one.id]


def test_students_of_equal_sums_are_in_the_order_of_ids_not_of_joining_or_changing(world: World) -> None:
    group = world.group()
    first, second = world.student(), world.student()
    for student in (second, first):
        world.admin().patch(f"/api/v1/students/{student.id}/", {"group": group["id"], "first_name": "Ali"})
    rating = first.get(f"/api/v1/students/rating/?group_id={group['id']}").json()
    assert [(row["id"], row["rank"]) for row in rating] == [(first.id, 1), (second.id, 1)]
