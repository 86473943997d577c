"""Tickets, origins and bounds of sockets, by the rooms' own."""

from datetime import timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import func, select
from starlette.websockets import WebSocketDisconnect

from bilim.kit.actors import Role
from bilim.live import tickets
from bilim.live.hub import Hub
from bilim.live.models import Ticket
from bilim.live.rules import MAX_UNSENT_MESSAGES, SOCKETS_OF_USER, Close, is_origin_allowed
from bilim.live.sockets import ABORT, Closed, LiveSocket
from conftest import NOON, SetClock
from guarded import actor
from rooms.callers import ROOMS, Peer, entered, opened, refusal, room, ticket
from world import World


def test_a_ticket_opens_one_socket_once(world: World) -> None:
    student = world.student()
    key = room(student)
    protocols = ticket(student, key)
    with opened(world, key, protocols) as socket:
        Peer(socket)
        assert refusal(world, key, protocols) == 4401
    assert refusal(world, key, protocols) == 4401


def test_of_two_who_bring_one_ticket_at_once_one_gets_in(world: World) -> None:
    """Two transactions, of which the second begins while the first holds the row."""
    student = world.student()
    with world.db.write() as tx:
        issued = tickets.issue(tx, _actor_of(world, student.id), "room.x")
    with world.db.write() as tx:
        assert tickets.redeem(tx, issued.ticket, "room.x") == tickets.Holder(student.id, _session_of(world, student.id))
    with world.db.write() as tx:
        assert tickets.redeem(tx, issued.ticket, "room.x") is None


def _session_of(world: World, user_id: int) -> int:
    from bilim.accounts.models import Session

    with world.db.read() as tx:
        return tx.scalar(select(Session.id).where(Session.user_id == user_id))


def _actor_of(world: World, user_id: int) -> Any:
    from msgspec.structs import replace

    return replace(actor(Role.STUDENT, user_id), session_id=_session_of(world, user_id))


def test_a_ticket_is_for_one_room(sqlite_world: World) -> None:
    student = sqlite_world.student()
    here, there = room(student), room(student)
    protocols = ticket(student, here)
    assert refusal(sqlite_world, there, protocols) == 4401
    assert refusal(sqlite_world, here, protocols) == 4401, "a ticket that was shown at the wrong door is used up"


def test_a_ticket_serves_nobody_else(sqlite_world: World) -> None:
    student, thief = sqlite_world.student(), sqlite_world.student()
    key = room(student)
    assert refusal(sqlite_world, key, ticket(student, key), **thief.headers) == 4401
    with opened(sqlite_world, key, ticket(student, key), **student.headers) as socket:
        assert Peer(socket).welcome["you"]["user_id"] == student.id


def test_a_late_ticket_opens_nothing(sqlite_world: World, set_clock: SetClock) -> None:
    student = sqlite_world.student()
    key = room(student)
    shown = student.post(f"{ROOMS}/{key}/ticket").json()
    assert shown["expires_at"] == "2026-11-20T17:00:30+05:00"
    set_clock(NOON + timedelta(seconds=30))
    assert refusal(sqlite_world, key, shown["protocols"]) == 4401
    protocols = ticket(student, key)
    set_clock(NOON + timedelta(seconds=59))
    with opened(sqlite_world, key, protocols) as socket:
        Peer(socket)


def test_a_ticket_ends_with_its_session(sqlite_world: World) -> None:
    student = sqlite_world.student()
    key = room(student)
    protocols = ticket(student, key)
    student.post("/api/v1/logout")
    assert refusal(sqlite_world, key, protocols) == 4401


@pytest.mark.parametrize("protocols", [[], ["bilim"], ["graphql-ws"]])
def test_without_a_ticket_there_is_no_socket(sqlite_world: World, protocols: list[str]) -> None:
    student = sqlite_world.student()
    key = room(student)
    with pytest.raises(WebSocketDisconnect), opened(sqlite_world, key, protocols):
        pass
    assert refusal(sqlite_world, key, ["bilim", "ticket.made-up"]) == 4401


def test_the_database_keeps_no_ticket_that_opens_something(sqlite_world: World, set_clock: SetClock) -> None:
    student = sqlite_world.student()
    key = room(student)
    protocols = ticket(student, key)
    with sqlite_world.db.read() as tx:
        (digest,) = tx.scalars(select(Ticket.digest))
    assert digest not in protocols[1]
    set_clock(NOON + timedelta(minutes=1))
    ticket(student, key)
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Ticket)) == 1, "what ran out was deleted"


def test_tickets_are_sixty_a_minute(sqlite_world: World, set_clock: SetClock) -> None:
    student = sqlite_world.student()
    key = room(student)
    asked = [student.post(f"{ROOMS}/{key}/ticket") for _ in range(61)]
    assert [each.status_code for each in asked] == [201] * 60 + [429]
    assert int(asked[-1].headers["retry-after"]) == 60


def test_pages_of_other_origins_open_no_socket(sqlite_world: World) -> None:
    student = sqlite_world.student()
    key = room(student)
    hub: Hub = sqlite_world.app.state.services.hub
    with opened(sqlite_world, key, ticket(student, key), origin="https://anywhere.example") as socket:
        Peer(socket)
    hub._origins = frozenset({"https://app.school.example"})
    assert refusal(sqlite_world, key, ticket(student, key), origin="https://anywhere.example") == 4403
    assert refusal(sqlite_world, key, ticket(student, key), origin="null") == 4403
    for origin in ("https://app.school.example", "http://testserver"):
        with opened(sqlite_world, key, ticket(student, key), origin=origin) as socket:
            Peer(socket)


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [(None, True), ("https://A.example", True), ("https://a.example.evil", False), ("http://a.example", False), ("http://here:8004", True)],
)
def test_origins_are_compared_as_a_whole(origin: str | None, is_allowed: bool) -> None:
    assert is_origin_allowed(origin, "here:8004", {"https://a.example"}) is is_allowed


def test_a_person_opens_ten_sockets(sqlite_world: World) -> None:
    from contextlib import ExitStack

    student = sqlite_world.student()
    rooms = [room(student) for _ in range(SOCKETS_OF_USER + 1)]
    with ExitStack() as stack:
        for key in rooms[:-1]:
            stack.enter_context(entered(sqlite_world, student, key))
        assert refusal(sqlite_world, rooms[-1], ticket(student, rooms[-1])) == 4429
        other = sqlite_world.student()
        stack.enter_context(entered(sqlite_world, other, rooms[-1]))
    with entered(sqlite_world, student, rooms[-1]):
        pass


def test_a_full_process_refuses_and_forgets_nothing(sqlite_world: World) -> None:
    student = sqlite_world.student()
    key = room(student)
    hub: Hub = sqlite_world.app.state.services.hub
    hub._limit = 1
    with entered(sqlite_world, student, key):
        assert refusal(sqlite_world, key, ticket(student, key)) == 1013
    with entered(sqlite_world, student, key):
        assert len(hub) == 1
    assert len(hub) == 0


def test_a_server_that_stops_ends_its_sockets_and_lets_them_leave(sqlite_world: World) -> None:
    from rooms.callers import stored

    student = sqlite_world.student()
    key = room(student)
    hub: Hub = sqlite_world.app.state.services.hub
    with entered(sqlite_world, student, key) as peer:
        sqlite_world.client.portal.call(hub.end_sockets)  # type: ignore[union-attr]
        assert peer.closed() == 1001
        assert stored(sqlite_world)["in"] == []
        assert refusal(sqlite_world, key, ticket(student, key)) == 1013


def test_sockets_are_counted_and_stay_out_of_the_seconds_of_answers(sqlite_world: World) -> None:
    student, admin = sqlite_world.student(), sqlite_world.admin()
    key = room(student)

    def figures() -> dict[str, float]:
        lines = admin.get("/api/v1/metrics").text.splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line.startswith("bilim_")}

    before = figures()
    with entered(sqlite_world, student, key) as peer:
        peer.quiet()
        during = figures()
    after = figures()
    assert (during["bilim_sockets"] - before["bilim_sockets"], after["bilim_sockets"] - before["bilim_sockets"]) == (1, 0)
    sent, received = 'bilim_socket_messages_total{direction="out"}', 'bilim_socket_messages_total{direction="in"}'
    assert (during[sent] - before.get(sent, 0), during[received] - before.get(received, 0)) == (2, 1)
    left = 'bilim_sockets_closed_total{code="client"}'
    assert after[left] - before.get(left, 0) == 1
    assert [name for name in after if "request_seconds" in name and "/ws" in name] == []


class DeafClient:
    """A client that takes no message: the server's `send` waits for ever."""

    def __init__(self) -> None:
        self.aborted = False
        self.scope = {"extensions": {ABORT: self.abort}}

    def abort(self) -> None:
        self.aborted = True

    async def send(self, _message: Any) -> None:
        await anyio.sleep_forever()

    async def close(self, _code: int, _reason: str) -> None:
        await anyio.sleep_forever()

    async def receive(self) -> Any:
        await anyio.sleep_forever()


def test_who_does_not_read_is_dropped_and_holds_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bilim.live.sockets._FAREWELL_SECONDS", 0.01)

    async def overwhelm() -> tuple[DeafClient, LiveSocket, Close | None]:
        client = DeafClient()
        socket = LiveSocket(client)  # type: ignore[arg-type]
        for _ in range(10 * MAX_UNSENT_MESSAGES):
            socket.send(b"x" * 1000)
        with pytest.raises(Closed):
            await socket.receive()
        return client, socket, await socket.finish()

    client, socket, code = anyio.run(overwhelm)
    assert (client.aborted, code, len(socket._unsent)) == (True, Close.SLOW, 0)


def test_a_few_large_messages_are_too_much_as_well() -> None:
    async def overwhelm() -> list[bool]:
        socket = LiveSocket(DeafClient())  # type: ignore[arg-type]
        was_open: list[bool] = []
        for _ in range(9):
            socket.send(b"x" * 64 * 1024)
            was_open.append(socket.is_open)
        return was_open

    assert anyio.run(overwhelm) == [True] * 8 + [False]


class GoneClient(DeafClient):
    """A client whose connection broke: the server's `send` fails."""

    async def send(self, _message: Any) -> None:
        raise ConnectionResetError


def test_a_connection_that_broke_while_it_was_written_to_is_over() -> None:
    async def write() -> tuple[bool, Close | None]:
        socket = LiveSocket(GoneClient())  # type: ignore[arg-type]
        socket.send(b"x")
        with anyio.fail_after(5), pytest.raises(Closed):
            await socket.receive()
        return socket.is_open, await socket.finish()

    assert anyio.run(write) == (False, None)


class SlowClient(DeafClient):
    """A client who says one thing, once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_speak = anyio.Event()
        self.reads = 0

    async def receive(self) -> Any:
        self.reads += 1
        await self.may_speak.wait()
        return {"type": "websocket.receive", "text": "Salom"}


def test_a_message_is_not_lost_where_waiting_for_it_was_given_up() -> None:
    async def give_up_once() -> tuple[bytes, int]:
        client = SlowClient()
        socket = LiveSocket(client)  # type: ignore[arg-type]
        with anyio.move_on_after(0.01):
            await socket.receive()
        client.may_speak.set()
        with anyio.fail_after(5):
            return await socket.receive(), client.reads

    assert anyio.run(give_up_once) == (b"Salom", 1)
