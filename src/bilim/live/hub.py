"""All sockets of this process: who may open one, how many, and what becomes of them.

@websocket("/api/v1/webrtc/rooms/{room_id:str}/ws", opt=TICKET, guards=[authenticate_socket])
@ticketed(topic_of)
async def meet(socket: LiveSocket, actor: Actor, room_id: str, meetings: Meetings) -> None: ...
"""

import asyncio
import inspect
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any, get_type_hints

from litestar.params import FromPath

from bilim.db.engine import Tx
from bilim.http.access import claims_of, credential
from bilim.http.services import CoreServices, LoadActor
from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import Unauthenticated, Unavailable
from bilim.live import metrics, tickets
from bilim.live.bus import Bus
from bilim.live.rules import PROTOCOL, SOCKETS_OF_USER, Close, is_origin_allowed, ticket_in
from bilim.live.sockets import Closed, LiveSocket, RawSocket, refuse

_log = logging.getLogger("bilim.live")

TICKET = credential(lambda connection: ticket_in(connection.scope.get("subprotocols", ())) is not None, or_token=True)
"""Route option of sockets: whoever offers no ticket is refused before there is a socket. The hub looks at what is offered."""

Attend = Callable[[LiveSocket, Actor], Awaitable[None]]
"""What happens on a socket from its opening to its end; leaves by `Closed`, or closes the socket."""


class Hub:
    """The open sockets of one process, and the bus between processes."""

    def __init__(self, bus: Bus, origins: frozenset[str], limit: int) -> None:
        self.bus = bus
        self._origins = origins
        self._limit = limit
        self._sockets = set[LiveSocket]()
        self._of_user = Counter[int]()
        self._is_closing = False
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def __len__(self) -> int:
        return len(self._sockets)

    def start(self) -> None:
        """Begin, on the running event loop."""
        self.bus.start()

    async def end_sockets(self) -> None:
        """Open no more, end all and wait until they left."""
        self._is_closing = True
        for socket in tuple(self._sockets):
            socket.close(Close.SHUTTING_DOWN)
        await self._is_empty.wait()  # each leaves by itself, within the seconds of its farewell

    async def close(self) -> None:
        """Close the bus."""
        await self.bus.close()

    async def serve(self, raw: RawSocket, topic: str, attend: Attend) -> None:
        """Open a socket about a topic for the holder of the ticket that it offers, and let it be attended to."""
        if self._is_closing or len(self._sockets) >= self._limit:
            await self._refuse(raw, Close.FULL)
            return
        if not is_origin_allowed(raw.headers.get("origin"), raw.headers.get("host"), self._origins):
            await self._refuse(raw, Close.ORIGIN)
            return
        actor = await self._admit(raw, topic)
        if isinstance(actor, Close):
            await self._refuse(raw, actor)
        elif self._of_user[actor.id] >= SOCKETS_OF_USER:
            await self._refuse(raw, Close.FLOOD)
        else:
            await self._attend(raw, actor, attend)

    async def _admit(self, raw: RawSocket, topic: str) -> Actor | Close:
        services: CoreServices = raw.app.state.services
        ticket = ticket_in(raw.scope["subprotocols"])
        claims = claims_of(raw.scope)
        try:
            actor = await Units(services).write(_redeem, ticket or "", topic, services.load_actor[Actor])
        except Unavailable:
            return Close.FULL
        return actor if actor and (claims is None or claims.user_id == actor.id) else Close.TICKET

    async def _attend(self, raw: RawSocket, actor: Actor, attend: Attend) -> None:
        await raw.accept(PROTOCOL)
        socket = LiveSocket(raw)
        with self._counted(socket, actor.id):
            try:
                await attend(socket, actor)
            except Closed as closed:
                socket.close(closed.code)
            except Exception as error:  # noqa: BLE001 - a defect ends this socket alone
                _log.error("defect on a socket", exc_info=error)
                socket.close(Close.FAILED)
            finally:
                code = await socket.finish()
                metrics.closed.labels("client" if code is None else str(int(code))).inc()

    @contextmanager
    def _counted(self, socket: LiveSocket, user_id: int) -> Generator[None]:
        self._sockets.add(socket)
        self._is_empty.clear()
        self._of_user[user_id] += 1
        metrics.sockets.inc()
        try:
            yield
        finally:
            metrics.sockets.dec()
            self._of_user[user_id] -= 1
            if not self._of_user[user_id]:
                del self._of_user[user_id]
            self._sockets.discard(socket)
            if not self._sockets:
                self._is_empty.set()

    @staticmethod
    async def _refuse(raw: RawSocket, code: Close) -> None:
        metrics.closed.labels(str(int(code))).inc()
        await refuse(raw, code)


def _redeem(tx: Tx, ticket: str, topic: str, load: LoadActor) -> Actor | None:
    """Whose ticket it was; None where it opens nothing. It does not raise, so that the ticket stays used up."""
    holder = tickets.redeem(tx, ticket, topic)
    try:
        return load(tx, holder) if holder else None
    except Unauthenticated:
        return None


def ticketed(topic: Callable[..., str]) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    """Make a function a socket's handler: it is called with the open socket, once its ticket was used up and its actor loaded.

    Its parameters are supplied by name from the path, and by annotation: `LiveSocket`, `Actor`, `Units`, every field of `Services`.

    Args:
        topic: what a ticket must be for, made of the parameters in the path.
    """

    def decorate(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        path = inspect.signature(topic).parameters
        hints = {name: hint for name, hint in get_type_hints(function).items() if name not in {*path, "return"}}
        by_service = {name: hint for name, hint in hints.items() if hint not in (LiveSocket, Actor, Units)}

        async def handler(socket: RawSocket, **given: Any) -> None:
            supplies = socket.app.state.supplies
            values = given | {name: supplies[hint] for name, hint in by_service.items()}

            async def attend(opened: LiveSocket, actor: Actor) -> None:
                made = {LiveSocket: opened, Actor: actor, Units: Units(socket.app.state.services)}
                await function(**values, **{name: made[hint] for name, hint in hints.items() if hint in made})

            hub: Hub = supplies[Hub]
            await hub.serve(socket, topic(**given), attend)

        keyword = inspect.Parameter.KEYWORD_ONLY
        bound = [inspect.Parameter(name, keyword, annotation=FromPath[get_type_hints(topic)[name]]) for name in path]
        described: Any = handler
        described.__signature__ = inspect.Signature(
            [inspect.Parameter("socket", keyword, annotation=RawSocket), *bound], return_annotation=None
        )
        described.__annotations__ = {"socket": RawSocket, **{each.name: each.annotation for each in bound}, "return": None}
        described.__name__, described.__doc__, described.__module__ = function.__name__, function.__doc__, function.__module__
        described.__by_ticket__ = True
        described.__supplied__ = {Hub, *by_service.values()}
        return handler

    return decorate
