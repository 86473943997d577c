"""Scores from 0 to 100, and the work logs that their givers get."""

from typing import Any

import pytest
from sqlalchemy import update

from bilim.journal.models import WorkLog
from world import World


def test_a_score_as_the_document_shows_it(world: World) -> None:
    group = world.group()
    student, teacher = world.member(group["id"], first_name="Jasur"), world.teacher(first_name="Bobur", last_name="Toshmatov")
    made = teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": 85, "given_by": 1})
    assert made.status_code == 201
    score = made.json()
    assert score == {
        "id": score["id"],
        "student": {"id": student.id, "first_name": "Jasur", "last_name": "", "username": student.username},
        "group": {"id": group["id"], "name": "IELTS-A1"},
        "score": 85,
        "date": score["created_at"][:10],
        "given_by": {"id": teacher.id, "first_name": "Bobur", "last_name": "Toshmatov"},
        "created_at": score["created_at"],
    }
    assert teacher.get("/api/v1/scores/").json() == student.get("/api/v1/scores/").json() == [score]
    assert world.student().get("/api/v1/scores/").json() == []
    assert world.student().get(f"/api/v1/scores/{score['id']}/").status_code == 404


@pytest.mark.parametrize("points", [101, -1, 50.5, "abc", None, "50.5", [], 10**20])
def test_what_is_no_score_is_refused(sqlite_world: World, points: Any) -> None:
    group, teacher = sqlite_world.group(), sqlite_world.teacher()
    body = {"student": sqlite_world.member(group["id"]).id, "group": group["id"], "score": points}
    refused = teacher.post("/api/v1/scores/", body)
    assert (refused.status_code, list(refused.json())) == (400, ["score"])
    assert teacher.get("/api/v1/scores/").json() == teacher.get("/api/v1/work-logs/").json() == []


@pytest.mark.parametrize("points", [0, 100])
def test_both_ends_are_scores(sqlite_world: World, points: int) -> None:
    group = sqlite_world.group()
    body = {"student": sqlite_world.member(group["id"]).id, "group": group["id"], "score": points}
    assert sqlite_world.teacher().post("/api/v1/scores/", body).json()["score"] == points


def test_only_students_and_active_groups(world: World) -> None:
    teacher, closed = world.teacher(), world.group(is_active=False)
    refused = teacher.post("/api/v1/scores/", {"student": teacher.id, "group": closed["id"], "score": 5})
    assert (refused.status_code, list(refused.json())) == (400, ["student", "group"])


def test_a_score_is_changed_by_staff_and_deleted_by_owners(world: World) -> None:
    group = world.group()
    student, giver, other = world.member(group["id"]), world.teacher(), world.teacher()
    score = giver.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": 85}).json()
    path = f"/api/v1/scores/{score['id']}/"
    assert other.patch(path, {"score": 90}).json() == score | {"score": 90}
    assert other.put(path, {"student": student.id, "group": group["id"], "score": 95}).json() == score | {"score": 95}
    assert other.patch(path, {"score": 900}).status_code == 400
    assert other.delete(path).status_code == 403
    assert world.admin().delete(path).status_code == 204
    assert other.get(path).status_code == 404
    assert other.get(f"/api/v1/groups/{group['id']}/").json()["group_total_score"] == 0


def test_an_old_score_may_be_mended_after_its_group_was_closed(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    body = {"student": world.member(group["id"]).id, "group": group["id"], "score": 1}
    score = teacher.post("/api/v1/scores/", body).json()
    world.admin().patch(f"/api/v1/groups/{group['id']}/", {"is_active": False})
    assert teacher.put(f"/api/v1/scores/{score['id']}/", body | {"score": 2}).json()["score"] == 2


def test_an_employee_has_one_work_log_a_day_an_owner_none(world: World) -> None:
    group = world.group()
    student, teacher, admin = world.member(group["id"]), world.teacher(), world.admin()
    for person in (teacher, admin):
        person.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": 5})
        person.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]})
        person.post("/api/v1/homework/", {"group": group["id"], "text": "1-mashq"})
    logs = admin.get("/api/v1/work-logs/").json()
    assert logs == [
        {
            "id": logs[0]["id"],
            "employee": teacher.id,
            "date": logs[0]["created_at"][:10],
            "status": True,
            "note": None,
            "created_at": logs[0]["created_at"],
        }
    ]
    assert teacher.get(f"/api/v1/work-logs/{logs[0]['id']}/").json() == logs[0]
    assert teacher.get("/api/v1/work-logs/987654/").status_code == 404
    assert student.get("/api/v1/work-logs/").status_code == 403


def test_an_old_score_may_be_mended_after_its_student_was_deleted_but_given_to_nobody_who_is_gone(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    deleted, present = world.member(group["id"]), world.member(group["id"])
    old, other = (
        teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": 1}).json() for student in (deleted, present)
    )
    world.admin().delete(f"/api/v1/students/{deleted.id}/")
    body = {"student": deleted.id, "group": group["id"], "score": 2}
    assert teacher.put(f"/api/v1/scores/{old['id']}/", body).json()["score"] == 2
    refused = teacher.put(f"/api/v1/scores/{other['id']}/", body)
    assert (refused.status_code, list(refused.json())) == (400, ["student"])


def test_the_dashboard_counts_present_employees_alone(world: World) -> None:
    """Not who was deleted, not who may sign in no more, not owners."""
    admin, group = world.admin(), world.group()
    student = world.member(group["id"])
    here, deleted, closed = world.teacher(), world.teacher(), world.teacher()
    for person in (admin, here, deleted, closed):
        person.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": 5})
    assert admin.get("/api/v1/dashboard/").json()["attendance"] == {"employees_present_today": 3, "total_employees": 3}
    admin.delete(f"/api/v1/workers/{deleted.id}/")
    admin.put(f"/api/v1/users/{closed.id}", {"is_active": False})
    assert admin.get("/api/v1/dashboard/").json()["attendance"] == {"employees_present_today": 1, "total_employees": 1}
    assert len(admin.get("/api/v1/work-logs/").json()) == 3, "their days stay on record"


def test_lists_are_in_the_order_of_ids_also_after_a_change(world: World) -> None:
    """PostgreSQL keeps a changed row behind the others."""
    group, teacher = world.group(), world.teacher()
    for student in (world.member(group["id"]), world.member(group["id"])):
        about = {"student": student.id, "group": group["id"]}
        teacher.post("/api/v1/scores/", about | {"score": 5})
        teacher.post("/api/v1/attendance/", about | {"status": "keldi"})
    for path, change in (("/api/v1/scores", {"score": 6}), ("/api/v1/attendance", {"status": "kelmadi"})):
        before = [row["id"] for row in teacher.get(path).json()]
        assert teacher.patch(f"{path}/{before[0]}", change).status_code == 200
        assert [row["id"] for row in teacher.get(path).json()] == before == sorted(before)


def test_ones_own_lists_are_in_the_order_of_ids_too(world: World) -> None:
    """SQLite finds one's own rows in the order of an index: by points, and by group."""
    earlier, later, teacher = world.group(), world.group(), world.teacher()
    student = world.member(later["id"])
    for group, points in ((later, 9), (earlier, 5)):
        about = {"student": student.id, "group": group["id"]}
        teacher.post("/api/v1/scores/", about | {"score": points})
        teacher.post("/api/v1/attendance/", about | {"status": "keldi"})
    assert [row["score"] for row in student.get("/api/v1/scores/").json()] == [9, 5]
    assert [row["group"]["id"] for row in student.get("/api/v1/attendance/").json()] == [later["id"], earlier["id"]]


def test_work_logs_are_in_the_order_of_ids_also_where_one_was_changed(world: World) -> None:
    group = world.group()
    student, first, second = world.member(group["id"]), world.teacher(), world.teacher()
    for teacher in (first, second):
        teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": 5})
    with world.db.write() as tx:
        tx.execute(update(WorkLog).where(WorkLog.employee_id == first.id).values(note="Yarim kun"))
    assert [(log["employee"], log["note"]) for log in first.get("/api/v1/work-logs/").json()] == [
        (first.id, "Yarim kun"),
        (second.id, None),
    ]
