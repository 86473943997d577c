"""What participants exchange: to one peer of the same room only, in the sender's name; and what ends a socket."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import WebSocketTestSession

from bilim.accounts.models import Session
from rooms.callers import Peer, beat, close_code, entered, opened, room, stored, ticket
from world import World

CANDIDATE = {"candidate": "candidate:1 1 udp 2130706431 10.0.0.2 50000 typ host", "sdpMid": "0", "sdpMLineIndex": 0}


def test_a_newcomer_meets_who_is_there_and_they_exchange(world: World) -> None:
    aziza, botir, third = world.student(first_name="Aziza"), world.student(first_name="Botir"), world.student()
    key = room(aziza)
    with entered(world, aziza, key) as a, entered(world, botir, key) as b, entered(world, third, key) as c:
        assert a.welcome["participants"] == []
        assert [each["full_name"] for each in b.welcome["participants"]] == ["Aziza"]
        assert a.hear("joined")["participant"]["peer"] == b.id
        a.hear("joined"), b.hear("joined")
        b.say("offer", to=a.id, sdp="v=0")
        assert a.hear("offer") == {"type": "offer", "from": b.id, "sdp": "v=0"}
        a.say("answer", to=b.id, sdp="v=0 yes")
        assert b.hear("answer") == {"type": "answer", "from": a.id, "sdp": "v=0 yes"}
        b.say("candidate", to=a.id, candidate=CANDIDATE)
        assert a.hear("candidate")["candidate"] == CANDIDATE | {"usernameFragment": None}
        b.say("candidate", to=a.id, candidate=None)
        assert a.hear("candidate") == {"type": "candidate", "from": b.id, "candidate": None}
        c.quiet()
        a.say("participants")
        assert [each["peer"] for each in a.hear("participants")["participants"]] == [a.id, b.id, c.id]


def test_nobody_can_speak_in_anothers_name(sqlite_world: World) -> None:
    people = [sqlite_world.student() for _ in range(3)]
    key = room(people[0])
    with entered(sqlite_world, people[0], key) as a, entered(sqlite_world, people[1], key) as b, entered(sqlite_world, people[2], key) as c:
        a.hear("joined"), a.hear("joined")
        c.say("offer", to=a.id, sdp="v=0", **{"from": b.id, "user_id": people[1].id})
        assert a.hear("offer")["from"] == c.id


def test_messages_reach_no_other_room(sqlite_world: World) -> None:
    insider, outsider = sqlite_world.student(), sqlite_world.student()
    here, there = room(insider), room(outsider)
    with entered(sqlite_world, insider, here) as inside, entered(sqlite_world, outsider, there) as outside:
        outside.say("offer", to=inside.id, sdp="v=0")
        assert outside.hear("error") == {"type": "error", "code": "unknown_peer", "to": inside.id}
        outside.say("offer", to="nobody", sdp="v=0")
        assert outside.hear("error")["to"] == "nobody"
        outside.say("offer", to="", sdp="v=0")
        assert outside.closed() == 4400
        inside.quiet()


def test_who_leaves_is_announced_once_and_reached_no_more(world: World) -> None:
    stays, leaves = world.student(), world.student()
    key = room(stays)
    with entered(world, stays, key) as peer:
        with entered(world, leaves, key) as gone:
            peer.hear("joined")
        assert peer.hear("left") == {"type": "left", "peer": gone.id}
        peer.say("offer", to=gone.id, sdp="v=0")
        assert peer.hear("error")["code"] == "unknown_peer"
        peer.quiet()
    assert stored(world) == {"key": key, "ended": False, "in": [], "rows": 2}


def test_a_second_device_takes_the_place_of_the_first(world: World) -> None:
    person, other = world.student(), world.student()
    key = room(person, max_participants=2)
    with entered(world, other, key) as watching, entered(world, person, key) as first:
        watching.hear("joined")
        with entered(world, person, key) as second:
            assert [each["peer"] for each in second.welcome["participants"]] == [watching.id]
            assert first.closed() == 4409
            assert watching.hear("left")["peer"] == first.id
            assert watching.hear("joined")["participant"]["peer"] == second.id
            watching.quiet()
            assert stored(world)["in"] == [other.id, person.id]


def say(text: str) -> Callable[[WebSocketTestSession], None]:
    return lambda socket: socket.send_text(text)


def flood(socket: WebSocketTestSession) -> None:
    for _ in range(400):
        socket.send_text('{"type":"ping"}')


def flood_of_bytes(socket: WebSocketTestSession) -> None:
    for _ in range(60):
        socket.send_text(json.dumps({"type": "offer", "to": "nobody", "sdp": "x" * 50_000}))


BAD = {
    "binary": (lambda socket: socket.send_bytes(b"{}"), 1003),
    "a megabyte": (say("x" * 1_000_000), 1009),
    "broken JSON": (say('{"type":"offer"'), 4400),
    "deep JSON": (say('{"type":"ping","x":' + "[" * 30_000), 4400),
    "deep candidate": (say('{"type":"candidate","to":"a","candidate":' + '{"a":' * 10_000), 4400),
    "no object": (say("[]"), 4400),
    "nothing": (say(""), 4400),
    "an unknown type": (say('{"type":"hack"}'), 4400),
    "no type": (say("{}"), 4400),
    "a join": (say('{"type":"welcome"}'), 4400),
    "a number as a description": (say('{"type":"offer","to":"a","sdp":5}'), 4400),
    "no description": (say('{"type":"offer","to":"a"}'), 4400),
    "too long a description": (say(json.dumps({"type": "offer", "to": "a", "sdp": "x" * 60_001})), 4400),
    "too long a peer": (say(json.dumps({"type": "offer", "to": "a" * 17, "sdp": "x"})), 4400),
    "a negative line": (say('{"type":"candidate","to":"a","candidate":{"candidate":"","sdpMLineIndex":-1}}'), 4400),
    "a flood": (flood, 4429),
    "a flood of bytes": (flood_of_bytes, 4429),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_ends_the_socket_of_who_sent_it_alone(sqlite_world: World, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    send, code = BAD[kind]
    sender, other = sqlite_world.student(), sqlite_world.student()
    key = room(sender)
    with caplog.at_level(logging.WARNING), entered(sqlite_world, other, key) as bystander:
        with opened(sqlite_world, key, ticket(sender, key)) as socket:
            Peer(socket)
            bystander.hear("joined")
            send(socket)
            assert code_at_the_end(socket) == code
        bystander.hear("left")
        bystander.quiet()
    assert [record.message for record in caplog.records if record.name.startswith("bilim")] == []
    assert stored(sqlite_world)["in"] == []


def code_at_the_end(socket: WebSocketTestSession) -> int:
    """The code after the answers that came before it."""
    while True:
        try:
            return close_code(socket)
        except AssertionError:
            continue


def test_the_usual_traffic_of_a_full_room_is_no_flood(sqlite_world: World) -> None:
    person, other = sqlite_world.student(), sqlite_world.student()
    key = room(person)
    with entered(sqlite_world, other, key) as b, entered(sqlite_world, person, key) as a:
        b.hear("joined")
        for _ in range(9):
            a.say("offer", to=b.id, sdp="v=0" * 2_000)
            for _ in range(15):
                a.say("candidate", to=b.id, candidate=CANDIDATE)
        a.quiet()
        heard = [b.socket.receive_json()["type"] for _ in range(9 * 16)]
        assert heard.count("candidate") == 135


def test_signing_out_ends_the_call_at_the_next_beat(world: World) -> None:
    leaving, staying = world.student(), world.student()
    key = room(staying)
    with entered(world, staying, key) as peer, entered(world, leaving, key) as gone:
        peer.hear("joined")
        beat(world)
        gone.quiet()
        leaving.post("/api/v1/logout")
        beat(world)
        assert gone.closed() == 4408
        assert peer.hear("left")["peer"] == gone.id
        peer.quiet()
    assert stored(world)["in"] == []


def test_an_end_that_the_bus_lost_is_noticed_at_the_next_beat(world: World) -> None:
    from bilim.kit.actors import Role
    from bilim.rooms.actions import rooms
    from guarded import actor

    person = world.student()
    key = room(person)
    with entered(world, person, key) as peer:
        with world.db.write() as tx:
            rooms.end_room(tx, actor(Role.ADMIN), key)
        beat(world)
        assert peer.closed() == 4410


def test_a_session_that_ran_out_is_no_participant_any_more(sqlite_world: World) -> None:
    person = sqlite_world.student()
    key = room(person)
    with entered(sqlite_world, person, key) as peer:
        with sqlite_world.db.write() as tx:
            tx.execute(update(Session).where(Session.user_id == person.id).values(expires_at=tx.now))
        beat(sqlite_world)
        assert peer.closed() == 4408


def test_nothing_secret_is_logged(sqlite_world: World, caplog: pytest.LogCaptureFixture) -> None:
    person = sqlite_world.student()
    key = room(person)
    with caplog.at_level(logging.DEBUG):
        protocols = ticket(person, key)
        with opened(sqlite_world, key, protocols) as socket:
            Peer(socket).say("leave")
            assert close_code(socket) == 1000
    assert protocols[1].removeprefix("ticket.") not in caplog.text


def test_extra_fields_are_ignored_and_values_passed_on_as_they_are(sqlite_world: World) -> None:
    person, other = sqlite_world.student(), sqlite_world.student()
    key = room(person)
    text: Any = "v=0\r\na=ʻ🎓\u0000"
    with entered(sqlite_world, other, key) as b, entered(sqlite_world, person, key) as a:
        b.hear("joined")
        a.say("offer", to=b.id, sdp=text, extra={"deep": [1]})
        assert b.hear("offer")["sdp"] == text
