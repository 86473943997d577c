"""Rooms in the learning surface's words, and the socket of their participants."""

from datetime import datetime
from typing import Annotated

from litestar import get, post, websocket
from litestar.params import PathParameter
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import authenticate_socket, may
from bilim.http.parameters import Limit, Skip
from bilim.http.urls import Urls
from bilim.http.work import Units, work
from bilim.kit import clock
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.live.hub import TICKET, ticketed
from bilim.live.rules import PROTOCOL
from bilim.live.sockets import LiveSocket
from bilim.rooms import queries, rules
from bilim.rooms.actions import attendance
from bilim.rooms.actions import rooms as actions
from bilim.rooms.actions.attendance import WrittenView
from bilim.rooms.flows import Meetings
from bilim.rooms.inputs import AttendanceInput, RoomInput
from bilim.rooms.queries import RoomUserView, RoomView
from bilim.rooms.rules import IceServer, IceTerms, topic_of

RoomKey = Annotated[str, PathParameter(max_length=64)]
_PATH = "/api/v1/webrtc/rooms/{room_id:str}"


class TicketOut(Struct):
    """What opens the socket: `new WebSocket(url, protocols)`; and what helps peers to find each other."""

    ticket: str
    expires_at: datetime
    url: str
    protocols: list[str]
    ice_servers: list[IceServer]


@post("/api/v1/webrtc/rooms/create", opt=may(actions.create_room), tags=["webrtc"])
@work
def create_room(tx: Tx, actor: Actor, data: RoomInput) -> RoomView:
    """Make a room; staff may make one for a group."""
    return queries.room(tx, actions.create_room(tx, actor, data))


@post(f"{_PATH}/end", status_code=200, opt=may(actions.end_room), tags=["webrtc"])
@work
async def end_room(units: Units, actor: Actor, meetings: Meetings, room_id: RoomKey) -> RoomView:
    """End a room and disconnect everybody; for who made it, and admins."""
    await units.write(actions.end_room, actor, room_id)
    await meetings.end(room_id)
    return await units.read(queries.room, room_id)


@get(f"{_PATH}/users", opt=may(queries.users), tags=["webrtc"])
@work
def list_users(tx: Tx, actor: Actor, room_id: RoomKey, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[RoomUserView]:
    """Who is in a room; for those in it, who made it, and admins."""
    return queries.users(tx, actor, room_id, page(skip, limit))


@post(f"{_PATH}/ticket", opt=may(actions.give_ticket), tags=["webrtc"])
@work
def give_ticket(tx: Tx, actor: Actor, ice: IceTerms, urls: Urls, room_id: RoomKey) -> TicketOut:
    """What opens the room's socket, once and within half a minute."""
    issued = actions.give_ticket(tx, actor, room_id)
    url = urls.absolute(f"/api/v1/webrtc/rooms/{room_id}/ws") or ""
    return TicketOut(
        ticket=issued.ticket,
        expires_at=issued.expires_at,
        url=f"ws{url.removeprefix('http')}",
        protocols=[PROTOCOL, f"ticket.{issued.ticket}"],
        ice_servers=rules.ice_servers(ice, actor.id, clock.now()),
    )


@post(f"{_PATH}/attendance", status_code=200, opt=may(attendance.write_attendance), tags=["webrtc"])
@work
def write_attendance(tx: Tx, actor: Actor, room_id: RoomKey, data: AttendanceInput) -> WrittenView:
    """Write who was in a group's room into its journal, once, on the same day and after the end."""
    return attendance.write_attendance(tx, actor, room_id, data)


@websocket(f"{_PATH}/ws", opt=TICKET, guards=[authenticate_socket])
@ticketed(topic_of)
async def meet(socket: LiveSocket, actor: Actor, room_id: str, units: Units, meetings: Meetings) -> None:
    """Exchange offers, answers and candidates with the others in the room."""
    await meetings.attend(socket, actor, room_id, units)


ROUTES = [create_room, end_room, list_users, give_ticket, write_attendance, meet]
