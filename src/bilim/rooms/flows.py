"""A participant's way through a room: what is sent to whom, from coming to leaving (docs/live.md).

Two channels of the bus belong to each: the room's, for what everybody hears, and the participant's own. Another room's participants
have other channels, so that nothing can be sent to them.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from bilim.live.bus import Bus
from bilim.live.rules import Close
from bilim.live.sockets import Closed, LiveSocket
from bilim.rooms import queries, rules
from bilim.rooms.actions import rooms as actions
from bilim.rooms.actions.rooms import Joined
from bilim.rooms.inputs import Answer, AskParticipants, Candidate, Incoming, Leave, Offer, Ping, Routed, forwarded

_log = logging.getLogger("bilim.rooms")


class Note(Struct, array_like=True):
    """What goes over the bus: a message for clients, or why their sockets end."""

    message: bytes = b""
    close: int = 0
    skips: str = ""
    """The peer that does not get it: the one it is about."""


_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Note).decode
_read: Callable[[bytes], Incoming] = msgspec.json.Decoder(Incoming).decode


class _Seat:
    """A participant of this process. What the bus brings before the welcome is kept until after it."""

    def __init__(self, key: str, peer: str, socket: LiveSocket) -> None:
        self.key = key
        self.peer = peer
        self.socket = socket
        self._early: list[bytes] | None = []

    @property
    def channel(self) -> str:
        return channel_of(self.key, self.peer)

    def receive(self, packed: bytes) -> None:
        """Take what the bus brings."""
        note = _unpack(packed)
        if note.skips == self.peer:
            return
        if note.message:
            self.socket.send(note.message) if self._early is None else self._early.append(note.message)
        if note.close:
            self.socket.close(Close(note.close))

    def welcome(self, message: bytes) -> None:
        """Send the first message, and then what came before it."""
        for each in (message, *(self._early or ())):
            self.socket.send(each)
        self._early = None


def channel_of(key: str, peer: str = "") -> str:
    """The channel of a room, or of one peer in it."""
    return f"{rules.topic_of(key)}.{peer}"


class Meetings:
    """The participants whose sockets this process holds."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._seats: dict[int, _Seat] = {}
        self._beating: asyncio.Task[None] | None = None
        self._leaving = set[asyncio.Future[None]]()

    def start(self, units: Units) -> None:
        """Begin to tell the database who is still here, on the running event loop."""
        self._beating = asyncio.get_running_loop().create_task(self._beat_for_ever(units))

    async def close(self) -> None:
        """Stop telling, once everybody has left."""
        await asyncio.gather(*self._leaving, return_exceptions=True)
        if self._beating:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating

    async def attend(self, socket: LiveSocket, actor: Actor, key: str, units: Units) -> None:
        """Let somebody into a room, pass on what they send, and let them out.

        Raises:
            Closed: when and why it ended.
        """
        seat = _Seat(key, rules.new_peer(), socket)
        channels = (channel_of(key), seat.channel)
        try:
            for channel in channels:
                await self._bus.subscribe(channel, seat.receive)
            joined = await _enter(units, actor, seat)
            self._seats[joined.id] = seat
            try:
                await self._tell_of_arrival(joined, seat)
                while True:
                    await self._handle(await socket.receive(), seat, units)
            finally:
                self._seats.pop(joined.id, None)
                leaving = asyncio.ensure_future(self._leave(joined.id, seat, units))
                self._leaving.add(leaving)
                leaving.add_done_callback(self._leaving.discard)
                await asyncio.shield(leaving)  # also where the server gives this socket up
        except Unavailable:
            raise Closed(Close.FULL) from None
        finally:
            for channel in channels:
                await self._bus.unsubscribe(channel, seat.receive)

    async def _leave(self, participant_id: int, seat: _Seat, units: Units) -> None:
        if await units.write(actions.leave, participant_id):
            await self._tell(channel_of(seat.key), {"type": "left", "peer": seat.peer}, skips=seat.peer)

    async def _tell_of_arrival(self, joined: Joined, seat: _Seat) -> None:
        room = channel_of(seat.key)
        seat.welcome(_encode({"type": "welcome", "you": joined.me, "room": joined.room, "participants": joined.others}))
        for peer in joined.lost:
            await self._tell(room, {"type": "left", "peer": peer})
        if joined.replaced:
            await self._end(channel_of(seat.key, joined.replaced), Close.REPLACED)
            await self._tell(room, {"type": "left", "peer": joined.replaced}, skips=joined.replaced)
        await self._tell(room, {"type": "joined", "participant": joined.me}, skips=seat.peer)

    async def _handle(self, data: bytes, seat: _Seat, units: Units) -> None:
        """Do what a participant's message asks.

        Raises:
            Closed: they leave, or it cannot be read.
        """
        try:
            message = _read(data)
        except (msgspec.DecodeError, RecursionError):  # a ValidationError is one too
            raise Closed(Close.MALFORMED) from None
        match message:
            case Offer() | Answer() | Candidate():
                await self._pass_on(message, seat)
            case AskParticipants():
                present = await units.read(queries.peers_of, seat.key)
                seat.socket.send(_encode({"type": "participants", "participants": present}))
            case Ping():
                seat.socket.send(b'{"type":"pong"}')
            case Leave():
                raise Closed(Close.LEFT)

    async def _pass_on(self, message: Routed, seat: _Seat) -> None:
        """Send a message to one peer of the same room, in the sender's name."""
        note = _pack(Note(_encode(forwarded(message, seat.peer))))
        try:
            is_there = await self._bus.publish_to_one(channel_of(seat.key, message.to), note)
        except Unavailable:
            seat.socket.send(_encode({"type": "error", "code": "unavailable", "to": message.to}))
            return
        if not is_there:
            seat.socket.send(_encode({"type": "error", "code": "unknown_peer", "to": message.to}))

    async def end(self, key: str) -> None:
        """Tell everybody in a room that it ended. Whoever is not reached, as the bus does not answer, is let go at the next beat."""
        await self._tell(channel_of(key), {"type": "ended"})
        await self._end(channel_of(key), Close.ENDED)

    async def _tell(self, channel: str, message: Any, skips: str = "") -> None:
        with suppress(Unavailable):
            await self._bus.publish(channel, _pack(Note(_encode(message), skips=skips)))

    async def _end(self, channel: str, code: Close) -> None:
        with suppress(Unavailable):
            await self._bus.publish(channel, _pack(Note(close=int(code))))

    async def _beat_for_ever(self, units: Units) -> None:
        while True:
            await asyncio.sleep(rules.BEAT_SECONDS)
            try:
                await self.beat(units)
            except Exception as error:  # noqa: BLE001 - the database's, and whatever else: the next beat may succeed
                _log.warning("participants could not be kept: %s", type(error).__qualname__)

    async def beat(self, units: Units) -> None:
        """Tell the database who is here; end the sockets of those who may not be any more, tell the others of those who are gone."""
        here = tuple(self._seats)
        if not here:
            return
        told = await units.write(actions.beat, here)
        for participant_id in set(here) - told.kept:
            if seat := self._seats.get(participant_id):
                seat.socket.close(Close.ENDED if participant_id in told.ended else Close.LOST)
                await self._tell(channel_of(seat.key), {"type": "left", "peer": seat.peer}, skips=seat.peer)
        for key, peer in told.lost:
            await self._tell(channel_of(key), {"type": "left", "peer": peer})


_REFUSALS: dict[type[DomainError], Close] = {NotFound: Close.NOT_FOUND, Forbidden: Close.TICKET}
_CONFLICTS = {"room_full": Close.NO_PLACE, "room_ended": Close.ENDED}


async def _enter(units: Units, actor: Actor, seat: _Seat) -> Joined:
    """Enter the room.

    Raises:
        Closed: it is full, it ended, it is gone, or it is not for the actor any more.
    """
    try:
        return await units.write(actions.join, actor, seat.key, seat.peer)
    except Conflict as error:
        raise Closed(_CONFLICTS.get(error.code, Close.ENDED)) from None
    except (NotFound, Forbidden) as error:
        raise Closed(_REFUSALS[type(error)]) from None
