"""What a handler of jobs is, and what it may raise."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from msgspec import Struct

from bilim.db.engine import Tx
from bilim.db.outbox import LEASE, KindTerms, Terms
from bilim.kit.jobs import QUEUES, Job

J = TypeVar("J", bound=Job)

MAX_TRIES = 8
"""Tries of a job, unless its handler has another number."""
LONGEST = timedelta(minutes=10)
"""How long a try may run, unless its handler has another limit."""
_LONGEST_BACKOFF = 300.0
_MAX_KIND = 40


class RetryLater(Exception):
    """Raised by a handler: run the job again at a later time. The reason is shown to admins.

    By default the try does not count: a limit was reached, or the service asked to wait. `counted` where it failed.
    """

    def __init__(self, reason: str, at: datetime, *, counted: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.counted = counted


class Try(Struct, frozen=True):
    """Which try of a job this is, from 1. A job whose last try fails is marked dead."""

    number: int
    is_last: bool


def back_off(tries: int) -> timedelta:
    """2, 4, 8 … seconds, at most 5 minutes, each with as much again of random jitter, so that jobs that failed together are spread."""
    return timedelta(seconds=min(2.0**tries * random.uniform(1, 2), _LONGEST_BACKOFF))  # noqa: S311 - no secret


class Handler(Struct, Generic[J], frozen=True):
    """How a kind of job is run.

    `run` is called outside any transaction, at least once for each job, and must do nothing more when called again for the same one.
    It returns where the job is done, and raises `RetryLater` or anything else where it is not.
    """

    job: type[J]
    run: Callable[[J, Try], None]
    give_up: Callable[[Tx, J, str], None] | None = None
    """Called with the last error in the transaction that marks the job dead."""
    lease: timedelta = LEASE
    """After how long another runner takes the job of a process that died. While `run` runs, the lease is renewed."""
    longest: timedelta = LONGEST
    """How long `run` may take before it counts as hanging: its lease is renewed no more, and another runner tries the job."""
    tries: int = MAX_TRIES
    backoff: Callable[[int], timedelta] = back_off
    """How long a job waits after so many failed tries."""
    at_once: int | None = None
    """How many jobs of this kind may run at once over all processes; None for as many as there are runners."""


class Handlers:
    """All handlers by their job's kind.

    Raises:
        ValueError: two handlers of one kind, or a kind or queue that the database and the workers cannot take.
    """

    def __init__(self, handlers: Iterable[Handler[Any]]) -> None:
        self._by_kind: dict[str, Handler[Any]] = {}
        terms: defaultdict[str, dict[str, Terms]] = defaultdict(dict)
        for handler in handlers:
            kind, queue = handler.job.kind, handler.job.queue
            if kind in self._by_kind:
                raise ValueError(f"two handlers of {kind}")
            if len(kind) > _MAX_KIND:
                raise ValueError(f"{kind} is longer than {_MAX_KIND} characters")
            if queue not in QUEUES:
                raise ValueError(f"{kind}: there is no queue {queue}")
            self._by_kind[kind] = handler
            terms[queue][kind] = Terms(handler.lease, handler.at_once)
        self._terms = dict(terms)
        self.queues = sorted(terms)
        """The queues that have handlers."""
        self.kinds = {kind: handler.job.queue for kind, handler in self._by_kind.items()}
        """The queue of each kind."""
        self.kinds_after_restore = frozenset(kind for kind, handler in self._by_kind.items() if handler.job.runs_after_restore)
        """The kinds that run once a backup is restored: see `Job.runs_after_restore`."""

    def of(self, kind: str) -> Handler[Any] | None:
        """The handler of a kind, or None."""
        return self._by_kind.get(kind)

    def terms(self, queue: str) -> KindTerms:
        """How jobs of a queue are claimed, by kind."""
        return self._terms.get(queue, {})

    def terms_of(self, kind: str) -> Terms:
        """How jobs of one kind are claimed."""
        handler = self._by_kind.get(kind)
        return Terms(handler.lease, handler.at_once) if handler else Terms()
