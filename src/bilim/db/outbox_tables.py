"""The tables behind `db.outbox`, `db.rate_limits` and `jobs.schedule`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, BigInteger, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime
from bilim.kit.jobs import Job

WAITING, RUNNING, DEAD = "waiting", "running", "dead"
STATES = (WAITING, RUNNING, DEAD)
NOT_DEAD = text("state <> 'dead'")
"""The condition of the partial index; a statement that should use it has the same one, with a literal."""
_IS_RUNNING = text("state = 'running'")
_IS_SENT = text("sent_at IS NOT NULL")


class JobRow(Row):
    """A job, written in the transaction that enqueued it; done ones are deleted."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_due", "queue", "due_at", "id", sqlite_where=NOT_DEAD, postgresql_where=NOT_DEAD),
        Index("ix_jobs_running", "kind", "due_at", sqlite_where=_IS_RUNNING, postgresql_where=_IS_RUNNING),
        Index("ix_jobs_sent", "queue", "sent_at", sqlite_where=_IS_SENT, postgresql_where=_IS_SENT),
    )

    queue: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(40))
    """The name by which its handler is found: `Job.kind`."""
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8))
    """`waiting`, `running`, or `dead` after its last try; a dead job waits for an admin."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it may be claimed: of a running job, when its lease ends."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Tries that count towards the most that its kind has."""
    claims: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was claimed. Only the latest claim may record the job's outcome."""
    in_doubt: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the claim before the latest one ended by its lease: the job may have been done then."""
    error: Mapped[str | None] = mapped_column(String(500))
    """What went wrong last."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was last sent to the broker, since it became due; None where it was not, and wherever no broker is used."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


COLUMNS = ("queue", "kind", "payload", "state", "due_at", "attempts", "claims", "in_doubt", "created_at")
"""Of a new row."""


def rows_of(jobs: Sequence[Job], now: datetime, due_at: datetime) -> list[dict[str, Any]]:
    """The columns of new rows for these jobs."""
    waiting = (WAITING, due_at, 0, 0, False, now)
    return [dict(zip(COLUMNS, (job.queue, job.kind, msgspec.to_builtins(job), *waiting), strict=True)) for job in jobs]


class RateLimit(Base):
    """The next free slot of something limited, shared by all processes: a bot's messages, a chat's."""

    __tablename__ = "rate_limits"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[int] = mapped_column(BigInteger)
    """Microseconds since 1970: databases add numbers alike, but not times."""


class ScheduledRun(Base):
    """When an entry of the schedule runs next. The process that advances `next_at` enqueues the run's job."""

    __tablename__ = "scheduled_runs"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None] = mapped_column(BigId)
    """The latest run's job. Not a foreign key: the job's row is deleted when it is done."""
