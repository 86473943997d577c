"""Runs single jobs: claims one, calls its handler outside any transaction, and records the outcome."""

import logging
import traceback
from datetime import datetime
from typing import Any

import msgspec

from bilim.db import outbox
from bilim.db.engine import Database
from bilim.db.outbox import Claimed
from bilim.jobs.handling import Handler, Handlers, RetryLater, Try
from bilim.jobs.leases import Heartbeat, facts
from bilim.kit import clock
from bilim.kit.jobs import Job

_log = logging.getLogger("bilim.jobs")


def run_next(db: Database, handlers: Handlers, queue: str) -> bool:
    """Claim the queue's job that is due longest and run it; False where none may be claimed.

    What the handler raises is recorded, not raised.

    Raises:
        SQLAlchemyError: the database does not answer; a job that was claimed is claimed again when its lease ends.
    """
    with db.write() as tx:
        job = outbox.claim(tx, queue, handlers.terms(queue))
    if job is None:
        return False
    _run_claimed(db, handlers, job)
    return True


def run_one(db: Database, handlers: Handlers, job_id: int, kind: str) -> bool:
    """The same for one job; False where it is done, not due, or held by another runner."""
    with db.write() as tx:
        job = outbox.claim_by_id(tx, job_id, kind, handlers.terms_of(kind))
    if job is None:
        return False
    _run_claimed(db, handlers, job)
    return True


def drain(db: Database, handlers: Handlers, queue: str, until: datetime | None = None) -> bool:
    """Run the queue's jobs until none is due, or until a moment has come; whether something is still due.

    Raises:
        SQLAlchemyError: the database does not answer.
    """
    while seconds_to_next(db, handlers, queue) == 0:
        if until is not None and clock.now() >= until:
            return True
        if not run_next(db, handlers, queue):
            return False
    return False


def seconds_to_next(db: Database, handlers: Handlers, queue: str) -> float | None:
    """Seconds until the queue's next job may be claimed, 0 where one may; None where none waits. A read: it takes no lock."""
    with db.read() as tx:
        due_at = outbox.next_due(tx, queue, handlers.terms(queue))
        return None if due_at is None else max(0.0, (due_at - tx.now).total_seconds())


def _run_claimed(db: Database, handlers: Handlers, claimed: Claimed) -> None:
    if claimed.is_in_doubt:
        _log.warning("job taken again after its lease: it may have been done already", extra={"facts": facts(claimed)})
    handler = handlers.of(claimed.kind)
    if handler is None:
        _mark_dead(db, claimed, "No handler of this kind.")
        return
    try:
        job: Job = msgspec.convert(claimed.payload, handler.job)
    except msgspec.ValidationError:  # its message would quote the payload
        _mark_dead(db, claimed, "The payload does not fit the job.")
        return
    if claimed.attempts > handler.tries:
        _mark_dead(db, claimed, "No try came to an end.", handler, job)
        return
    _call(db, claimed, handler, job)


def _call(db: Database, claimed: Claimed, handler: Handler[Any], job: Job) -> None:
    """Call the handler and record the outcome."""
    attempt = Try(number=claimed.attempts, is_last=claimed.attempts == handler.tries)
    try:
        with Heartbeat(db, claimed, handler.lease, handler.longest):
            handler.run(job, attempt)
    except RetryLater as later:
        if later.counted:
            _log.warning("job failed: %s", later.reason, extra={"facts": facts(claimed)})
        _settle_failure(db, claimed, handler, job, later)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the job must be settled
        _log.error("job failed", extra={"facts": {**facts(claimed), "traceback": trace(error)}})
        at = clock.now() + handler.backoff(claimed.attempts)
        _settle_failure(db, claimed, handler, job, RetryLater(_place(error), at, counted=True))
    else:
        with db.write() as tx:
            is_ours = outbox.finish(tx, claimed)
        if not is_ours:
            _log.warning("job done after its lease: another runner took it meanwhile", extra={"facts": facts(claimed)})


def _settle_failure(db: Database, claimed: Claimed, handler: Handler[Any], job: Job, later: RetryLater) -> None:
    if later.counted and claimed.attempts >= handler.tries:
        _mark_dead(db, claimed, later.reason, handler, job)
        return
    with db.write() as tx:
        is_ours = outbox.postpone(tx, claimed, later.at, later.reason, counted=later.counted)
    if not is_ours:
        _say_lost(claimed)


def _mark_dead(db: Database, claimed: Claimed, error: str, handler: Handler[Any] | None = None, job: Job | None = None) -> None:
    """Mark the job dead and, in the same transaction, let its handler give up."""
    with db.write() as tx:
        is_ours = outbox.mark_dead(tx, claimed, error)
        if is_ours and handler and handler.give_up:
            handler.give_up(tx, job, error)
    if is_ours:
        _log.error("job given up: %s", error, extra={"facts": facts(claimed)})
    else:
        _say_lost(claimed)


def _say_lost(claimed: Claimed) -> None:
    _log.warning("failure not recorded: another runner took the job after its lease", extra={"facts": facts(claimed)})


def trace(error: BaseException) -> str:
    """Where an error came from and of which kind it and its causes are. Their messages are left out: they may quote the payload."""
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
