"""Runs the jobs of the outbox: in threads of this process, one a lane, or until nothing is due."""

import logging
import random
import traceback
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any

import msgspec
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from bilim.db import outbox
from bilim.db.engine import Database
from bilim.db.outbox import Claimed
from bilim.jobs.handling import LEASE, MAX_TRIES, Handler, Handlers, Later, Try
from bilim.kit import clock
from bilim.kit.events import Event

_log = logging.getLogger("bilim.jobs")

_LONGEST_LOOK = 1.0
"""Seconds after which an idle runner looks by itself: other processes announce too, and a wake-up may be lost."""
_OTHERS_CLAIM = 0.05
"""Seconds to wait where another process is taking the job that is due."""
_LONGEST_BACKOFF = 300.0
_NO_ANSWER = (OperationalError, InterfaceError, NoConnection)


def run_one(db: Database, handlers: Handlers, lane: str) -> bool:
    """Take the lane's job that is due longest and run it; False where none is due. What the handler raises is settled, not raised.

    Raises:
        SQLAlchemyError: the database does not answer; a job that was taken is taken again when its lease ends.
    """
    with db.write() as tx:
        job = outbox.claim(tx, lane, LEASE)
    if job is None:
        return False
    if job.is_in_doubt:
        _log.warning("job taken again after its lease: it may have been done already", extra={"facts": _facts(job)})
    handler = handlers.of(job.kind)
    if handler is None:
        _bury(db, job, "No handler of this kind.")
        return True
    try:
        event: Event = msgspec.convert(job.payload, handler.event)
    except msgspec.ValidationError:  # its words would quote the payload
        _bury(db, job, "The payload does not fit the event.")
        return True
    if job.attempts > MAX_TRIES:
        _bury(db, job, "Every try ended with its process.", handler, event)
        return True
    _run(db, job, handler, event)
    return True


def _run(db: Database, job: Claimed, handler: Handler[Any], event: Event) -> None:
    """Run the handler and write down what became of the job."""
    try:
        handler.run(event, Try(number=job.attempts, is_last=job.attempts == MAX_TRIES))
    except Later as later:
        if later.counted:
            _log.warning("job failed: %s", later.reason, extra={"facts": _facts(job)})
        _settle_failure(db, job, handler, event, later)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the job must be settled
        _log.error("job failed", extra={"facts": {**_facts(job), "traceback": trace(error)}})
        at = clock.now() + _backoff(job.attempts)
        _settle_failure(db, job, handler, event, Later(_place(error), at, counted=True))
    else:
        with db.write() as tx:
            outbox.finish(tx, job)


def _settle_failure(db: Database, job: Claimed, handler: Handler[Any], event: Event, later: Later) -> None:
    if later.counted and job.attempts >= MAX_TRIES:
        _bury(db, job, later.reason, handler, event)
        return
    with db.write() as tx:
        outbox.postpone(tx, job, later.at, later.reason, counted=later.counted)


def _bury(db: Database, job: Claimed, error: str, handler: Handler[Any] | None = None, event: Event | None = None) -> None:
    """Bury the job and, in the same transaction, let its handler give up."""
    with db.write() as tx:
        is_ours = outbox.bury(tx, job, error)
        if is_ours and handler and handler.give_up:
            handler.give_up(tx, event, error)
    if is_ours:
        _log.error("job given up: %s", error, extra={"facts": _facts(job)})


def _facts(job: Claimed) -> dict[str, Any]:
    """What a log line may tell of a job: never what it carries."""
    return {"job_id": job.id, "kind": job.kind, "attempt": job.attempts}


def _backoff(attempt: int) -> timedelta:
    """2, 4, 8 … seconds, each stretched by up to as much again, so that jobs that failed together do not come back together."""
    return timedelta(seconds=min(2.0**attempt * random.uniform(1, 2), _LONGEST_BACKOFF))  # noqa: S311 - no secret


def trace(error: BaseException) -> str:
    """Where an error came from and of which kind it and its causes are. Their words stay out: they may quote what the job carries."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        parts.append("".join(traceback.format_tb(cause.__traceback__)) + type(cause).__qualname__)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\nthen\n".join(reversed(parts))


def _place(error: Exception) -> str:
    """An error's kind and the line that raised it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__qualname__} in {last.name}, line {last.lineno}"


def _seconds_to_next(db: Database, lane: str) -> float | None:
    """Seconds until the lane's next job is due, 0 where one is; None where none waits. A read: it takes no lock."""
    with db.read() as tx:
        due_at = outbox.next_due(tx, lane)
        return None if due_at is None else max(0.0, (due_at - tx.now).total_seconds())


def drain(db: Database, handlers: Handlers, lane: str, until: datetime | None = None) -> bool:
    """Run the lane's jobs until none is due, or until a moment has come; whether something is still due.

    Raises:
        SQLAlchemyError: the database does not answer.
    """
    while _seconds_to_next(db, lane) == 0:
        if until is not None and clock.now() >= until:
            return True
        if not run_one(db, handlers, lane):
            return False
    return False


class Runner:
    """Threads that run jobs as they become due, one a lane: of each lane a killed process leaves at most one job in doubt."""

    def __init__(self, db: Database, handlers: Handlers) -> None:
        self._db = db
        self._handlers = handlers
        self._wakes = {lane: Signal() for lane in handlers.lanes}
        self._stopping = Signal()
        self._threads = [Thread(target=self._serve, args=(lane,), name=f"jobs-{lane}", daemon=True) for lane in handlers.lanes]

    def start(self) -> None:
        """Begin to run jobs."""
        _log.info("running jobs", extra={"facts": {"lanes": self._handlers.lanes}})
        for thread in self._threads:
            thread.start()

    def wake(self, lanes: set[str]) -> None:
        """Look now: something was announced in these lanes."""
        for lane in lanes & self._wakes.keys():
            self._wakes[lane].set()

    def stop(self) -> None:
        """Let the running jobs end and begin no other."""
        self._stopping.set()
        self.wake(set(self._wakes))
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _serve(self, lane: str) -> None:
        """The life of a lane's thread. Nothing ends it but `stop`."""
        wake, answers = self._wakes[lane], True
        while True:
            wake.clear()  # before looking: what is announced from here on is looked for again
            if self._stopping.is_set():
                return
            try:
                seconds = self._step(lane)
                if not answers:
                    _log.info("the database answers again", extra={"facts": {"lane": lane}})
                answers = True
            except _NO_ANSWER as error:
                if answers:
                    _log.warning("the database does not answer: %s", type(error).__qualname__, extra={"facts": {"lane": lane}})
                answers, seconds = False, _LONGEST_LOOK
            except Exception as error:  # noqa: BLE001 - such as a handler that cannot give up: the lane's other jobs must run
                _log.error("job not settled", extra={"facts": {"lane": lane, "traceback": trace(error)}})
                seconds = _LONGEST_LOOK
            if seconds:
                wake.wait(seconds)

    def _step(self, lane: str) -> float:
        """Run a job that is due; the seconds to wait before the next look."""
        seconds = _seconds_to_next(self._db, lane)
        if seconds is None or seconds > 0:
            return _LONGEST_LOOK if seconds is None else min(seconds, _LONGEST_LOOK)
        return 0 if run_one(self._db, self._handlers, lane) else _OTHERS_CLAIM
