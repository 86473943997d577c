"""The bus: who gets a message once, within a process and across processes, and what is said where Redis does not answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bilim.kit.errors import Unavailable
from bilim.live import bus as buses
from bilim.live.bus import Bus, LocalBus, RedisBus, make_bus

NOWHERE = "redis://127.0.0.1:1/0"


class Listener:
    """Remembers what it received."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def __call__(self, message: bytes) -> None:
        self.got.append(message)

    async def has(self, count: int) -> list[bytes]:
        """What it received, once that is so much."""
        async with asyncio.timeout(5):
            while len(self.got) < count:
                await asyncio.sleep(0.005)
        return self.got


@asynccontextmanager
async def started(*made: Bus) -> AsyncGenerator[None]:
    for each in made:
        each.start()
    try:
        yield
    finally:
        for each in made:
            await each.close()


def run(play: Callable[[], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        return await play()

    return asyncio.run(whole())


def test_a_process_delivers_to_all_who_listen_and_to_nobody_else() -> None:
    async def play() -> None:
        bus, one, other, elsewhere = LocalBus(), Listener(), Listener(), Listener()
        for channel, listener in (("a", one), ("a", other), ("b", elsewhere)):
            await bus.subscribe(channel, listener)
        assert (bus.channels, bus.listens("a"), bus.listens("c")) == (("a", "b"), True, False)
        assert [await bus.publish("a", b"1"), await bus.publish("c", b"2")] == [2, 0]
        assert [await bus.publish_to_one("b", b"3"), await bus.publish_to_one("c", b"4")] == [True, False]
        await bus.unsubscribe("a", one)
        await bus.unsubscribe("a", one)  # a second time is no fault
        assert await bus.publish("a", b"5") == 1
        await bus.unsubscribe("a", other)
        await bus.unsubscribe("z", other)
        assert bus.channels == ("b",)
        assert (one.got, other.got, elsewhere.got) == ([b"1"], [b"1", b"5"], [b"3"])

    run(play)


def test_processes_deliver_to_each_others_listeners_once(redis_url: str) -> None:
    async def play() -> None:
        here, there, own, other = RedisBus(redis_url), RedisBus(redis_url), Listener(), Listener()
        async with started(here, there):
            await here.subscribe("bus-test", own)
            await there.subscribe("bus-test", other)
            assert await here.publish("bus-test", b"1") == 2
            assert await other.has(1) == [b"1"]
            assert await there.publish("bus-test", b"2") == 2
            assert await own.has(2) == [b"1", b"2"], "its own came once, at once"
            await there.unsubscribe("bus-test", other)
            assert await here.publish("bus-test", b"3") == 1
            assert own.got == [b"1", b"2", b"3"]
            assert await there.publish("bus-test", b"4") == 1
            assert await own.has(4) == [b"1", b"2", b"3", b"4"]
            assert other.got == [b"1", b"2"]

    run(play)


def test_the_only_listener_is_found_wherever_it_is(redis_url: str) -> None:
    async def play() -> None:
        here, there, own = RedisBus(redis_url), RedisBus(redis_url), Listener()
        async with started(here, there):
            assert await here.publish_to_one("bus-one", b"0") is False
            await here.subscribe("bus-one", own)
            assert [await here.publish_to_one("bus-one", b"1"), await there.publish_to_one("bus-one", b"2")] == [True, True]
            assert await own.has(2) == [b"1", b"2"]

    run(play)


def test_listeners_who_come_together_all_listen_once_redis_confirmed(redis_url: str) -> None:
    async def play() -> None:
        here, there, listeners = RedisBus(redis_url), RedisBus(redis_url), [Listener() for _ in range(3)]
        async with started(here, there):
            await asyncio.gather(*(here.subscribe("bus-many", each) for each in listeners))
            assert await there.publish("bus-many", b"1") == 1
            assert [await each.has(1) for each in listeners] == [[b"1"]] * 3

    run(play)


def test_who_comes_while_the_connection_is_made_listens_too(redis_url: str) -> None:
    async def play() -> None:
        here, there, listener = RedisBus(redis_url), RedisBus(redis_url), Listener()
        make, is_asked = here._receiving.pubsub, asyncio.Event()

        def slow() -> Any:
            made = make()
            subscribe = made.subscribe

            async def subscribe_late(*names: str) -> None:
                made.subscribe = subscribe
                is_asked.set()
                await asyncio.sleep(0.05)
                await subscribe(*names)

            made.subscribe = subscribe_late
            return made

        here._receiving.pubsub = slow
        async with started(here, there):
            await is_asked.wait()
            await here.subscribe("bus-late", listener)
            assert await there.publish("bus-late", b"1") == 1
            assert await listener.has(1) == [b"1"]

    run(play)


def test_without_redis_the_own_process_is_told_and_the_caller_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buses, "_ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(buses, "_REST_SECONDS", 0.01)

    async def play() -> None:
        bus, listener = RedisBus(NOWHERE), Listener()
        async with started(bus):
            with pytest.raises(Unavailable) as refused:
                await bus.subscribe("a", listener)
            assert (refused.value.code, refused.value.retry_after) == ("busy", 1)
            assert not bus._local.listens("a"), "who was refused does not listen"
            await bus._local.subscribe("a", listener)
            with pytest.raises(Unavailable) as refused:
                await bus.publish("a", b"1")
            assert (refused.value.code, refused.value.retry_after, listener.got) == ("busy", 1, [b"1"])
            assert await bus.publish_to_one("a", b"2") is True, "it is here: nobody else is asked"

    run(play)


def test_the_settings_choose() -> None:
    assert isinstance(make_bus(""), LocalBus)
    assert isinstance(make_bus(NOWHERE), RedisBus)
