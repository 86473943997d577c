"""Keeping a lease while a handler runs."""

import logging
from datetime import timedelta
from threading import Event as Signal
from threading import Thread
from types import TracebackType
from typing import Self

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from bilim.db import outbox
from bilim.db.engine import Database
from bilim.db.outbox import Claimed
from bilim.kit import clock

NO_ANSWER = (OperationalError, InterfaceError, NoConnection)
"""Errors that mean that the database does not answer."""

_log = logging.getLogger("bilim.jobs")

_RENEWALS_PER_LEASE = 3
"""So one renewal may fail or be late."""


class Heartbeat:
    """Renews a job's lease from a thread while the block runs, until another runner has taken the job or the block has run for `longest`.

    After that the job is its runner's only until the lease ends: a handler that hangs does not keep its job for ever.
    """

    def __init__(self, db: Database, job: Claimed, lease: timedelta, longest: timedelta) -> None:
        self._db = db
        self._job = job
        self._lease = lease
        self._longest = longest
        self._renews_until = clock.now() + longest
        self._ended = Signal()
        self._thread = Thread(target=self._beat, name=f"lease-{job.id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(self._lease.total_seconds() / _RENEWALS_PER_LEASE):
            if clock.now() >= self._renews_until:
                told = {**facts(self._job), "longest_seconds": self._longest.total_seconds()}
                _log.warning("job runs for too long: its lease is not renewed, so that another runner may try it", extra={"facts": told})
                return
            try:
                with self._db.write() as tx:
                    is_held = outbox.renew(tx, self._job, self._lease)
            except NO_ANSWER:  # the next beat tries again; settling the job shows whether the lease was lost
                continue
            if not is_held:
                _log.warning("lease lost while the job runs: another runner took it", extra={"facts": facts(self._job)})
                return


def facts(job: Claimed) -> dict[str, object]:
    """What log lines contain of a job: never its payload."""
    return {"job_id": job.id, "kind": job.kind, "attempt": job.attempts}
