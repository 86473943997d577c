"""Server-sent events: signs of life, errors in the middle, clients that leave or stall."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from bilim.http import event_stream as module
from bilim.http.event_stream import Event, _EventStream, event_stream, while_client_waits
from bilim.http.pools import ClientGone
from bilim.kit.errors import Unavailable


class Request:
    """As much of a request as streams look at."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self.left = asyncio.Event()

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "http.disconnect"}


class Events:
    """Events that wait where a test wants it, and tell that they were closed."""

    def __init__(self, *events: Any) -> None:
        self.events = events
        self.is_closed = False
        self.gate: asyncio.Event | None = None

    async def all(self) -> AsyncGenerator[Event]:
        try:
            for event in self.events:
                if isinstance(event, Exception):
                    raise event
                if event is None:
                    self.gate = asyncio.Event()
                    await self.gate.wait()
                else:
                    yield Event("piece", event)
        finally:
            self.is_closed = True


async def sent(request: Request, events: Events, send: Any = None) -> list[bytes]:
    said: list[bytes] = []

    async def keep(message: dict[str, Any]) -> None:
        said.append(message.get("body", b""))

    stream: Any = await event_stream(request, events.all())  # type: ignore[arg-type]
    assert isinstance(stream, _EventStream)
    await stream._send(request.scope, request.receive, send or keep)
    return said


def test_events_and_their_end() -> None:
    async def story() -> list[bytes]:
        return await sent(Request(), Events(1, {"text": "a\nb"}))

    assert asyncio.run(story()) == [b"", b"event: piece\ndata: 1\n\n", b'event: piece\ndata: {"text":"a\\nb"}\n\n', b""]


def test_no_event_at_all_is_an_empty_stream() -> None:
    async def story() -> list[bytes]:
        return await sent(Request(), Events())

    assert asyncio.run(story()) == [b"", b""]


def test_where_nothing_happens_a_sign_of_life_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HEARTBEAT_SECONDS", 0.02)

    async def story() -> list[bytes]:
        events, said = Events(1, None, 2), list[bytes]()

        async def send(message: dict[str, Any]) -> None:
            said.append(message.get("body", b""))
            if said.count(b": still there\n\n") == 2 and events.gate:
                events.gate.set()

        await sent(Request(), events, send)
        return said

    said = asyncio.run(story())
    assert said[1] == b"event: piece\ndata: 1\n\n"
    assert said.count(b": still there\n\n") >= 2
    assert said[-2:] == [b"event: piece\ndata: 2\n\n", b""]


def test_what_fails_before_the_first_event_is_raised_and_later_an_event() -> None:
    async def story() -> None:
        with pytest.raises(Unavailable):
            await sent(Request(), Events(Unavailable("busy")))
        said = await sent(Request(), Events(1, Unavailable("busy")))
        assert said[-2:] == [b'event: error\ndata: {"detail":"The service is busy. Try again in a moment."}\n\n', b""]

    asyncio.run(story())


def test_who_leaves_ends_the_events() -> None:
    async def story() -> None:
        request, events = Request(), Events(1, None, 2)
        task = asyncio.ensure_future(sent(request, events))
        while events.gate is None:
            await asyncio.sleep(0)
        request.left.set()
        said = await task
        assert (said, events.is_closed) == ([b"", b"event: piece\ndata: 1\n\n"], True)

    asyncio.run(story())


def test_who_reads_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STALLED_SECONDS", 0.02)

    async def story() -> None:
        events = Events(1, 2)

        async def send(message: dict[str, Any]) -> None:
            if message.get("body"):
                await asyncio.Event().wait()

        await sent(Request(), events, send)
        assert events.is_closed

    asyncio.run(story())


def test_work_ends_with_its_client_and_has_cleaned_up_then() -> None:
    done: list[str] = []

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            done.append("cleaned")
        return "never"

    async def story() -> None:
        request = Request()
        request.left.set()
        with pytest.raises(ClientGone):
            await while_client_waits(request, work())  # type: ignore[arg-type]
        assert done == ["cleaned"]
        waiting = asyncio.ensure_future(while_client_waits(Request(), work()))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert done == ["cleaned", "cleaned"]

        async def quick() -> int:
            return 7

        assert await while_client_waits(Request(), quick()) == 7  # type: ignore[arg-type]

    asyncio.run(story())
