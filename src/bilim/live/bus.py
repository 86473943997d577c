"""The bus: messages by channel to whoever listens, in this process or, with Redis, in all of them.

Delivery is at most once and to those who listen now. What must not be lost is in the database; the bus tells of it sooner.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from bilim.kit.errors import Unavailable

_log = logging.getLogger("bilim.live")

Receiver = Callable[[bytes], None]
"""Takes a message at once: it must neither wait nor fail."""

_PREFIX = "bilim:live:"
_ORIGIN_BYTES = 8
_ANSWER_SECONDS = 2.0
_REST_SECONDS = 0.5
_HEALTH_SECONDS = 10
"""How long the receiving connection may be silent before Redis is asked whether it is there."""
_CONNECTIONS = 8
_FAILURES = (RedisError, OSError, asyncio.TimeoutError)


class Bus(Protocol):
    """Channels, to which processes listen and send."""

    def start(self) -> None:
        """Begin, on the running event loop."""
        ...

    async def subscribe(self, channel: str, receiver: Receiver) -> None:
        """Listen; what is sent after this returned is received.

        Raises:
            Unavailable: the bus does not answer.
        """
        ...

    async def unsubscribe(self, channel: str, receiver: Receiver) -> None:
        """Listen no more."""
        ...

    async def publish(self, channel: str, message: bytes) -> int:
        """Send to all who listen; how many listeners or other processes there were.

        Raises:
            Unavailable: the bus does not answer. Listeners in this process got it.
        """
        ...

    async def publish_to_one(self, channel: str, message: bytes) -> bool:
        """Send to the only listener of a channel; False where there is none.

        Raises:
            Unavailable: the bus does not answer.
        """
        ...

    async def close(self) -> None:
        """End."""
        ...


class LocalBus:
    """Within one process."""

    def __init__(self) -> None:
        self._receivers: dict[str, list[Receiver]] = {}

    def start(self) -> None:
        """Nothing to begin."""

    async def subscribe(self, channel: str, receiver: Receiver) -> None:
        """Listen."""
        self._receivers.setdefault(channel, []).append(receiver)

    async def unsubscribe(self, channel: str, receiver: Receiver) -> None:
        """Listen no more."""
        listening = self._receivers.get(channel, [])
        with suppress(ValueError):
            listening.remove(receiver)
        if not listening:
            self._receivers.pop(channel, None)

    async def publish(self, channel: str, message: bytes) -> int:
        """Send to all who listen; how many they were."""
        return self.deliver(channel, message)

    async def publish_to_one(self, channel: str, message: bytes) -> bool:
        """Send to the only listener of a channel; False where there is none."""
        return self.deliver(channel, message) > 0

    def deliver(self, channel: str, message: bytes) -> int:
        """The same, at once."""
        listening = tuple(self._receivers.get(channel, ()))
        for receiver in listening:
            receiver(message)
        return len(listening)

    def listens(self, channel: str) -> bool:
        """Whether anybody in this process listens."""
        return channel in self._receivers

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels with listeners."""
        return tuple(self._receivers)

    async def close(self) -> None:
        """Nothing to end."""


class RedisBus:
    """Across processes. One connection receives; where it breaks it is made anew, with all its channels."""

    def __init__(self, url: str) -> None:
        patience = {"socket_timeout": _ANSWER_SECONDS, "socket_connect_timeout": _ANSWER_SECONDS}
        pool = BlockingConnectionPool.from_url(url, max_connections=_CONNECTIONS, timeout=_ANSWER_SECONDS, **patience)
        self._sending: Any = Redis(connection_pool=pool)
        self._receiving: Any = Redis.from_url(url, socket_connect_timeout=_ANSWER_SECONDS, health_check_interval=_HEALTH_SECONDS)
        self._local = LocalBus()
        self._origin = secrets.token_bytes(_ORIGIN_BYTES)
        """Stands before each message: what this process sent was delivered here already."""
        self._pubsub: PubSub | None = None
        self._confirming: dict[str, asyncio.Future[None]] = {}
        self._reading: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to receive."""
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def subscribe(self, channel: str, receiver: Receiver) -> None:
        """Listen, from Redis's confirmation on."""
        is_first = not self._local.listens(channel)
        await self._local.subscribe(channel, receiver)
        if not is_first and channel not in self._confirming:
            return
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._confirm(channel, is_first=is_first)
        except _FAILURES:
            await self.unsubscribe(channel, receiver)
            raise Unavailable("busy", retry_after=1) from None

    async def _confirm(self, channel: str, *, is_first: bool) -> None:
        if is_first:
            self._confirming[channel] = asyncio.get_running_loop().create_future()
        confirming = self._confirming[channel]
        if is_first and self._pubsub is not None:  # else it is among the channels that are subscribed on connecting
            await self._pubsub.subscribe(_PREFIX + channel)
        await asyncio.shield(confirming)

    async def unsubscribe(self, channel: str, receiver: Receiver) -> None:
        """Listen no more."""
        await self._local.unsubscribe(channel, receiver)
        if self._local.listens(channel):
            return
        self._confirming.pop(channel, None)
        if self._pubsub is not None:
            with suppress(*_FAILURES):
                await self._pubsub.unsubscribe(_PREFIX + channel)

    async def publish(self, channel: str, message: bytes) -> int:
        """Send to listeners here, then to the other processes."""
        here = self._local.deliver(channel, message)
        try:
            async with asyncio.timeout(2 * _ANSWER_SECONDS):
                processes: int = await self._sending.publish(_PREFIX + channel, self._origin + message)
        except _FAILURES as error:
            _log.warning("the bus does not answer: %s", type(error).__qualname__)
            raise Unavailable("busy", retry_after=1) from None
        return here + processes - (1 if here else 0)

    async def publish_to_one(self, channel: str, message: bytes) -> bool:
        """Send to the only listener of a channel, past Redis where that is here; False where there is none."""
        return self._local.deliver(channel, message) > 0 or await self.publish(channel, message) > 0

    async def close(self) -> None:
        """End, with all connections."""
        if self._reading:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        for redis in (self._sending, self._receiving):
            await redis.aclose()
            await redis.connection_pool.disconnect()

    async def _read(self) -> None:
        """Receive for as long as the process runs, whatever Redis does meanwhile."""
        is_first = True
        while True:
            pubsub: PubSub = self._receiving.pubsub()
            try:
                known = self._local.channels
                await pubsub.subscribe(_PREFIX, *(_PREFIX + channel for channel in known))
                self._pubsub = pubsub
                if came := set(self._local.channels).difference(known):  # who came meanwhile found no connection to subscribe on
                    await pubsub.subscribe(*(_PREFIX + channel for channel in came))
                if not is_first:
                    _log.info("the bus answers again")
                await self._receive(pubsub)
            except _FAILURES as error:
                _log.warning("the bus does not answer: %s", type(error).__qualname__)
            finally:
                self._pubsub = None
                with suppress(*_FAILURES):
                    await pubsub.aclose()
            is_first = False
            await asyncio.sleep(_REST_SECONDS)

    async def _receive(self, pubsub: PubSub) -> None:
        while True:
            event: Any = await pubsub.get_message(ignore_subscribe_messages=False, timeout=_HEALTH_SECONDS)
            if event is None:
                continue
            channel = event["channel"].decode().removeprefix(_PREFIX)
            if event["type"] == "subscribe":
                confirming = self._confirming.pop(channel, None)
                if confirming and not confirming.done():
                    confirming.set_result(None)
            elif event["type"] == "message" and not event["data"].startswith(self._origin):
                self._local.deliver(channel, event["data"][_ORIGIN_BYTES:])


def make_bus(redis_url: str) -> Bus:
    """The bus that the settings ask for: within this process, or across all that use one Redis."""
    return RedisBus(redis_url) if redis_url else LocalBus()
