"""One open socket: bounded in what it may send, and in what may wait for it."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

from litestar.connection import WebSocket

from bilim.live import metrics
from bilim.live.rules import BYTES, MAX_MESSAGE, MAX_UNSENT_BYTES, MAX_UNSENT_MESSAGES, MESSAGES, PROTOCOL, Bucket, Close

RawSocket = WebSocket[Any, Any, Any]

ABORT = "bilim.abort"
"""ASGI extension of our server protocol: a function that drops the connection, for clients who read nothing any more."""
_FAREWELL_SECONDS = 2.0
"""How long a client may take to read what stands before the reason of the end."""


class Closed(Exception):
    """The socket ended. `code` is the server's reason, or None where the client left."""

    def __init__(self, code: Close | None) -> None:
        super().__init__(code)
        self.code = code


class LiveSocket:
    """A socket that was accepted. `send` and `close` may be called by anybody on the event loop, and never wait."""

    __slots__ = ("_bytes", "_ended", "_loop", "_messages", "_raw", "_reading", "_unsent", "_unsent_bytes", "_writing")

    def __init__(self, raw: RawSocket) -> None:
        self._raw = raw
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Close | None] = self._loop.create_future()
        self._reading: asyncio.Future[Any] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._unsent = deque[bytes]()
        self._unsent_bytes = 0
        now = self._loop.time()
        self._messages, self._bytes = Bucket(MESSAGES, now), Bucket(BYTES, now)

    @property
    def is_open(self) -> bool:
        """Whether it did not end."""
        return not self._ended.done()

    def send(self, message: bytes) -> None:
        """Send a text message (UTF-8). A client that does not keep up is closed."""
        if not self.is_open:
            return
        self._unsent.append(message)
        self._unsent_bytes += len(message)
        if len(self._unsent) > MAX_UNSENT_MESSAGES or self._unsent_bytes > MAX_UNSENT_BYTES:
            self._unsent.clear()
            self.close(Close.SLOW)
        elif self._writing is None:
            self._writing = self._loop.create_task(self._write())

    def close(self, code: Close | None) -> None:
        """End it, for this reason; the first reason stays."""
        if self.is_open:
            self._ended.set_result(code)

    async def receive(self) -> bytes:
        """The next message.

        Raises:
            Closed: the socket ended, or this message ended it.
        """
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._raw.receive())
        await asyncio.wait((self._reading, self._ended), return_when=asyncio.FIRST_COMPLETED)
        if not self.is_open:
            raise Closed(self._ended.result())
        event, self._reading = self._reading.result(), None
        message = self._text_of(event)
        if isinstance(message, bytes):
            metrics.received.inc()
            return message
        self.close(message)
        raise Closed(message)

    def _text_of(self, event: Any) -> bytes | Close | None:
        """The message, or why it ends the socket."""
        if event["type"] != "websocket.receive":
            return None
        if event.get("text") is None:
            return Close.BINARY
        message: bytes = event["text"].encode(errors="surrogatepass")
        now = self._loop.time()
        if len(message) > MAX_MESSAGE:
            return Close.TOO_LARGE
        return message if self._messages.take(1, now) and self._bytes.take(len(message), now) else Close.FLOOD

    async def _write(self) -> None:
        try:
            while self._unsent:
                message = self._unsent.popleft()
                self._unsent_bytes -= len(message)
                await self._raw.send({"type": "websocket.send", "text": message.decode(), "bytes": None})
                metrics.sent.inc()
            self._writing = None
        except Exception:  # noqa: BLE001 - the server's, Litestar's: the connection is gone, whatever says so
            self.close(None)

    async def finish(self) -> Close | None:
        """Send what waits and the reason of the end; drop a connection that does not take them. Return the reason."""
        self.close(None)
        code = self._ended.result()
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._reading
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                if self._writing is not None:
                    await self._writing
                if code is not None:
                    await self._raw.close(int(code), code.name.lower())
        except TimeoutError:
            self._raw.scope.get("extensions", {}).get(ABORT, lambda: None)()  # type: ignore[union-attr]
        except Exception:  # noqa: BLE001, S110 - the client was faster
            pass
        return code


async def refuse(raw: RawSocket, code: Close) -> None:
    """Accept a socket and end it at once: browsers show a reason only of sockets that were open."""
    with suppress(Exception):
        await raw.accept(PROTOCOL)
        await raw.close(int(code), code.name.lower())
