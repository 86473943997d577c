"""A lesson from afar: a teacher opens a room for a group, two students meet there, and who was there stands in the journal."""

from datetime import timedelta

from conftest import NOON, SetClock
from rooms.callers import ROOMS, beat, entered
from world import World


def test_a_lesson_in_a_room(world: World, set_clock: SetClock) -> None:
    teacher, group = world.teacher(first_name="Bobur"), world.group()["id"]
    aziza, botir, absent = (world.member(group, first_name=name) for name in ("Aziza", "Botir", "Davron"))
    made = teacher.post(f"{ROOMS}/create", {"name": "Present Perfect", "group_id": group}).json()
    key = made["room_id"]
    assert world.student().post(f"{ROOMS}/{key}/ticket").status_code == 403

    with entered(world, teacher, key) as t, entered(world, aziza, key) as a:
        set_clock(NOON + timedelta(minutes=15))
        beat(world)
        with entered(world, botir, key) as b:
            assert [each["full_name"] for each in b.welcome["participants"]] == ["Bobur", "Aziza"]
            for _ in range(2):
                t.hear("joined")
            a.hear("joined")
            b.say("offer", to=a.id, sdp="v=0")
            a.say("answer", to=a.hear("offer")["from"], sdp="v=0 yes")
            assert b.hear("answer")["from"] == a.id
            seen = [(each["full_name"], each["email"]) for each in botir.get(f"{ROOMS}/{key}/users").json()]
            assert seen == [("Bobur", None), ("Aziza", None), ("Botir", f"{botir.username}@example.com")]
            assert teacher.post(f"{ROOMS}/{key}/end").json()["is_active"] is False
            for peer in (t, a, b):
                peer.hear("ended")
                assert peer.closed() == 4410

    written = teacher.post(f"{ROOMS}/{key}/attendance", {}).json()
    assert (written["keldi"], written["kechikdi"], written["kelmadi"]) == (1, 1, 1)
    records = teacher.get("/api/v1/attendance/").json()
    assert {each["student"]["id"]: each["status"] for each in records} == {aziza.id: "keldi", botir.id: "kechikdi", absent.id: "kelmadi"}
    assert [each["status"] for each in botir.get("/api/v1/attendance/").json()] == ["kechikdi"]
    assert len(world.admin().get("/api/v1/work-logs/").json()) == 1
