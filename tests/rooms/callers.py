"""Rooms for tests: making one, entering it, and hearing what comes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from httpx import Response
from sqlalchemy import select
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from bilim.accounts.models import Session
from bilim.http.work import Units
from bilim.kit.actors import Actor, Role
from bilim.live.hub import Hub
from bilim.rooms import rules
from bilim.rooms.actions import rooms as actions
from bilim.rooms.actions.rooms import Joined
from bilim.rooms.models import Participant, Room
from world import Person, World

ROOMS = "/api/v1/webrtc/rooms"


def room(person: Person, **fields: Any) -> str:
    """A room's id."""
    made = person.post(f"{ROOMS}/create", fields)
    assert made.status_code == 201, made.text
    return made.json()["room_id"]


def ticket(person: Person, room_id: str) -> list[str]:
    """The subprotocols that open the room's socket."""
    given = person.post(f"{ROOMS}/{room_id}/ticket")
    assert given.status_code == 201, given.text
    return given.json()["protocols"]


def end(person: Person, room_id: str) -> Response:
    return person.post(f"{ROOMS}/{room_id}/end")


class Peer:
    """Somebody in a room."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self.welcome = self.hear("welcome")
        self.id: str = self.welcome["you"]["peer"]

    def say(self, kind: str, **fields: Any) -> None:
        self.socket.send_json({"type": kind, **fields})

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message, which is of this kind."""
        message = self.socket.receive_json()
        assert message["type"] == kind, message
        return message

    def closed(self) -> int:
        """The code with which the server ends the socket, now."""
        return close_code(self.socket)

    def quiet(self) -> None:
        """Nothing else has come: the next answer is to what is asked now."""
        self.say("ping")
        self.hear("pong")


def close_code(socket: WebSocketTestSession) -> int:
    """The code with which the server ends a socket, before it says anything else."""
    try:
        message = socket.receive_json()
    except WebSocketDisconnect as ended:
        return ended.code
    raise AssertionError(f"still open: {message}")


@contextmanager
def opened(world: World, room_id: str, protocols: list[str], **headers: str) -> Iterator[WebSocketTestSession]:
    """A socket of a room, whatever becomes of it; at the block's end the client leaves, and the server has noticed."""
    hub: Hub = world.app.state.services.hub
    others = len(hub)
    with world.client.websocket_connect(f"{ROOMS}/{room_id}/ws", subprotocols=protocols, headers=headers) as socket:
        yield socket
        socket.close()
        for _ in range(1000):
            if len(hub) <= others:
                break
            time.sleep(0.005)


@contextmanager
def entered(world: World, person: Person, room_id: str) -> Iterator[Peer]:
    """Somebody in a room until the block is left."""
    with opened(world, room_id, ticket(person, room_id)) as socket:
        yield Peer(socket)


def refusal(world: World, room_id: str, protocols: list[str], **headers: str) -> int:
    """The code with which a socket is refused."""
    with opened(world, room_id, protocols, **headers) as socket:
        return close_code(socket)


def stored(world: World) -> dict[str, Any]:
    """The only room, and how many participants it has and had."""
    with world.db.read() as tx:
        key, ended_at = tx.first(select(Room.key, Room.ended_at))
        rows = tx.all(select(Participant.user_id, Participant.left_at).order_by(Participant.id))
    return {"key": key, "ended": ended_at is not None, "in": [user for user, left in rows if left is None], "rows": len(rows)}


def beat(world: World) -> None:
    """What happens every twenty seconds, now."""
    services = world.app.state.services
    world.client.portal.call(services.meetings.beat, Units(services))  # type: ignore[union-attr]


def student_actor(world: World, person: Person) -> Actor:
    """A student as an action hears of them, by the sign-in that they began last."""
    with world.db.read() as tx:
        session_id = tx.scalar(select(Session.id).where(Session.user_id == person.id).order_by(Session.id.desc()))
    return Actor(person.id, Role.STUDENT, is_premium=False, session_id=session_id)


def join(world: World, actor: Actor, key: str) -> Joined:
    """Take a seat as a new connection, without its socket."""
    with world.db.write() as tx:
        return actions.join(tx, actor, key, rules.new_peer())
