"""Who was in a group's room becomes the attendance of its lesson."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bilim.journal.models import Attendance, WorkLog
from bilim.rooms.models import Room
from conftest import NOON, SetClock
from rooms.callers import ROOMS, end, entered, room
from world import Person, World

MINUTE = timedelta(minutes=1)


def write(person: Person, key: str, **body: Any) -> tuple[int, Any]:
    answer = person.post(f"{ROOMS}/{key}/attendance", body)
    return answer.status_code, answer.json()


def journal(world: World) -> dict[int, str]:
    with world.db.read() as tx:
        return dict(map(tuple, tx.all(select(Attendance.student_id, Attendance.status))))


def visit(world: World, person: Person, key: str) -> None:
    with entered(world, person, key):
        pass


def test_who_came_came_late_and_did_not_come(world: World, set_clock: SetClock) -> None:
    teacher, group = world.teacher(), world.group()["id"]
    early, late, absent = (world.member(group) for _ in range(3))
    guest, colleague = world.student(), world.teacher()
    key = room(teacher, group_id=group, is_private=False)
    for person in (teacher, early, guest, colleague):
        visit(world, person, key)
    set_clock(NOON + 10 * MINUTE)
    visit(world, early, key)
    set_clock(NOON + 11 * MINUTE)
    visit(world, late, key)
    end(teacher, key)
    status, written = write(teacher, key)
    assert (status, written) == (
        200,
        {"room_id": key, "group_id": group, "date": "2026-11-20", "keldi": 2, "kechikdi": 1, "kelmadi": 1},
    )
    assert journal(world) == {early.id: "keldi", late.id: "kechikdi", absent.id: "kelmadi", guest.id: "keldi"}
    with world.db.read() as tx:
        assert tx.scalars(select(WorkLog.employee_id)) == [teacher.id]
        assert set(tx.scalars(select(Attendance.marked_by))) == {teacher.id}


def test_it_is_written_once(world: World) -> None:
    teacher, group = world.teacher(), world.group()["id"]
    world.member(group)
    key = room(teacher, group_id=group)
    end(teacher, key)
    assert [write(teacher, key)[0] for _ in range(2)] == [200, 409]
    assert write(world.admin(), key) == (409, {"detail": "The attendance of this room was written already."})


def test_what_staff_marked_stays_but_for_an_absence(sqlite_world: World) -> None:
    world = sqlite_world
    teacher, group = world.teacher(), world.group()["id"]
    marked_late, marked_absent = world.member(group), world.member(group)
    key = room(teacher, group_id=group)
    for student, status in ((marked_late, "kechikdi"), (marked_absent, "kelmadi")):
        teacher.post("/api/v1/attendance/", {"student": student.id, "group": group, "status": status})
        visit(world, student, key)
    end(teacher, key)
    assert write(teacher, key)[1]["kelmadi"] == 0
    assert journal(world) == {marked_late.id: "kechikdi", marked_absent.id: "keldi"}


def test_a_room_that_was_open_before_the_lesson_makes_nobody_late(sqlite_world: World, set_clock: SetClock) -> None:
    world = sqlite_world
    teacher, group = world.teacher(), world.group(days="Fri", start_time="17:30", end_time="19:00")["id"]
    on_time, late = world.member(group), world.member(group)
    key = room(teacher, group_id=group)  # at 17:00 of Tashkent
    set_clock(NOON + 35 * MINUTE)
    visit(world, on_time, key)
    set_clock(NOON + 36 * MINUTE)
    visit(world, late, key)
    end(teacher, key)
    assert write(teacher, key, late_after_minutes=5)[0] == 200
    assert journal(world) == {on_time.id: "keldi", late.id: "kechikdi"}


def test_when_it_cannot_be_written(sqlite_world: World, set_clock: SetClock) -> None:
    world = sqlite_world
    teacher, group = world.teacher(), world.group()["id"]
    student = world.member(group)
    key, groupless = room(teacher, group_id=group), room(teacher)
    end(teacher, groupless)
    assert write(student, key)[0] == 403
    assert write(teacher, "nothing")[0] == 404
    assert write(teacher, key) == (409, {"detail": "End the room first."})
    assert write(teacher, groupless) == (400, {"detail": "This room is no group's."})
    end(teacher, key)
    assert write(teacher, key, late_after_minutes=-1)[0] == 400
    set_clock(NOON + timedelta(hours=7, minutes=1))
    assert write(teacher, key) == (400, {"detail": "Attendance is written on the day of the lesson."})
    assert journal(world) == {}
    with world.db.read() as tx:
        assert tx.scalars(select(Room.attendance_at)) == [None, None]


def test_a_group_that_was_closed_since_gets_no_attendance(sqlite_world: World) -> None:
    world = sqlite_world
    teacher, group = world.teacher(), world.group()
    world.member(group["id"])
    key = room(teacher, group_id=group["id"])
    end(teacher, key)
    world.admin().patch(f"/api/v1/groups/{group['id']}/", {"is_active": False})
    assert write(teacher, key)[0] == 400
    assert journal(world) == {}
