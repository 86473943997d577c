"""Jobs for the tests of what runs them, and a handler that does as a test tells it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import select

from bilim.db import rate_limits
from bilim.db.engine import Database, Tx
from bilim.db.outbox_tables import JobRow
from bilim.jobs.handling import Handler, Handlers, RetryLater, Try
from bilim.kit import clock
from bilim.kit.jobs import Job, Queue

SECOND = timedelta(seconds=1)
PATIENCE = 20
"""Seconds after which a thread that was to do something counts as stuck."""


class Tell(Job):
    """A message: what it says must appear in no log."""

    kind: ClassVar[str] = "tell"

    words: str = "parol: 1234"


class Count(Job):
    kind: ClassVar[str] = "count"
    queue: ClassVar[Queue] = "speech"

    number: int


class Handling:
    """A handler that remembers how it was called, and does what a test tells it to."""

    def __init__(self) -> None:
        self.tries: list[Try] = []
        self.given_up: list[str] = []
        self.act: Callable[[Tell, Try], None] = lambda _job, _try: None

    def run(self, job: Tell, attempt: Try) -> None:
        self.tries.append(attempt)
        self.act(job, attempt)

    def give_up(self, tx: Tx, job: Tell, error: str) -> None:
        rate_limits.pause(tx, f"given up {job.words}", tx.now)
        self.given_up.append(error)

    @property
    def handlers(self) -> Handlers:
        return Handlers([Handler(Tell, self.run, self.give_up)])


def enqueue(db: Database, *jobs: Job) -> None:
    with db.write() as tx:
        tx.enqueue(*jobs)


def state_of(db: Database) -> Any:
    """The only job, or None."""
    with db.read() as tx:
        return tx.first(select(JobRow.state, JobRow.attempts, JobRow.due_at, JobRow.error))


def fail(job: Job, _try: Try) -> None:
    raise ZeroDivisionError(job)


def be_told_to_wait(_job: Job, _try: Try) -> None:
    raise RetryLater("limit", clock.now() + SECOND)
