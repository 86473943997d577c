"""Slow neighbours of short requests, as a process of their own: `python -m bench.neighbours`, started by `beside`.

What they do comes as JSON in the first argument. The process writes a line once all of them are under way, goes on until its standard input
ends, and then writes what it did as JSON. So it ends with whoever started it, whatever happens to them.
"""

import asyncio
import selectors
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from socket import AF_INET, SO_RCVBUF, SOCK_STREAM, SOL_SOCKET, socket
from time import perf_counter
from typing import Any

import msgspec
import uvloop
from msgspec import Struct, field

from bench.servers import CHECKOUT

_PIECE = 65_536
_PAUSE = 0.2
"""Seconds between an answer and the next call, so that calls which are refused at once do not become a flood."""
_LONGEST = 180
"""Seconds after which the process ends in any case."""
_READY_SECONDS, _END_SECONDS = 30, 60
_BOUNDARY = "bilim-bench"


class Lists(Struct, frozen=True, tag=True):
    """Readers of a long list, each at a limited rate; after the last row a reader starts over."""

    path: str
    token: str
    clients: int
    bytes_a_second: int


class Uploads(Struct, frozen=True, tag=True):
    """Uploads of homework's files at a limited rate, one after the other; the homework is deleted at the end."""

    group_id: int
    token: str
    clients: int
    bytes_a_second: int
    size: int
    """Bytes of one file."""


class Calls(Struct, frozen=True, tag=True):
    """Callers of something that takes long to answer; after an answer each calls again."""

    method: str
    path: str
    clients: int
    headers: dict[str, str] = {}
    body: str = ""
    """JSON; `NUMBER` stands for the number of the call."""
    tokens: list[str] = []
    """Access tokens of the callers, in turn; empty where nobody signs in."""


Kind = Lists | Uploads | Calls


class Errand(Struct, frozen=True):
    """What the process does, and to which port of 127.0.0.1."""

    port: int
    kind: Kind


class Done(Struct):
    """What the neighbours did."""

    asked: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    """Whole answers by their status; `broken` counts connections that the server ended."""
    moved: int = 0
    """Bytes read from lists or sent of files."""


@contextmanager
def beside(errand: Errand) -> Generator[Callable[[], Done]]:
    """Neighbours that run while the block does; after it, the yielded function returns what they did.

    Raises:
        SystemExit: they did not get under way, or did not end as they should.
    """
    command = [sys.executable, "-m", "bench.neighbours", msgspec.json.encode(errand).decode()]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    told: list[Done] = []
    try:
        _wait_until_ready(process)
        yield told.pop
        output, _ = process.communicate(timeout=_END_SECONDS)
        told.append(msgspec.json.decode(output, type=Done))
    except (subprocess.TimeoutExpired, msgspec.MsgspecError) as error:
        raise SystemExit(f"bench: slow neighbours: {error}") from None
    finally:
        process.kill()
        process.communicate()


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]
        if not selector.select(_READY_SECONDS) or process.stdout.read(1) != b"\n":  # type: ignore[union-attr]
            raise SystemExit("bench: slow neighbours did not get under way")


class _Pace:
    """Limits a client's bytes a second."""

    def __init__(self, bytes_a_second: int) -> None:
        self._rate = bytes_a_second
        self._begun = perf_counter()
        self._moved = 0

    async def moved(self, count: int) -> None:
        """Count bytes, and sleep until they may have been moved."""
        self._moved += count
        await asyncio.sleep(max(0, self._begun + self._moved / self._rate - perf_counter()))


class _Neighbours:
    """The clients of one errand. Each has one connection at a time, which the server closes after its answer."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._done = Done()
        self._answers = Counter[str]()
        self._made: list[int] = []
        self._under_way = 0
        self._ready = asyncio.Event()
        self._stop = asyncio.Event()

    async def run(self) -> Done:
        """Run until standard input ends, or for the longest time."""
        asyncio.get_running_loop().add_reader(sys.stdin, self._stop.set)
        kind = self._errand.kind
        client, grace = {Lists: (self._read_lists, 0), Uploads: (self._upload, 30), Calls: (self._call, 0)}[type(kind)]
        tasks = [asyncio.create_task(self._repeat(client, kind)) for _ in range(kind.clients)]
        await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
        print(flush=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), _LONGEST)
        self._stop.set()
        await asyncio.wait(tasks, timeout=grace or 0.01)
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        for homework_id in self._made:
            await self._ask("DELETE", f"/api/v1/homework/{homework_id}/", kind.token)
        self._done.answers = dict(self._answers)
        return self._done

    async def _repeat(self, client: Callable[[Any], Awaitable[None]], kind: Kind) -> None:
        while not self._stop.is_set():
            self._done.asked += 1
            try:
                await client(kind)
            except (OSError, asyncio.IncompleteReadError):
                self._answers["broken"] += 1
                await asyncio.sleep(_PAUSE)

    def _begun(self) -> None:
        """One more client is under way."""
        self._under_way += 1
        if self._under_way >= self._errand.kind.clients:
            self._ready.set()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection whose own buffer holds little: what a slow reader has not read stays with the server."""
        small = socket(AF_INET, SOCK_STREAM)
        small.setsockopt(SOL_SOCKET, SO_RCVBUF, _PIECE)
        small.setblocking(False)
        await asyncio.get_running_loop().sock_connect(small, ("127.0.0.1", self._errand.port))
        return await asyncio.open_connection(sock=small, limit=_PIECE)

    async def _read_lists(self, kind: Lists) -> None:
        reader, writer = await self._open()
        try:
            writer.write(_head("GET", kind.path, {"authorization": f"Bearer {kind.token}"}))
            self._begun()
            head = await reader.readuntil(b"\r\n\r\n")
            pace = _Pace(kind.bytes_a_second)
            while piece := await reader.read(_PIECE):
                self._done.moved += len(piece)
                await pace.moved(len(piece))
            self._answers[_status(head)] += 1
        finally:
            writer.transport.abort()

    async def _upload(self, kind: Uploads) -> None:
        reader, writer = await self._open()
        pace = _Pace(kind.bytes_a_second)
        start, end = _form(kind.group_id)
        headers = {
            "authorization": f"Bearer {kind.token}",
            "content-type": f"multipart/form-data; boundary={_BOUNDARY}",
            "content-length": str(len(start) + kind.size + len(end)),
        }
        try:
            writer.write(_head("POST", "/api/v1/homework/", headers) + start)
            self._begun()
            left = kind.size
            while left and not self._stop.is_set():
                piece = bytes(min(left, _PIECE))
                writer.write(piece)
                await writer.drain()
                left -= len(piece)
                self._done.moved += len(piece)
                await pace.moved(len(piece))
            if left:
                return
            writer.write(end)
            answer = await reader.read(-1)
            self._answers[_status(answer)] += 1
            if answer.startswith(b"HTTP/1.1 201 "):
                self._made.append(msgspec.json.decode(answer.partition(b"\r\n\r\n")[2])["id"])
        finally:
            writer.transport.abort()

    async def _call(self, kind: Calls) -> None:
        number = self._done.asked
        headers = {"authorization": f"Bearer {kind.tokens[number % len(kind.tokens)]}"} if kind.tokens else {}
        body = kind.body.replace("NUMBER", str(number))
        self._answers[_status(await self._exchange(kind.method, kind.path, kind.headers | headers, body))] += 1
        await asyncio.sleep(_PAUSE)

    async def _ask(self, method: str, path: str, token: str) -> None:
        await self._exchange(method, path, {"authorization": f"Bearer {token}"}, "")

    async def _exchange(self, method: str, path: str, headers: dict[str, str], body: str) -> bytes:
        reader, writer = await self._open()
        described = {"content-type": "application/json", "content-length": str(len(body.encode()))} if body else {}
        try:
            writer.write(_head(method, path, headers | described) + body.encode())
            self._begun()
            return await reader.read(-1)
        finally:
            writer.transport.abort()


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "connection: close", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _form(group_id: int) -> tuple[bytes, bytes]:
    """What stands before and after the zeros of a file that is a PDF by its first bytes."""
    start = (
        f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="group"\r\n\r\n{group_id}\r\n'
        f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="homework.pdf"\r\ncontent-type: application/pdf\r\n\r\n'
        "%PDF-1.7\n"
    )
    return start.encode(), f"\r\n--{_BOUNDARY}--\r\n".encode()


def _status(answer: bytes) -> str:
    """The status of an answer's bytes."""
    return answer[9:12].decode() or "broken"


def main() -> None:
    """Do what the first argument says."""
    errand = msgspec.json.decode(sys.argv[1], type=Errand)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        done = runner.run(_Neighbours(errand).run())
    print(msgspec.json.encode(done).decode(), flush=True)


if __name__ == "__main__":
    main()
