"""The client: a few connections that each ask, wait for the whole answer, and ask again. Light, since it shares the machine's cores."""

import asyncio
import re
from collections.abc import Iterator
from time import perf_counter

import uvloop
from msgspec import Struct

CONNECTIONS = 8
_OK = b"HTTP/1.1 200 "
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n")


class Drive(Struct):
    """What one drive saw."""

    seconds: float
    latencies: list[float]
    """Seconds from request to whole answer, of every request, shortest first."""

    def percentile(self, percent: int) -> float:
        """A percentile of the latencies, in milliseconds."""
        return self.latencies[min(len(self.latencies) - 1, len(self.latencies) * percent // 100)] * 1000


class Refusal(Exception):
    """An answer other than 200: what was measured would not be what was asked."""


def request(method: str, path: str, token: str) -> bytes:
    """A request's bytes."""
    length = "content-length: 0\r\n" if method == "POST" else ""
    return f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n{length}\r\n".encode()


def drive(port: int, requests: Iterator[bytes], seconds: float) -> Drive:
    """Keep all connections busy for some seconds, and wait for the last answers.

    Raises:
        Refusal: the first answer that is no 200.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(port, requests, seconds))


async def _drive(port: int, requests: Iterator[bytes], seconds: float) -> Drive:
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    begun = perf_counter()
    ends = [loop.create_future() for _ in range(CONNECTIONS)]
    for end in ends:
        await loop.create_connection(lambda end=end: _Connection(requests, begun + seconds, latencies, end), "127.0.0.1", port)
    await asyncio.gather(*ends)
    taken = perf_counter() - begun
    latencies.sort()
    return Drive(taken, latencies)


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request on its way."""

    def __init__(self, requests: Iterator[bytes], until: float, latencies: list[float], end: "asyncio.Future[None]") -> None:
        self.requests = requests
        self.until = until
        self.latencies = latencies
        self.end = end
        self.received = b""
        self.asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._ask()

    def _ask(self) -> None:
        self.asked = perf_counter()
        if self.asked >= self.until:
            self.transport.close()
            self.end.set_result(None)
        elif (wanted := next(self.requests, None)) is None:
            self._fail(Refusal("there is nothing left to ask for: more data, or a shorter run"))
        else:
            self.transport.write(wanted)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return
        if not self.received.startswith(_OK):
            self._fail(Refusal(self.received[:1000].decode(errors="replace")))
            return
        length = _LENGTH.search(self.received, 0, head + 2)
        if length is None:
            self._fail(Refusal("an answer without its length"))
        elif len(self.received) >= head + 4 + int(length[1]):
            self.latencies.append(perf_counter() - self.asked)
            self.received = b""
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.end.done():
            self.end.set_exception(exc or Refusal("the server closed the connection"))

    def _fail(self, error: Exception) -> None:
        if not self.end.done():
            self.end.set_exception(error)
        self.transport.close()
