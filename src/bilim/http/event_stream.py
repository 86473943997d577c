"""Server-sent events: an answer that comes in pieces. And waiting no longer than the client does.

    Accept: text/event-stream

    event: piece
    data: {"text": "Salom"}

    : still there

    event: reply
    data: {"text": "Salom!", …}

A comment is sent where nothing happens for a while, so that nothing between server and client closes the connection. What goes wrong after
the first event is an event too (`error`, with the answer that would have been sent), since the status has left already.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from bilim.http.errors import failure_of, rendered
from bilim.http.pools import ClientGone, Receive
from bilim.http.responses import RawResponse, encode
from bilim.http.services import Http

R = TypeVar("R")

MEDIA = "text/event-stream"
STREAMS = "bilim.streams"
"""In the scope of a request that is answered so."""
_HEARTBEAT_SECONDS = 15.0
_STALLED_SECONDS = 30.0
"""How long a client may take for an event."""
_STILL_THERE = b": still there\n\n"

_log = logging.getLogger("bilim.streams")


class Event(Struct, frozen=True):
    """An event: its name, and what becomes its JSON."""

    name: str
    data: Any


Events = AsyncGenerator[Event]


def wants_events(request: Http) -> bool:
    """Whether the client asks for an answer in pieces."""
    return MEDIA in request.headers.get("accept", "").lower()


async def while_client_waits(request: Http, work: Coroutine[Any, Any, R]) -> R:
    """Wait for work while its client does. Where the client disconnects the work is cancelled, and has cleaned up when this returns.

    Raises:
        ClientGone: the client disconnected.
    """
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnect(request.receive))
    try:
        await asyncio.wait((task, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone
        return task.result()
    finally:
        leaving.cancel()
        await _cancelled(task)


async def _cancelled(task: "asyncio.Future[Any]") -> None:
    """Cancel a task and wait until it has cleaned up, with whatever error."""
    if task.done():
        return
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def event_stream(request: Http, events: Events) -> RawResponse:
    """The answer of a route that sends events. Returns when the first one is there: what fails before has a status of its own.

    Raises:
        ClientGone: the client left before.
    """
    first = await while_client_waits(request, anext(events, None))  # type: ignore[arg-type] - an awaitable of a generator is a coroutine
    return _EventStream(request, first, events)


class _EventStream(RawResponse):
    """Sends events until there are no more, or the client leaves; then the generator is closed."""

    def __init__(self, request: Http, first: Event | None, events: Events) -> None:
        super().__init__(b"", 200)
        self._request = request
        self._first = first
        self._events = events
        self.raw_headers = [(b"content-type", f"{MEDIA}; charset=utf-8".encode()), (b"x-accel-buffering", b"no")]

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:
        scope[STREAMS] = True
        self._request.scope[STREAMS] = True  # type: ignore[typeddict-unknown-key] - the outer middleware's own scope
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_disconnect(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        except TimeoutError:  # the server closes the connection of an answer that ends too soon
            _log.warning("a stream was cut off: its client reads nothing")
        finally:
            leaving.cancel()
            await _cancelled(sending)

    async def _send_all(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with aclosing(self._events) as events:
            try:
                if self._first is not None:
                    await _write(send, self._first)
                    while (event := await self._next(send, events)) is not None:
                        await _write(send, event)
            except (asyncio.CancelledError, TimeoutError):
                raise
            except Exception as error:  # noqa: BLE001 - rendered as every error of a route is
                failed = rendered(self._request, failure_of(self._request, error))
                await _write(send, Event("error", msgspec.Raw(failed.body)))
        await send({"type": "http.response.body", "body": b""})

    async def _next(self, send: Any, events: Events) -> Event | None:
        """The next event, with a sign of life before it where it takes long."""
        coming = asyncio.ensure_future(anext(events, None))  # type: ignore[arg-type] - see above
        try:
            while not (await asyncio.wait((coming,), timeout=_HEARTBEAT_SECONDS))[0]:
                await _write_bytes(send, _STILL_THERE)
            return coming.result()
        finally:
            await _cancelled(coming)


async def _write(send: Any, event: Event) -> None:
    await _write_bytes(send, b"event: %s\ndata: %s\n\n" % (event.name.encode(), encode(event.data)))


async def _write_bytes(send: Callable[[dict[str, Any]], Any], data: bytes) -> None:
    async with asyncio.timeout(_STALLED_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})
