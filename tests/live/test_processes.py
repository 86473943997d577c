"""Real servers: three that share one room through Redis, and one that strangers mistreat."""

import base64
import json
import secrets
import signal
import socket as sockets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bilim.settings import Settings
from live.servers import Caller, Server, serving
from world import Person, World


@pytest.fixture
def people(sqlite_world: World) -> list[Person]:
    return [sqlite_world.student() for _ in range(4)]


def settings_of(world: World) -> Settings:
    return world.app.state.services.settings


@pytest.fixture
def three(sqlite_world: World, redis_url: str) -> Iterator[list[Server]]:
    """Three processes that beat every second."""
    with serving(settings_of(sqlite_world), 3, redis_url, beat=1) as servers:
        yield servers


def make_room(server: Server, person: Person, **fields: Any) -> str:
    return server.call("POST", "/api/v1/webrtc/rooms/create", person.access, fields).json()["room_id"]


def test_three_processes_share_one_room(three: list[Server], people: list[Person]) -> None:
    key = make_room(three[0], people[0], max_participants=3)
    a, b, c = (server.enter(key, person.access) for server, person in zip(three, people, strict=False))
    ids = [each.hear("welcome")["you"]["peer"] for each in (a, b, c)]
    assert [a.hear("joined")["participant"]["peer"] for _ in "bc"] == ids[1:]

    c.say("offer", to=ids[0], sdp="v=0")
    assert a.hear("offer") == {"type": "offer", "from": ids[2], "sdp": "v=0"}
    a.say("answer", to=ids[2], sdp="v=0 yes")
    assert c.hear("answer")["from"] == ids[0]
    b.say("candidate", to=ids[2], candidate=None)
    assert c.hear("candidate")["from"] == ids[1]
    b.say("offer", to="nobody", sdp="v=0")
    assert b.hear("error")["code"] == "unknown_peer"

    # The room's bound holds across processes, a ticket of one is used up for all, and a second device replaces the first elsewhere.
    assert three[1].enter(key, people[3].access).code() == 4431
    given = three[0].call("POST", f"/api/v1/webrtc/rooms/{key}/ticket", people[1].access).json()["protocols"]
    again = Caller(three[2], key, given)
    again_id = again.hear("welcome")["you"]["peer"]
    assert b.code() == 4409
    assert Caller(three[0], key, given).code() == 4401
    assert c.hear("left")["peer"] == ids[1]

    # Everybody is seen from everywhere, and the end reaches all.
    assert [each["id"] for each in three[1].call("GET", f"/api/v1/webrtc/rooms/{key}/users", people[0].access).json()] == [
        people[0].id, people[2].id, people[1].id,
    ]  # fmt: skip
    assert three[1].call("POST", f"/api/v1/webrtc/rooms/{key}/end", people[0].access).status_code == 200
    assert [each.code() for each in (a, again, c)] == [4410] * 3
    assert again_id not in ids

    # What the bus does not bring is found at the next beat: this test's own process has no Redis.
    key = make_room(three[0], people[0])
    caller = three[1].enter(key, people[0].access)
    caller.hear("welcome")
    assert people[0].post(f"/api/v1/webrtc/rooms/{key}/end").status_code == 200
    assert caller.code() == 4410

    # A server that is stopped lets its participants leave.
    key = make_room(three[0], people[0])
    stays, leaves = three[0].enter(key, people[0].access), three[1].enter(key, people[1].access)
    stays.hear("joined")
    three[1].process.send_signal(signal.SIGTERM)
    assert leaves.code() in (1001, 1012)
    assert stays.hear("left")
    three[1].process.wait(30)
    assert [each["id"] for each in three[2].call("GET", f"/api/v1/webrtc/rooms/{key}/users", people[0].access).json()] == [people[0].id]


@pytest.fixture
def server(sqlite_world: World, people: list[Person]) -> Iterator[Server]:
    """One process. It pings every twenty seconds: whom it drops sooner, it drops for what they sent."""
    with serving(settings_of(sqlite_world)) as (one,):
        yield one


@contextmanager
def raw_socket(server: Server, key: str, person: Person) -> Iterator[sockets.socket]:
    """A socket that was opened by hand, to send what no library would."""
    given = server.call("POST", f"/api/v1/webrtc/rooms/{key}/ticket", person.access).json()["protocols"]
    raw = sockets.create_connection(("127.0.0.1", server.port), timeout=30)
    raw.sendall(
        f"GET /api/v1/webrtc/rooms/{key}/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {', '.join(given)}\r\n\r\n".encode()
    )
    heard = b""
    while b'"welcome"' not in heard:
        heard += raw.recv(4096)
    with raw:
        yield raw


def frame(opcode: int, payload: bytes, *, is_last: bool = True) -> bytes:
    """A client's frame, masked with zeros."""
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0xFE]) + len(payload).to_bytes(2, "big")
    return bytes([(0x80 if is_last else 0) | opcode]) + length + bytes(4) + payload


def is_dropped(raw: sockets.socket) -> bool:
    """Whether the server ends the connection within the socket's patience."""
    try:
        while raw.recv(65536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def flood(raw: sockets.socket, data: bytes, times: int) -> bool:
    """Send and read nothing; whether the server ends it before all was sent."""
    raw.settimeout(10)
    try:
        for _ in range(times):
            raw.sendall(data)
    except (ConnectionError, TimeoutError):
        return True
    return False


def test_who_mistreats_a_server_is_dropped_and_costs_it_nothing(server: Server, people: list[Person]) -> None:
    key, mine = make_room(server, people[0]), make_room(server, people[1])
    bystander = server.enter(mine, people[1].access)
    bystander.hear("welcome")
    before = server.memory()

    with raw_socket(server, key, people[0]) as deaf:
        assert flood(deaf, frame(9, b"x" * 125) * 500, 500), "pings whose answers nobody reads"

    with raw_socket(server, key, people[0]) as fragments:
        fragments.sendall(frame(1, b"", is_last=False))
        assert flood(fragments, frame(0, b"", is_last=False) * 1000, 200) or is_dropped(fragments), "a message of empty frames without end"

    large = server.enter(key, people[0].access)
    large.socket.send("x" * 1_000_000)
    assert large.code() == 1009
    with raw_socket(server, key, people[0]) as text:
        text.sendall(frame(1, b"\xff\xfe"))
        assert is_dropped(text), "bytes that are no text"
    with raw_socket(server, key, people[0]) as many:
        many.sendall(frame(1, b'{"type":"ping"}') * 5_000)
        assert is_dropped(many), "more at once than anybody would send"
    with raw_socket(server, key, people[0]):
        pass  # and gone

    bystander.say("ping")
    bystander.hear("pong")
    time.sleep(0.2)
    assert server.call("GET", f"/api/v1/webrtc/rooms/{key}/users", people[0].access).json() == []
    assert server.memory() - before < 16
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert [line for line in lines if line["level"] in ("ERROR", "CRITICAL")] == []
    assert "ticket." not in server.log.read_text()


@pytest.mark.soak
def test_half_a_frame_and_then_nothing_is_dropped_by_the_pings(sqlite_world: World, people: list[Person]) -> None:
    with serving(settings_of(sqlite_world), ping=0.5) as (server,):
        key = make_room(server, people[0])
        with raw_socket(server, key, people[0]) as half:
            half.sendall(frame(1, b'{"type":"ping"}')[:7])
            assert is_dropped(half)
        assert server.call("GET", f"/api/v1/webrtc/rooms/{key}/users", people[0].access).json() == []


@pytest.mark.soak
def test_many_meet_in_many_rooms_of_three_processes(three: list[Server], sqlite_world: World) -> None:
    """Sixty people in twenty rooms: each offers to each of their room, and all that arrives is what was sent there."""
    rooms: list[tuple[str, list[tuple[str, Caller]]]] = []
    for _ in range(20):
        people = [sqlite_world.student() for _ in range(3)]
        key = make_room(three[0], people[0])
        callers = [server.enter(key, person.access) for server, person in zip(three, people, strict=True)]
        rooms.append((key, [(caller.hear("welcome")["you"]["peer"], caller) for caller in callers]))
    for round_ in range(20):
        for key, members in rooms:
            for mine, caller in members:
                for other, _ in members:
                    if other != mine:
                        caller.say("offer", to=other, sdp=f"{key} {round_} {mine}")
        for key, members in rooms:
            for mine, caller in members:
                heard = {caller.hear("offer")["sdp"] for _ in range(2)}
                assert heard == {f"{key} {round_} {other}" for other, _ in members if other != mine}
        time.sleep(0.2)  # the rate at which one may send
    for key, members in rooms:
        three[2].call("POST", f"/api/v1/webrtc/rooms/{key}/end", sqlite_world.superadmin().access)
        assert [caller.code() for _, caller in members] == [4410] * 3
