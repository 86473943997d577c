"""Jobs as an admin and the figures see them: never what they carry."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import case, func, select

from bilim.db.engine import Tx
from bilim.db.outbox_tables import DEAD, JobRow
from bilim.kit.paging import Listed, Page


class JobOut(Struct):
    """A job that waits, runs, or was given up (`dead`); done ones are gone."""

    id: int
    queue: str
    kind: str
    state: str
    attempts: int
    due_at: datetime
    error: str | None
    created_at: datetime


class Backlog(Struct):
    """The jobs of a queue in one state; `age` is how long the oldest due one has waited, in seconds, 0 where none is due."""

    queue: str
    state: str
    count: int
    age: float


_JOBS = select(JobRow.id, JobRow.queue, JobRow.kind, JobRow.state, JobRow.attempts, JobRow.due_at, JobRow.error, JobRow.created_at)


def jobs(tx: Tx, state: str | None, page: Page) -> Listed[JobOut]:
    """All jobs, or those in one state, newest first."""
    query = _JOBS.order_by(JobRow.id.desc())
    return tx.listed(query if state is None else query.where(JobRow.state == state), JobOut, page)


def job(tx: Tx, job_id: int) -> JobOut:
    """One job.

    Raises:
        NotFound: there is none, or it is done.
    """
    return tx.one(_JOBS.where(JobRow.id == job_id), JobOut)


def backlog(tx: Tx) -> list[Backlog]:
    """How many jobs of each queue wait, run, and were given up."""
    due = case(((JobRow.state != DEAD) & (JobRow.due_at <= tx.now), JobRow.due_at))
    found = tx.all(select(JobRow.queue, JobRow.state, func.count(), func.min(due)).group_by(JobRow.queue, JobRow.state))
    return [Backlog(queue, state, count, (tx.now - since).total_seconds() if since else 0.0) for queue, state, count, since in found]
