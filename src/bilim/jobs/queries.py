"""Jobs as an admin and the figures see them: never what they carry."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import case, func, select

from bilim.db.engine import Tx
from bilim.db.outbox import WAITING
from bilim.db.outbox_tables import Job
from bilim.kit.paging import Listed, Page


class JobOut(Struct):
    """A job that waits, or was given up (`dead`); done ones are gone."""

    id: int
    lane: str
    kind: str
    state: str
    attempts: int
    due_at: datetime
    error: str | None
    created_at: datetime


class Backlog(Struct):
    """The jobs of a lane in one state; `age` is how long the oldest due one has waited, in seconds, 0 where none is due."""

    lane: str
    state: str
    count: int
    age: float


_JOBS = select(Job.id, Job.lane, Job.kind, Job.state, Job.attempts, Job.due_at, Job.error, Job.created_at)


def jobs(tx: Tx, state: str | None, page: Page) -> Listed[JobOut]:
    """All jobs, or those in one state, newest first."""
    query = _JOBS.order_by(Job.id.desc())
    return tx.listed(query if state is None else query.where(Job.state == state), JobOut, page)


def job(tx: Tx, job_id: int) -> JobOut:
    """One job.

    Raises:
        NotFound: there is none, or it is done.
    """
    return tx.one(_JOBS.where(Job.id == job_id), JobOut)


def backlog(tx: Tx) -> list[Backlog]:
    """What waits in each lane, and what was given up."""
    due = case(((Job.state == WAITING) & (Job.due_at <= tx.now), Job.due_at))
    found = tx.all(select(Job.lane, Job.state, func.count(), func.min(due)).group_by(Job.lane, Job.state))
    return [Backlog(lane, state, count, (tx.now - since).total_seconds() if since else 0.0) for lane, state, count, since in found]
