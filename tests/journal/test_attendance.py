"""Attendance: marked one by one or a class at once, on the group's day and in its hours, one record a student, group and day."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bilim.journal import actions
from bilim.journal.inputs import MarkChanges, MarkInput
from bilim.kit import clock
from bilim.kit.actors import Actor, Role
from world import Person, World

LESSON = {"days": "Mon,Wed,Fri", "start_time": "09:00:00", "end_time": "11:00:00"}
WEDNESDAY = datetime(2025, 2, 19, 4, 5, tzinfo=UTC)
"""09:05 in Tashkent."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock. People who are to act at that moment sign in after."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_clock


def mark(person: Person, student: Person, group: dict[str, Any], status: str = "keldi") -> Any:
    return person.post("/api/v1/attendance/", {"student": student.id, "group": group["id"], "status": status})


def test_a_record_as_the_document_shows_it(world: World, at: Any) -> None:
    at(WEDNESDAY)
    group = world.group()
    student, teacher = world.member(group["id"], first_name="Jasur", last_name="Qodirov"), world.teacher()
    made = mark(teacher, student, group)
    assert made.status_code == 201
    record = made.json()
    assert record == {
        "id": record["id"],
        "student": {"id": student.id, "first_name": "Jasur", "last_name": "Qodirov", "username": student.username},
        "group": {"id": group["id"], "name": "IELTS-A1"},
        "status": "keldi",
        "date": "2025-02-19",
        "time": "09:05:00",
        "created_at": "2025-02-19T09:05:00+05:00",
        "updated_at": "2025-02-19T09:05:00+05:00",
    }
    assert teacher.get("/api/v1/attendance/").json() == [record]
    assert student.get(f"/api/v1/attendance/{record['id']}/").json() == record


def test_a_student_is_marked_once_a_group_and_day(world: World, at: Any) -> None:
    at(WEDNESDAY)
    here, there = world.group(), world.group()
    student, teacher = world.member(here["id"]), world.teacher()
    assert mark(teacher, student, here).status_code == 201
    again = mark(teacher, student, here, "kelmadi")
    assert (again.status_code, list(again.json())) == (400, ["non_field_errors"])
    assert mark(teacher, student, there).status_code == 201, "a guest elsewhere"
    at(WEDNESDAY.replace(hour=19))
    assert mark(world.teacher(), student, here).status_code == 201, "the next day in Tashkent"


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"student": 987654}, ["student"]),
        ({"student": "teacher"}, ["student"]),
        ({"group": 987654}, ["group"]),
        ({"group": "closed"}, ["group"]),
        ({"student": 987654, "group": 987654}, ["student", "group"]),
        ({"status": "bor"}, ["status"]),
        ({"status": None}, ["status"]),
    ],
)
def test_a_wrong_record_is_refused_by_field(world: World, wrong: dict[str, Any], fields: list[str]) -> None:
    teacher, group = world.teacher(), world.group()
    student, closed = world.member(group["id"]), world.group(is_active=False)
    named: dict[Any, int] = {"teacher": teacher.id, "closed": closed["id"]}
    body = {"student": student.id, "group": group["id"], "status": "keldi"}
    body |= {name: named.get(value, value) for name, value in wrong.items()}
    refused = teacher.post("/api/v1/attendance/", body)
    assert (refused.status_code, list(refused.json())) == (400, fields)
    assert teacher.get("/api/v1/attendance/").json() == []


def test_a_class_is_marked_at_once_and_again(world: World, at: Any) -> None:
    at(WEDNESDAY)
    group = world.group(**LESSON)
    first, second, teacher = world.member(group["id"]), world.member(group["id"]), world.teacher()
    made = teacher.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]})
    assert made.status_code == 201
    assert [(row["student"]["id"], row["status"], row["date"]) for row in made.json()] == [
        (first.id, "kelmadi", "2025-02-19"),
        (second.id, "kelmadi", "2025-02-19"),
    ]
    came = teacher.patch(f"/api/v1/attendance/{made.json()[0]['id']}/", {"status": "kechikdi"})
    assert (came.status_code, came.json()["status"]) == (200, "kechikdi")
    again = teacher.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]})
    assert (again.status_code, [row["status"] for row in again.json()]) == (200, ["kechikdi", "kelmadi"])
    third = world.member(group["id"])
    joined = teacher.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]})
    assert (joined.status_code, [row["student"]["id"] for row in joined.json()]) == (201, [first.id, second.id, third.id])


def test_an_employee_marks_on_the_day_and_in_the_hours_an_owner_always(world: World, at: Any) -> None:
    at(WEDNESDAY.replace(day=18))
    group = world.group(**LESSON)
    world.member(group["id"])
    body = {"group_id": group["id"]}
    refused = world.teacher().post("/api/v1/attendance/bulk_create/", body)
    assert (refused.status_code, refused.json()) == (400, {"error": "Bugun guruhning dars kuni emas. (Mon,Wed,Fri)"})
    assert world.admin().post("/api/v1/attendance/bulk_create/", body).status_code == 201
    at(WEDNESDAY.replace(hour=3, minute=59, second=59))
    early = world.teacher().post("/api/v1/attendance/bulk_create/", body)
    assert (early.status_code, early.json()) == (400, {"error": "Dars vaqti emas. (09:00:00-11:00:00)"})
    at(WEDNESDAY.replace(hour=6, minute=0))
    assert world.teacher().post("/api/v1/attendance/bulk_create/", body).status_code == 201, "the last second counts"
    at(WEDNESDAY.replace(hour=6, minute=0, second=1))
    assert world.teacher().post("/api/v1/attendance/bulk_create/", body).status_code == 400
    assert world.superadmin().post("/api/v1/attendance/bulk_create/", body).status_code == 200


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2025, 1, 31, 18, 59, tzinfo=UTC), "2025-01-31"),
        (datetime(2025, 1, 31, 19, 0, tzinfo=UTC), "2025-02-01"),
        (datetime(2025, 12, 31, 19, 0, tzinfo=UTC), "2026-01-01"),
        (datetime(2028, 2, 28, 19, 0, tzinfo=UTC), "2028-02-29"),
        (datetime(2028, 2, 29, 19, 0, tzinfo=UTC), "2028-03-01"),
    ],
)
def test_days_turn_at_midnight_in_tashkent(world: World, at: Any, moment: datetime, day: str) -> None:
    at(moment)
    group = world.group()
    student, teacher = world.member(group["id"]), world.teacher()
    assert mark(teacher, student, group).json()["date"] == day
    score = teacher.post("/api/v1/scores/", {"student": student.id, "group": group["id"], "score": 5})
    assert score.json()["date"] == day
    assert [log["date"] for log in teacher.get("/api/v1/work-logs/").json()] == [day]
    assert teacher.get("/api/v1/dashboard/").json()["attendance"] == {"employees_present_today": 1, "total_employees": 1}


@pytest.mark.parametrize("gone", ["inactive", "deleted", "unknown"])
def test_a_group_that_is_not_there_has_no_attendance(world: World, gone: str) -> None:
    group, admin = world.group(), world.admin()
    if gone == "inactive":
        admin.patch(f"/api/v1/groups/{group['id']}/", {"is_active": False})
    elif gone == "deleted":
        admin.delete(f"/api/v1/groups/{group['id']}/")
    refused = admin.post("/api/v1/attendance/bulk_create/", {"group_id": 987654 if gone == "unknown" else group["id"]})
    assert (refused.status_code, list(refused.json())) == (400, ["error"])
    assert admin.post("/api/v1/attendance/bulk_create/", {}).json() == {"group_id": ["This field is required."]}


def test_an_empty_class_is_an_empty_list(world: World) -> None:
    answer = world.admin().post("/api/v1/attendance/bulk_create/", {"group_id": world.group()["id"]})
    assert (answer.status_code, answer.json()) == (200, [])


def test_a_record_is_changed_and_only_owners_delete_it(world: World) -> None:
    here, there = world.group(), world.group()
    student, other, teacher = world.member(here["id"]), world.member(here["id"]), world.teacher()
    record, taken = mark(teacher, student, here).json(), mark(teacher, other, here).json()
    path = f"/api/v1/attendance/{record['id']}/"
    whole = teacher.put(path, {"student": student.id, "group": there["id"], "status": "kelmadi"}).json()
    assert (whole["group"]["id"], whole["status"], whole["date"]) == (there["id"], "kelmadi", record["date"])
    assert teacher.put(path, {"status": "keldi"}).json() == {"student": ["This field is required."], "group": ["This field is required."]}
    clash = teacher.patch(f"/api/v1/attendance/{taken['id']}/", {"student": student.id, "group": there["id"]})
    assert (clash.status_code, list(clash.json())) == (400, ["non_field_errors"])
    assert teacher.delete(path).status_code == 403
    assert world.admin().delete(path).status_code == 204
    assert teacher.get(path).status_code == 404


def test_a_record_may_be_sent_back_as_it_came(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    record = mark(teacher, world.member(group["id"]), group).json()
    sent_back = teacher.put(f"/api/v1/attendance/{record['id']}/", record | {"status": "kechikdi"})
    assert sent_back.json() == record | {"status": "kechikdi", "updated_at": sent_back.json()["updated_at"]}
    refused = teacher.put(f"/api/v1/attendance/{record['id']}/", record | {"student": {"name": "Jasur"}})
    assert (refused.status_code, list(refused.json())) == (400, ["student"])


def test_students_see_their_own_records_alone(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    mine, theirs = world.member(group["id"]), world.member(group["id"])
    own, other = mark(teacher, mine, group).json(), mark(teacher, theirs, group).json()
    assert [row["id"] for row in mine.get("/api/v1/attendance/").json()] == [own["id"]]
    assert mine.get(f"/api/v1/attendance/{other['id']}/").status_code == 404
    assert mark(mine, mine, group).status_code == 403
    assert mine.patch(f"/api/v1/attendance/{own['id']}/", {"status": "keldi"}).status_code == 403


def test_who_marked_and_when_is_never_taken_from_the_body(sqlite_world: World) -> None:
    group, teacher = sqlite_world.group(), sqlite_world.teacher()
    body = {"student": sqlite_world.member(group["id"]).id, "group": group["id"], "status": "keldi", "marked_by": 1, "date": "2001-01-01"}
    made = teacher.post("/api/v1/attendance/", body).json()
    assert made["date"] != "2001-01-01"
    assert [log["employee"] for log in teacher.get("/api/v1/work-logs/").json()] == [teacher.id]


def test_a_closed_account_is_not_marked_with_its_class(world: World) -> None:
    admin, group = world.admin(), world.group()
    closed, open_ = world.member(group["id"]), world.member(group["id"])
    before = mark(admin, closed, world.group()).json()
    admin.put(f"/api/v1/users/{closed.id}", {"is_active": False})
    made = admin.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]})
    assert [row["student"]["id"] for row in made.json()] == [open_.id]
    assert admin.get(f"/api/v1/attendance/{before['id']}/").json() == before, "what is on record stays"


def test_presence_is_noted_where_something_was_recorded(world: World) -> None:
    group, empty = world.group(), world.group()
    world.member(group["id"])
    first, second = world.teacher(), world.teacher()
    assert first.post("/api/v1/attendance/bulk_create/", {"group_id": empty["id"]}).status_code == 200
    assert first.get("/api/v1/work-logs/").json() == []
    assert first.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]}).status_code == 201
    assert second.post("/api/v1/attendance/bulk_create/", {"group_id": group["id"]}).status_code == 200
    assert [log["employee"] for log in first.get("/api/v1/work-logs/").json()] == [first.id]


def test_another_broken_constraint_is_not_told_as_marked_already(world: World) -> None:
    group, teacher = world.group(), world.teacher()
    student, actor = world.member(group["id"]), Actor(teacher.id, Role.TEACHER, is_premium=False, session_id=0)
    wrong: Any = "bor"
    with pytest.raises(IntegrityError), world.db.write() as tx:
        actions.mark_attendance(tx, actor, MarkInput(student_id=student.id, group_id=group["id"], status=wrong))
    record = mark(teacher, student, group).json()
    with pytest.raises(IntegrityError), world.db.write() as tx:
        actions.change_attendance(tx, actor, record["id"], MarkChanges(status=wrong))


def test_a_record_of_whom_and_what_is_gone_may_be_sent_back_but_they_may_not_be_newly_chosen(world: World) -> None:
    admin, teacher, group, closed = world.admin(), world.teacher(), world.group(), world.group()
    deleted, present = world.member(closed["id"]), world.member(group["id"])
    old, other = mark(teacher, deleted, closed).json(), mark(teacher, present, group).json()
    admin.delete(f"/api/v1/students/{deleted.id}/")
    admin.patch(f"/api/v1/groups/{closed['id']}/", {"is_active": False})
    same = {"student": deleted.id, "group": closed["id"], "status": "kechikdi"}
    sent_back = teacher.put(f"/api/v1/attendance/{old['id']}/", same)
    assert (sent_back.status_code, sent_back.json()["status"]) == (200, "kechikdi")
    refused = teacher.put(f"/api/v1/attendance/{other['id']}/", same)
    assert (refused.status_code, list(refused.json())) == (400, ["student", "group"])
    assert teacher.get(f"/api/v1/attendance/{other['id']}/").json() == other
