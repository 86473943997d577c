"""Rooms over HTTP: making, listing who is in, ending; who may, and what others see of a person."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bilim.rooms.models import Participant, Room
from conftest import NOON, SetClock
from rooms.callers import ROOMS, close_code, end, entered, opened, refusal, room, stored, ticket
from world import World


def test_a_room_has_the_documented_defaults(sqlite_world: World, set_clock: SetClock) -> None:
    student = sqlite_world.student()
    made = student.post(f"{ROOMS}/create")
    assert made.status_code == 201
    shown = made.json()
    assert len(shown.pop("room_id")) == 22
    assert shown == {
        "name": None,
        "is_private": True,
        "max_participants": 10,
        "group_id": None,
        "created_by": student.id,
        "created_at": "2026-11-20T17:00:00+05:00",
        "ended_at": None,
        "is_active": True,
        "participants_count": 0,
        "attendance_at": None,
    }


def test_ids_of_rooms_cannot_be_guessed(sqlite_world: World) -> None:
    student = sqlite_world.student()
    keys = {room(student) for _ in range(20)}
    assert len(keys) == 20
    assert len({key[:4] for key in keys}) == 20


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"max_participants": 1}, "max_participants"),
        ({"max_participants": 51}, "max_participants"),
        ({"name": "x" * 256}, "name"),
        ({"is_private": "maybe"}, "is_private"),
        ({"group_id": 99}, "group_id"),
    ],
)
def test_wrong_fields_are_named(sqlite_world: World, body: dict[str, Any], field: str) -> None:
    refused = sqlite_world.teacher().post(f"{ROOMS}/create", body)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    with sqlite_world.db.read() as tx:
        assert tx.all(select(Room.id)) == []


def test_only_staff_make_a_groups_room(sqlite_world: World) -> None:
    group = sqlite_world.group()["id"]
    assert sqlite_world.member(group).post(f"{ROOMS}/create", {"group_id": group}).status_code == 403
    assert sqlite_world.teacher().post(f"{ROOMS}/create", {"group_id": group}).json()["group_id"] == group


def test_a_groups_private_room_is_for_its_members_and_staff(sqlite_world: World) -> None:
    world = sqlite_world
    group, teacher = world.group()["id"], world.teacher()
    member, stranger = world.member(group), world.student()
    private, shared = room(teacher, group_id=group), room(teacher, group_id=group, is_private=False)

    def heard(person: Any, key: str) -> int:
        return person.post(f"{ROOMS}/{key}/ticket").status_code

    assert [heard(person, private) for person in (member, stranger, world.teacher())] == [201, 403, 201]
    assert heard(stranger, shared) == 201
    assert heard(stranger, room(member)) == 201, "a room without a group is for whoever was given its id"


def test_who_leaves_the_group_between_ticket_and_socket_stays_outside(sqlite_world: World) -> None:
    world = sqlite_world
    group, teacher = world.group()["id"], world.teacher()
    member, key = world.member(group), room(teacher, group_id=group)
    protocols = ticket(member, key)
    world.admin().patch(f"/api/v1/students/{member.id}/", {"group": None})
    assert refusal_after_accept(world, key, protocols) == 4401
    assert stored(world)["rows"] == 0


def refusal_after_accept(world: World, key: str, protocols: list[str]) -> int:
    return refusal(world, key, protocols)


def test_who_is_in_a_room_is_told_to_those_in_it(sqlite_world: World) -> None:
    world = sqlite_world
    creator, guest, stranger = (world.student(first_name=name, phone="+998901234567") for name in ("Aziza", "Botir", "Davron"))
    key = room(creator)
    path = f"{ROOMS}/{key}/users"
    assert [person.get(path).status_code for person in (creator, guest, world.teacher(), world.admin())] == [200, 403, 403, 200]
    with entered(world, creator, key), entered(world, guest, key) as peer:
        shown = guest.get(path)
        assert shown.headers["x-total-count"] == "2"
        first, second = shown.json()
        assert (first["id"], first["full_name"], first["email"], first["phone"], first["is_creator"]) == (
            creator.id, "Aziza", None, None, True,
        )  # fmt: skip
        assert (second["email"], second["phone"], second["peer"]) == (f"{guest.username}@example.com", "+998901234567", peer.id)
        of_staff = world.admin().get(path).json()
        assert [each["phone"] for each in of_staff] == ["+998901234567"] * 2
        assert [each["id"] for each in guest.get(f"{path}?skip=1&limit=1").json()] == [guest.id]
        assert stranger.get(path).status_code == 403
    assert creator.get(path).json() == []


def test_a_teacher_in_a_room_sees_how_to_reach_its_users(sqlite_world: World) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    key = room(student)
    with entered(sqlite_world, student, key), entered(sqlite_world, teacher, key):
        assert teacher.get(f"{ROOMS}/{key}/users").json()[0]["email"] == f"{student.username}@example.com"


def test_its_creator_and_admins_end_a_room(world: World) -> None:
    creator, guest = world.student(), world.student()
    key = room(creator)
    with entered(world, guest, key) as peer:
        assert [end(person, key).status_code for person in (guest, world.teacher())] == [403, 403]
        ended = end(creator, key)
        assert (ended.status_code, ended.json()["is_active"], ended.json()["participants_count"]) == (200, False, 0)
        assert peer.hear("ended") == {"type": "ended"}
        assert peer.closed() == 4410
    assert stored(world) == {"key": key, "ended": True, "in": [], "rows": 1}
    again = end(world.admin(), key)
    assert (again.status_code, again.json()["ended_at"]) == (200, ended.json()["ended_at"])
    assert guest.post(f"{ROOMS}/{key}/ticket").status_code == 409


def test_a_room_that_ended_after_the_ticket_lets_nobody_in(sqlite_world: World) -> None:
    creator = sqlite_world.student()
    key = room(creator)
    protocols = ticket(creator, key)
    end(creator, key)
    assert refusal(sqlite_world, key, protocols) == 4410
    assert stored(sqlite_world)["rows"] == 0


def test_an_unknown_room_is_a_404(sqlite_world: World) -> None:
    student = sqlite_world.student()
    calls = [student.get(f"{ROOMS}/nothing/users"), *(student.post(f"{ROOMS}/nothing/{verb}") for verb in ("end", "ticket"))]
    calls.append(student.get(f"{ROOMS}/{'x' * 300}/users"))
    assert [call.status_code for call in calls] == [404] * 4


def test_a_full_room_lets_nobody_in_until_somebody_leaves(world: World) -> None:
    first, second, third = (world.student() for _ in range(3))
    key = room(first, max_participants=2)
    with entered(world, first, key), entered(world, second, key) as leaving:
        assert refusal(world, key, ticket(third, key)) == 4431
        assert stored(world)["in"] == [first.id, second.id]
        leaving.say("leave")
        assert leaving.closed() == 1000
        with entered(world, third, key) as peer:
            assert [each["user_id"] for each in peer.welcome["participants"]] == [first.id]


def test_the_database_itself_refuses_one_seat_twice(world: World) -> None:
    first, second = world.student(), world.student()
    key = room(first)
    with entered(world, first, key), world.db.write() as tx, pytest.raises(Exception, match="room_participants") as refused:
        (row,) = tx.all(select(*Participant.__table__.columns))
        tx.insert(Participant, **{**row._asdict(), "id": 99, "user_id": second.id, "peer": "another"})
    assert type(refused.value).__name__ == "IntegrityError"


def test_rooms_are_made_a_hundred_an_hour(sqlite_world: World, set_clock: SetClock) -> None:
    student = sqlite_world.student()
    statuses = [student.post(f"{ROOMS}/create").status_code for _ in range(101)]
    assert (statuses[:100], statuses[100]) == ([201] * 100, 429)
    assert sqlite_world.student().post(f"{ROOMS}/create").status_code == 201
    set_clock(NOON.replace(hour=13, minute=1))
    assert student.post(f"{ROOMS}/create").status_code == 201


def test_a_person_with_rooms_is_hidden_not_deleted(sqlite_world: World) -> None:
    student = sqlite_world.student()
    key = room(student)
    assert sqlite_world.admin().delete(f"/api/v1/users/{student.id}").status_code == 200
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(Room.created_by).where(Room.key == key)) == student.id


def test_socket_of_a_room_speaks_the_agreed_protocol(sqlite_world: World) -> None:
    student = sqlite_world.student()
    key = room(student)
    with opened(sqlite_world, key, ticket(student, key)) as socket:
        assert socket.accepted_subprotocol == "bilim"
        assert socket.receive_json()["type"] == "welcome"
        socket.send_json({"type": "leave"})
        assert close_code(socket) == 1000


def test_entering_a_room_marks_no_other_as_used(sqlite_world: World, set_clock: SetClock) -> None:
    teacher = sqlite_world.teacher()
    mine, other = room(teacher), room(teacher)
    set_clock(NOON + timedelta(minutes=5))
    with opened(sqlite_world, mine, ticket(teacher, mine)) as socket:
        assert socket.receive_json()["type"] == "welcome"
        with sqlite_world.db.read() as tx:
            used = dict(map(tuple, tx.all(select(Room.key, Room.used_at))))
    assert used == {mine: NOON + timedelta(minutes=5), other: NOON}
