"""Thread pools with bounded queues, one for each kind of slow work, so that none delays another. A full queue is a 503."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from bilim.kit.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

Receive = Callable[[], Any]
"""ASGI's `receive` of a connection."""

_RETRY_AFTER = 1

LONG_LISTS = 1
"""Two at once take longer than one after the other, since they fight for the interpreter's lock, and short requests with them."""
LONG_LISTS_WAITING = 7
"""Each waiting list holds its connection and what was read of it so far."""


class ClientGone(Exception):
    """The client closed the connection before it got the answer."""


class BoundedPool:
    """A few threads and a queue of limited length. Used from the event loop."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self.name = name
        self.threads = threads
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads + waiting
        self._count = 0

    @property
    def is_loaded(self) -> bool:
        """Whether work that is submitted now has to wait for a thread."""
        return self._count >= self.threads

    def submit(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[R]":
        """Submit work, in this task's context (the request's id, for logs). Cancelling the future removes it from the queue.

        Raises:
            Unavailable: the queue is full.
        """
        if self._count >= self._most:
            raise Unavailable("busy", retry_after=_RETRY_AFTER)
        self._count += 1
        run = partial(contextvars.copy_context().run, partial(function, *args, **kwargs))
        future = asyncio.get_running_loop().run_in_executor(self._executor, run)
        future.add_done_callback(self._leave)
        return future

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function on one of the threads.

        Raises:
            Unavailable: the queue is full.
        """
        return await self.submit(function, *args, **kwargs)

    def close(self) -> None:
        """Wait for running work; drop what is queued."""
        self._executor.shutdown(cancel_futures=True)

    def _leave(self, _future: "asyncio.Future[Any]") -> None:
        self._count -= 1


async def unless_client_leaves(work: "asyncio.Future[R]", receive: Receive, interrupt: Callable[[], None] | None = None) -> R:
    """Wait for work and watch its client. If the client disconnects first, queued work is dropped and running work interrupted.

    Raises:
        ClientGone: the client disconnected.
    """
    leaving = asyncio.ensure_future(_disconnect(receive))
    try:
        await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        work.cancel()
        if interrupt:
            interrupt()
        await asyncio.sleep(0)  # the executor's future is cancelled in the loop's next iteration
        raise ClientGone
    finally:
        leaving.cancel()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Pools:
    """The threads of one serving process."""

    def __init__(self, *, readers: int, writers: int | None) -> None:
        """Make the pools.

        Args:
            readers: threads for short reads, and for writes too where the database allows several at once.
            writers: threads for writes alone; None where they share the readers'.
        """
        self.reads = BoundedPool("read", readers, waiting=1000)
        self.writes = self.reads if writers is None else BoundedPool("write", writers, waiting=1000)
        self.long_lists = BoundedPool("long-list", LONG_LISTS, waiting=LONG_LISTS_WAITING)
        self.files = BoundedPool("files", 2, waiting=200)
        """Writing uploads to disk, drawing images, typesetting."""
        self.hashing = BoundedPool("hashing", 2, waiting=200)
        """Passwords: some 80 ms of a core each."""
        self.explaining = BoundedPool("explaining", 1, waiting=200)
        """Finding all wrong fields of a body."""
        self.analysing = BoundedPool("analysing", 1, waiting=100)
        """Looking at learners' texts: some 10 ms of a core for a page."""

    def close(self) -> None:
        """Wait for running work."""
        for pool in {self.reads, self.writes, self.long_lists, self.files, self.hashing, self.explaining, self.analysing}:
            pool.close()
