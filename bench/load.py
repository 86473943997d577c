"""The client: a few connections that each ask, wait for the whole answer, and ask again. Light, since it shares the machine's cores."""

import asyncio
import re
from collections.abc import Iterator
from time import perf_counter

import uvloop
from msgspec import Struct

CONNECTIONS = 8
_OK = re.compile(rb"HTTP/1\.1 20[01] ")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n")


class Drive(Struct):
    """What one drive saw."""

    seconds: float
    latencies: list[float]
    """Seconds from request to whole answer, of every request."""


def percentile(latencies: list[float], percent: int) -> float:
    """A percentile of latencies, in milliseconds."""
    return sorted(latencies)[min(len(latencies) - 1, len(latencies) * percent // 100)] * 1000


class Refusal(Exception):
    """An answer other than 200 or 201: what was measured would not be what was asked."""


Headers = tuple[tuple[str, str], ...]


def headers_of(token: str, body: str = "", own: Headers = ()) -> Headers:
    """A request's headers but for its length: its own, or else those of somebody signed in who sends JSON."""
    typed = (("content-type", "application/json"),) if body else ()
    return own or (("authorization", f"Bearer {token}"), *typed)


def request(method: str, path: str, token: str, body: str = "", own: Headers = ()) -> bytes:
    """A request's bytes; see `headers_of`."""
    described = "".join(f"{name}: {value}\r\n" for name, value in headers_of(token, body, own))
    length = f"content-length: {len(body)}\r\n" if method in ("POST", "PUT", "PATCH") else ""
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{described}{length}\r\n"
    return f"{head}{body}".encode()


def drive(port: int, requests: Iterator[bytes], seconds: float, connections: int = CONNECTIONS) -> Drive:
    """Keep connections busy for some seconds or as long as there are requests, and wait for the last answers.

    Raises:
        Refusal: the first answer that is no success, or nothing to ask for at all.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        driven = runner.run(_drive(port, requests, seconds, connections))
    if not driven.latencies:
        raise Refusal("there is nothing left to ask for: more data, or a shorter run")
    return driven


async def _drive(port: int, requests: Iterator[bytes], seconds: float, connections: int) -> Drive:
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    begun = perf_counter()
    ends = [loop.create_future() for _ in range(connections)]
    for end in ends:
        await loop.create_connection(lambda end=end: _Connection(requests, begun + seconds, latencies, end), "127.0.0.1", port)
    await asyncio.gather(*ends)
    taken = perf_counter() - begun
    return Drive(taken, latencies)


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request on its way."""

    def __init__(self, requests: Iterator[bytes], until: float, latencies: list[float], end: "asyncio.Future[None]") -> None:
        self.requests = requests
        self.until = until
        self.latencies = latencies
        self.end = end
        self.head = b""
        self.left = 0
        """Bytes of the body that are still to come."""
        self.asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._ask()

    def _ask(self) -> None:
        self.asked = perf_counter()
        wanted = next(self.requests, None) if self.asked < self.until else None
        if wanted is None:
            self.transport.close()
            self.end.set_result(None)
        else:
            self.transport.write(wanted)

    def data_received(self, data: bytes) -> None:
        if self.left:
            self.left -= len(data)
        else:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(self.head, 0, end + 2)
            if not _OK.match(self.head) or length is None:
                self._fail(Refusal(self.head[:1000].decode(errors="replace")))
                return
            self.left = end + 4 + int(length[1]) - len(self.head)
            self.head = b""
        if self.left == 0:
            self.latencies.append(perf_counter() - self.asked)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.end.done():
            self.end.set_exception(exc or Refusal("the server closed the connection"))

    def _fail(self, error: Exception) -> None:
        if not self.end.done():
            self.end.set_exception(error)
        self.transport.close()
