"""Jobs for admins and metrics, without their payload; and whether the database answers."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, case, func, literal, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.outbox_tables import DEAD, JobRow
from bilim.db.select_into import select_into
from bilim.kit.access import requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream


class JobView(Struct):
    """A job that waits, runs, or was given up (`dead`); done ones are deleted."""

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


_JOBS = select_into(
    JobView,
    id=JobRow.id,
    queue=JobRow.queue,
    kind=JobRow.kind,
    state=JobRow.state,
    attempts=JobRow.attempts,
    due_at=JobRow.due_at,
    error=JobRow.error,
    created_at=JobRow.created_at,
).order_by(JobRow.id.desc())
_ALL = ListQuery(_JOBS)
_IN_STATE = ListQuery(_JOBS.where(JobRow.state == bindparam("state")))


@requires(Role.ADMIN)
def jobs(tx: Tx, _actor: Actor, state: str | None, page: Page) -> RowStream[JobView]:
    """All jobs, or those in one state, newest first."""
    return paginate(tx, _ALL if state is None else _IN_STATE, page, {"state": state})


@requires(Role.ADMIN)
def job(tx: Tx, _actor: Actor, job_id: int) -> JobView:
    """One job.

    Raises:
        NotFound: there is none, or it is done.
    """
    return tx.fetch_one(_JOBS.where(JobRow.id == job_id))


@requires(Role.ADMIN)
def backlog(tx: Tx, _actor: Actor) -> list[Backlog]:
    """How many jobs of each queue wait, run, and were given up."""
    due = case(((JobRow.state != DEAD) & (JobRow.due_at <= tx.now), JobRow.due_at))
    found = tx.all(select(JobRow.queue, JobRow.state, func.count(), func.min(due)).group_by(JobRow.queue, JobRow.state))
    return [Backlog(queue, state, count, (tx.now - since).total_seconds() if since else 0.0) for queue, state, count, since in found]


@signed_in
def database_answers(tx: Tx, _actor: Actor) -> bool:
    """Whether the database answers."""
    return tx.scalar(select(literal(1))) == 1
