"""Processes that work on speech: started when first needed, killed when late, replaced when they die (ADR 31).

Each process has a thread of this server as its owner, which alone starts it, talks to it and waits for its end. So calls work from the
event loop and from the threads of jobs alike.
"""

import asyncio
import os
import select
import sys
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from time import monotonic
from typing import Any

from msgspec import Struct

from bilim.kit.errors import Unavailable
from bilim.kit.frames import BadFrame, Reply, Request, encode
from bilim.providers.engine_process import Late, Lost, Process

_RETRY_AFTER = 2


class EngineRefused(Exception):
    """An engine says that its input is at fault."""

    def __init__(self, code: str, params: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class EngineTerms(Struct, frozen=True):
    """How many processes a pool has, and for how long it keeps them."""

    processes: int = 1
    waiting: int = 16
    """Calls that may wait for a process; further ones are refused."""
    calls_each: int = 500
    """A process is replaced after so many calls: libraries leak."""
    idle_seconds: float = 600.0
    """A process that nobody needs for so long gives its memory back."""


class _Call(Struct, frozen=True):
    message: bytes
    deadline: float
    answer: "Future[Reply]"


def command_of(program: str, mebibytes: int) -> list[str]:
    """The command that starts one of bilim's own engines, within so much memory."""
    return [sys.executable, "-P", "-m", "bilim.engines", program, str(mebibytes)]


class EnginePool:
    """The processes of one program, and the calls that wait for them. Threads and event loops may share it."""

    def __init__(self, command: Sequence[str], terms: EngineTerms | None = None) -> None:
        self._command = command
        self._terms = terms or EngineTerms()
        self._lock = threading.Lock()
        self._waiting: deque[_Call] = deque()
        self._unfinished = 0
        self._owners: list[_Owner] = []
        self._is_closed = False
        self._bell: _Bell | None = None

    async def ask(self, op: str, params: dict[str, Any], seconds: float) -> Any:
        """Have an operation run, and wait in the event loop; see `call`. Where the waiting task is cancelled a queued call is dropped."""
        return await asyncio.wrap_future(self._submit(op, params, seconds))

    def call(self, op: str, params: dict[str, Any], seconds: float) -> Any:
        """Have an operation run, and wait on this thread; its result.

        Args:
            op: an operation of the program.
            params: its keyword arguments.
            seconds: how long it may take, waiting for a process included.

        Raises:
            EngineRefused: the input is at fault.
            Unavailable: too many calls wait, the process died or was too slow, or a library is not installed.
        """
        return self._submit(op, params, seconds).result()

    def close(self) -> None:
        """Kill the processes, refuse what waits, and wait until no process is left."""
        with self._lock:
            self._is_closed = True
            unserved = list(self._waiting)
            self._waiting.clear()
            owners = list(self._owners)
        for call in unserved:
            if self._is_wanted(call):
                self.finish(call, Unavailable("busy", retry_after=_RETRY_AFTER))
        for owner in owners:
            owner.kill()
        if self._bell:
            self._bell.ring(len(owners))
        for owner in owners:
            owner.thread.join()
        if self._bell:
            self._bell.close()
            self._bell = None

    def _submit(self, op: str, params: dict[str, Any], seconds: float) -> "Future[Any]":
        call = _Call(encode(Request(op, params, seconds)), monotonic() + seconds, Future())
        with self._lock:
            most = self._terms.processes + self._terms.waiting
            if self._unfinished >= most:
                self._drop_cancelled()
            if self._is_closed or self._unfinished >= most:
                raise Unavailable("busy", retry_after=_RETRY_AFTER)
            self._bell = self._bell or _Bell()
            self._unfinished += 1
            self._waiting.append(call)
            if len(self._owners) < min(self._unfinished, self._terms.processes):
                self._owners.append(_Owner(self, self._bell))
            self._bell.ring(1)
        return call.answer

    def next_call(self) -> _Call | None:
        """The call that waited longest and still wants an answer, for an owner."""
        while True:
            with self._lock:
                if not self._waiting:
                    return None
                call = self._waiting.popleft()
            if not self._is_wanted(call):
                continue
            if call.deadline > monotonic():
                return call
            self.finish(call, Unavailable("busy", retry_after=_RETRY_AFTER))

    def finish(self, call: _Call, outcome: Reply | Exception) -> None:
        """Hand a call's outcome to whoever waits for it."""
        self._leave()
        if isinstance(outcome, Reply) and outcome.error:
            outcome = _error_of(outcome)
        if isinstance(outcome, Reply):
            call.answer.set_result(outcome.result)
        else:
            call.answer.set_exception(outcome)

    def _is_wanted(self, call: _Call) -> bool:
        """Whether somebody still waits for a call that leaves the queue; from now on its answer cannot be cancelled."""
        if call.answer.set_running_or_notify_cancel():
            return True
        self._leave()
        return False

    def _leave(self) -> None:
        with self._lock:
            self._unfinished -= 1

    def _drop_cancelled(self) -> None:
        """Make room in a full queue; the caller holds the lock."""
        wanted = [call for call in self._waiting if not call.answer.cancelled()]
        self._unfinished -= len(self._waiting) - len(wanted)
        self._waiting = deque(wanted)

    @property
    def is_closed(self) -> bool:
        """Whether no call is taken any more."""
        return self._is_closed

    @property
    def terms(self) -> EngineTerms:
        """How its processes are kept."""
        return self._terms

    def start(self) -> Process:
        """A new process of the program."""
        return Process(self._command)

    @property
    def pids(self) -> list[int]:
        """The processes that run now, for the metrics and the tests."""
        with self._lock:
            return [process.pid for owner in self._owners if (process := owner.process) is not None]


def _error_of(reply: Reply) -> Exception:
    if reply.error == "not_installed":
        return Unavailable("speech_not_installed", **reply.params)
    return EngineRefused(reply.error, reply.params)


class _Bell:
    """A counting semaphore that can be waited for together with a process's pipe: a pipe with a byte for each ring."""

    def __init__(self) -> None:
        self.heard, self._rung = os.pipe()
        os.set_blocking(self.heard, False)

    def ring(self, times: int) -> None:
        """Wake so many owners."""
        os.write(self._rung, b"\0" * times)

    def take(self) -> bool:
        """Take one ring; False where another owner was faster."""
        try:
            return bool(os.read(self.heard, 1))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Close the pipe."""
        os.close(self.heard)
        os.close(self._rung)


class _Owner:
    """A thread with at most one process."""

    def __init__(self, pool: EnginePool, bell: _Bell) -> None:
        self._pool = pool
        self._bell = bell
        self._lock = threading.Lock()
        self.process: Process | None = None
        self.thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self.thread.start()

    def kill(self) -> None:
        """Kill the process, from another thread; its owner then sees that it died."""
        with self._lock:
            if self.process:
                self.process.kill()

    def _run(self) -> None:
        try:
            while not self._pool.is_closed:
                if self._is_rung() and (call := self._pool.next_call()):
                    self._serve(call)
        finally:
            self._end()

    def _is_rung(self) -> bool:
        """Wait for a call. A process that dies meanwhile, or idles for too long, is ended at once, so that none stays a zombie."""
        poll = select.poll()
        poll.register(self._bell.heard, select.POLLIN)
        if self.process:
            poll.register(self.process.replies, select.POLLIN)
        ready = dict(poll.poll(self._pool.terms.idle_seconds * 1000))
        if self._bell.heard in ready:
            return self._bell.take()
        self._end()
        return False

    def _serve(self, call: _Call) -> None:
        try:
            outcome: Reply | Exception = self._answer(call)
        except Late:
            self._end(at_once=True)
            outcome = Unavailable("speech_too_slow", retry_after=_RETRY_AFTER)
        except (Lost, OSError, BadFrame):
            self._end(at_once=True)
            outcome = Unavailable("speech_failed", retry_after=_RETRY_AFTER)
        self._pool.finish(call, outcome)

    def _answer(self, call: _Call) -> Reply:
        """A call's reply. A process that answered calls before and dies now may have been dying already: a new one is tried, once.

        Raises:
            Late, Lost, OSError, BadFrame: see `Process.answer`.
        """
        process = self._ready_process()
        was_used = process.calls > 0
        try:
            reply = process.answer(call.message, call.deadline)
        except (Lost, OSError, BadFrame):
            if not was_used:
                raise
            self._end(at_once=True)
            process = self._ready_process()
            reply = process.answer(call.message, call.deadline)
        if process.calls >= self._pool.terms.calls_each:
            self._end()
        return reply

    def _ready_process(self) -> Process:
        """The process, or a new one where it died while nobody needed it."""
        if self.process and not self.process.is_idle():
            self._end(at_once=True)
        with self._lock:
            if self._pool.is_closed:
                raise Lost
            if self.process is None:
                self.process = self._pool.start()
            return self.process

    def _end(self, *, at_once: bool = False) -> None:
        with self._lock:
            process, self.process = self.process, None
        if process:
            process.end(at_once=at_once)
