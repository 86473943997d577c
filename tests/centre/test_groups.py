"""Groups, their figures and their rating."""

from typing import Any

import pytest
from sqlalchemy import update

from bilim.groups.models import Group
from world import World

GROUP = {"name": "IELTS-A1", "description": "Asosiy guruh", "days": "Mon,Wed,Fri", "start_time": "09:00:00", "end_time": "11:00:00"}


def test_a_group_as_the_document_shows_it(world: World) -> None:
    admin = world.admin()
    subject = admin.post("/api/v1/subjects/", {"name": "IELTS"}).json()
    made = admin.post("/api/v1/groups/", GROUP | {"subject": subject["id"], "monthly_price": "300000"})
    assert made.status_code == 201
    group = made.json()
    expected = GROUP | {
        "id": group["id"],
        "subject": subject["id"],
        "subject_name": "IELTS",
        "is_active": True,
        "monthly_price": "300000.00",
        "created_at": group["created_at"],
        "group_total_score": 0,
        "students_count": 0,
        "homework_count": 0,
    }
    assert group == expected
    assert world.student().get(f"/api/v1/groups/{group['id']}/").json() == expected
    assert world.student().get("/api/v1/groups/").json() == [expected]


def test_what_a_change_leaves_out_stays(world: World) -> None:
    admin, group = world.admin(), world.group(**GROUP)
    path = f"/api/v1/groups/{group['id']}/"
    put = admin.put(path, {"name": "SAT", "subject": group["subject"]})
    assert put.json() == group | {"name": "SAT"}
    patched = admin.patch(path, {"days": "tue, thu", "start_time": None, "end_time": "", "is_active": False})
    assert patched.json() == group | {"name": "SAT", "days": "Tue,Thu", "start_time": None, "end_time": None, "is_active": False}
    assert admin.put(path, {"name": "SAT"}).json() == {"subject": ["This field is required."]}
    assert admin.patch(path, {"start_time": "9.30"}).json() == {"start_time": ["Time has wrong format. Use HH:MM:SS."]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "x" * 31}, "name"),
        ({"name": " "}, "name"),
        ({"subject": 987654}, "subject"),
        ({"days": "Mon,Someday"}, "days"),
        ({"start_time": "25:00:00"}, "start_time"),
        ({"start_time": "11:00", "end_time": "09:00"}, "end_time"),
        ({"monthly_price": "0"}, "monthly_price"),
        ({"monthly_price": "10.005"}, "monthly_price"),
        ({"is_active": "perhaps"}, "is_active"),
    ],
)
def test_a_wrong_group_is_refused_by_field(sqlite_world: World, wrong: dict[str, Any], field: str) -> None:
    admin = sqlite_world.admin()
    subject = admin.post("/api/v1/subjects/", {"name": "IELTS"}).json()["id"]
    refused = admin.post("/api/v1/groups/", {"name": "A", "subject": subject} | wrong)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert admin.get("/api/v1/groups/").json() == []


def test_a_lesson_must_end_after_it_starts_also_by_a_change_of_one_end(sqlite_world: World) -> None:
    group = sqlite_world.group(**GROUP)
    refused = sqlite_world.admin().patch(f"/api/v1/groups/{group['id']}/", {"end_time": "08:00"})
    assert (refused.status_code, list(refused.json())) == (400, ["end_time"])


def test_an_empty_group_is_deleted_one_with_students_hidden_and_they_are_in_none(world: World) -> None:
    admin, empty, full = world.admin(), world.group(), world.group()
    member = world.member(full["id"])
    for group in (empty, full):
        assert admin.delete(f"/api/v1/groups/{group['id']}/").status_code == 204
        assert admin.get(f"/api/v1/groups/{group['id']}/").status_code == 404
    assert admin.get("/api/v1/groups/").json() == []
    student = admin.get(f"/api/v1/students/{member.id}/").json()
    assert student["group"] is None
    assert [row["id"] for row in admin.get("/api/v1/students/").json()] == [member.id]


def test_the_rating_ranks_active_groups_and_equal_sums_share_a_rank(world: World) -> None:
    teacher = world.teacher()
    groups = [world.group(name=name) for name in ("A", "B", "C", "D", "closed")]
    for group, scores in zip(groups, ([60, 30], [90], [100], [], [100, 100]), strict=True):
        student = world.member(group["id"])
        for score in scores:
            assert teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": score}).status_code == 201
    world.admin().patch(f"/api/v1/groups/{groups[4]['id']}/", {"is_active": False})
    rating = world.student().get("/api/v1/groups/rating/").json()
    assert [(row["name"], row["total_score"], row["rank"], row["students_count"]) for row in rating] == [
        ("C", 100, 1, 1),
        ("A", 90, 2, 1),
        ("B", 90, 2, 1),
        ("D", 0, 4, 1),
    ]
    assert rating[0] == {"id": groups[2]["id"], "name": "C", "subject_name": "IELTS", "total_score": 100, "rank": 1, "students_count": 1}


def test_the_figures_of_a_group_count_what_is_there(world: World) -> None:
    teacher, group = world.teacher(), world.group()
    first, second = world.member(group["id"]), world.member(group["id"])
    for student, score in ((first, 40), (second, 2), (world.student(), 8)):
        teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": score})
    elsewhere = world.group()
    for about in (group, elsewhere, elsewhere):
        teacher.post("/api/v1/homework/", {"group": about["id"], "text": "1-mashq"})
    admin, moved = world.admin(), world.member(group["id"])
    admin.patch(f"/api/v1/students/{moved.id}/", {"group": elsewhere["id"]})
    admin.delete(f"/api/v1/students/{second.id}/")
    shown = teacher.get(f"/api/v1/groups/{group['id']}/").json()
    assert (shown["group_total_score"], shown["students_count"], shown["homework_count"]) == (50, 1, 1)


def test_closed_accounts_are_not_counted_and_what_they_did_still_is(world: World) -> None:
    teacher, group = world.teacher(), world.group()
    closed, _open = world.member(group["id"]), world.member(group["id"])
    teacher.post("/api/v1/scores/", {"student": closed.id, "group": group["id"], "score": 40})
    world.admin().put(f"/api/v1/users/{closed.id}", {"is_active": False})
    shown, (rated,) = teacher.get(f"/api/v1/groups/{group['id']}/").json(), teacher.get("/api/v1/groups/rating/").json()
    assert (shown["students_count"], shown["group_total_score"]) == (1, 40)
    assert (rated["students_count"], rated["total_score"]) == (1, 40)


def test_a_null_state_leaves_the_group_as_it_is(sqlite_world: World) -> None:
    group = sqlite_world.group(is_active=False)
    changed = sqlite_world.admin().patch(f"/api/v1/groups/{group['id']}/", {"is_active": None, "monthly_price": None})
    assert (changed.status_code, changed.json()["is_active"], changed.json()["monthly_price"]) == (200, False, None)


def test_groups_are_in_the_order_of_ids_also_after_a_change(world: World) -> None:
    """PostgreSQL keeps a changed row behind the others."""
    first, second = world.group(name="A"), world.group(name="B")
    assert world.admin().patch(f"/api/v1/groups/{first['id']}/", {"name": "C"}).status_code == 200
    assert [(row["id"], row["name"]) for row in world.student().get("/api/v1/groups/").json()] == [(first["id"], "C"), (second["id"], "B")]


def test_a_deleted_group_is_neither_rated_nor_counted_whatever_its_state(world: World) -> None:
    kept, deleted = world.group(name="A"), world.group(name="B")
    with world.db.write() as tx:
        tx.execute(update(Group).where(Group.id == deleted["id"]).values(deleted_at=tx.now))
    rating = world.student().get("/api/v1/groups/rating/?limit=1")
    assert ([row["id"] for row in rating.json()], rating.headers["x-total-count"]) == ([kept["id"]], "1")
    assert [row["id"] for row in world.student().get("/api/v1/groups/rating/").json()] == [kept["id"]]
