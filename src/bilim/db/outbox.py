"""The outbox: what must happen after a commit is a row of the same transaction, so that neither is ever without the other.

Jobs run at least once, each until it is done. A claim is a lease: a runner that dies holds its job until the lease ends, then another takes
it. The database is the truth; queues and wake-ups only make it quicker.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Update, case, delete, select, update

from bilim.db.engine import Tx
from bilim.db.outbox_tables import DEAD, WAITING, Job, Pace

_MAX_ERROR = 500
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Claimed(Struct):
    """A job that its runner holds until the lease ends; `attempts` counts this one."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    held_until: datetime
    is_in_doubt: bool
    """An earlier runner's lease ran out: it may have done the job and died before it could say so."""


def claim(tx: Tx, lane: str, lease: timedelta) -> Claimed | None:
    """Take the lane's job that is due longest, or None. Nobody else gets it before the lease ends."""
    due = (
        select(Job.id, Job.kind, Job.payload, Job.attempts, Job.error)
        .where(Job.lane == lane, Job.state == WAITING, Job.due_at <= tx.now)
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = tx.first(due)
    if found is None:
        return None
    job_id, kind, payload, attempts, error = found
    held_until = tx.now + lease
    # Without an error while it is held: a try that ended leaves one, so a job tried before that has none was never heard of again.
    tx.execute(update(Job).where(Job.id == job_id).values(due_at=held_until, attempts=attempts + 1, error=None))
    return Claimed(job_id, kind, payload, attempts + 1, held_until, is_in_doubt=attempts > 0 and error is None)


def finish(tx: Tx, job: Claimed) -> None:
    """The job is done; even where the lease ran out meanwhile, it need not be done again."""
    tx.execute(delete(Job).where(Job.id == job.id))


def postpone(tx: Tx, job: Claimed, due_at: datetime, error: str, *, counted: bool) -> None:
    """Let the job be taken again later; a try that does not count (the service asked to wait) leaves no trace in `attempts`."""
    attempts = job.attempts if counted else job.attempts - 1
    tx.execute(_held(job).values(due_at=due_at, attempts=attempts, error=error[:_MAX_ERROR]))


def bury(tx: Tx, job: Claimed, error: str) -> bool:
    """The job was tried too often, or cannot be done: it waits for an admin. False where another runner took it meanwhile."""
    return bool(tx.execute(_held(job).values(state=DEAD, error=error[:_MAX_ERROR])).rowcount)


def _held(job: Claimed) -> Update:
    """An UPDATE of the job, unless its lease ran out and another runner took it: what became of it is theirs to say."""
    return update(Job).where(Job.id == job.id, Job.state == WAITING, Job.due_at == job.held_until)


def revive(tx: Tx, job_id: int) -> bool:
    """Let a dead job be tried anew, and wake its lane; False where it is not dead."""
    revived = update(Job).where(Job.id == job_id, Job.state == DEAD).values(state=WAITING, attempts=0, due_at=tx.now)
    lane = tx.scalar(revived.returning(Job.lane))
    if lane is not None:
        tx.announced.add(lane)
    return lane is not None


def postpone_due(tx: Tx, lane: str, due_at: datetime) -> None:
    """Let every job of a lane that is due be taken later. Those that somebody holds are left alone: their leases end after now."""
    due = update(Job).where(Job.lane == lane, Job.state == WAITING, Job.due_at <= tx.now)
    tx.execute(due.values(due_at=due_at))


def next_due(tx: Tx, lane: str) -> datetime | None:
    """When the lane's next job may be taken; None where none waits."""
    return tx.scalar(select(Job.due_at).where(Job.lane == lane, Job.state == WAITING).order_by(Job.due_at).limit(1))


def reserve(tx: Tx, key: str, interval: timedelta) -> datetime:
    """Take the next free moment of something limited, at least `interval` after the one before, and return it: never before now.

    The row is updated, not read first, so every process's moments are apart.
    """
    now, step = _microseconds(tx.now), interval // _MICROSECOND
    later = case((Pace.next_at > now, Pace.next_at), else_=now) + step
    taken = tx.inserting(Pace).values(key=key, next_at=now + step).on_conflict_do_update(index_elements=[Pace.key], set_={"next_at": later})
    return _EPOCH + (tx.scalar(taken.returning(Pace.next_at)) - step) * _MICROSECOND


def pause(tx: Tx, key: str, until: datetime) -> None:
    """Let nothing of this key happen before a moment."""
    moment = _microseconds(until)
    later = case((Pace.next_at > moment, Pace.next_at), else_=moment)
    tx.execute(tx.inserting(Pace).values(key=key, next_at=moment).on_conflict_do_update(index_elements=[Pace.key], set_={"next_at": later}))


def forget_paces(tx: Tx) -> None:
    """Drop the paces that are past: each chat ever written to would keep a row. Those that somebody is reserving are left alone."""
    past = select(Pace.key).where(Pace.next_at < _microseconds(tx.now)).with_for_update(skip_locked=True)
    tx.execute(delete(Pace).where(Pace.key.in_(past)))


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
