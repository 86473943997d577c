"""Short requests that arrive evenly, however long the answers take: what people would wait, not what a patient client sees.

A client that waits for each answer asks hardly anything while the server stands still, so its percentiles show nothing of that. Here every
request has its moment, and its latency counts from then.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from time import perf_counter

import uvloop
from msgspec import Struct, field

_OK = re.compile(rb"HTTP/1\.1 20[01] ")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n")
_LAST_ANSWERS = 30
"""Seconds that requests on their way may take after the last one's moment; what has no answer then counts as refused."""


class Met(Struct):
    """What requests of one kind met."""

    latencies: list[float]
    """Seconds from each request's moment to its whole answer, or to the end of waiting for one."""
    refused: int = 0
    """How many were answered with neither 200 nor 201, or not at all."""
    bodies: dict[int, bytes] = field(default_factory=dict[int, bytes])
    """The answers' bodies by the place of their request, where they were asked for."""


def probe(port: int, kinds: Mapping[str, Sequence[bytes]], seconds: float, *, keeps_bodies: bool = False) -> dict[str, Met]:
    """Ask all requests within some seconds, each kind evenly over them, and wait for the answers.

    Args:
        kinds: the requests' bytes by the name of their kind.
        keeps_bodies: return what was answered too.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_Probe(port, keeps_bodies=keeps_bodies).ask_all(kinds, seconds))


class _Probe:
    """Keep-alive connections, as many as requests are on their way at once."""

    def __init__(self, port: int, *, keeps_bodies: bool) -> None:
        self._port = port
        self._keeps_bodies = keeps_bodies
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask_all(self, kinds: Mapping[str, Sequence[bytes]], seconds: float) -> dict[str, Met]:
        met = {kind: Met([]) for kind in kinds}
        due = [
            ((place + offset / len(kinds)) * seconds / len(requests), kind, place, request)
            for offset, (kind, requests) in enumerate(kinds.items())
            for place, request in enumerate(requests)
        ]
        begun = perf_counter()
        tasks: list[asyncio.Task[None]] = []
        for moment, kind, place, request in sorted(due):
            await asyncio.sleep(max(0, begun + moment - perf_counter()))
            tasks.append(asyncio.create_task(self._ask(request, place, begun + moment, met[kind])))
        await asyncio.wait(tasks, timeout=_LAST_ANSWERS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, writer in self._idle:
            writer.close()
        return met

    async def _ask(self, request: bytes, place: int, due: float, met: Met) -> None:
        answered = False
        try:
            answered, body = await self._answer(request)
            if self._keeps_bodies:
                met.bodies[place] = body
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            met.latencies.append(perf_counter() - due)
            met.refused += not answered

    async def _answer(self, request: bytes) -> tuple[bool, bytes]:
        """Whether the answer is 200 or 201, and its body."""
        reader, writer = await self._connection()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return _OK.match(head) is not None, body

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():  # the server closes what was idle for some seconds
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)
