"""The outbox: what must happen after a commit is a row of the same transaction, so that neither is ever without the other.

Jobs run at least once, each until it is done. A claim is a lease: a runner that dies holds its job until the lease ends, then another takes
it. The database is the truth; queues and wake-ups only make it quicker.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, Update, and_, case, delete, func, literal, literal_column, or_, select, update

from bilim.db.base import UtcDateTime
from bilim.db.engine import Tx
from bilim.db.outbox_tables import DEAD, RUNNING, WAITING, JobRow
from bilim.db.select_into import select_into

LEASE = timedelta(seconds=30)
"""How long a claim holds a job whose kind says nothing else."""
_MAX_ERROR = 500
_IS_NOT_DEAD = JobRow.state != literal_column("'dead'")  # written out: the condition of the index, not a parameter


class Terms(Struct, frozen=True):
    """How jobs of a kind are claimed.

    `lease` is how long a claim lasts unless it is renewed; `at_once` is how many may run at once over all processes, None where as many as
    there are runners.
    """

    lease: timedelta = LEASE
    at_once: int | None = None


KindTerms = Mapping[str, Terms]
"""The terms of a queue's kinds. Kinds that are not there have the default ones."""


class Claimed(Struct):
    """A job that its runner holds until the lease ends; `attempts` counts this try, `claim` is the number of this claim."""

    id: int
    queue: str
    kind: str
    payload: dict[str, Any]
    attempts: int
    claim: int
    is_in_doubt: bool
    """An earlier runner's lease ran out: it may have done the job and died before it could say so."""


_CLAIMED = select_into(
    Claimed,
    id=JobRow.id,
    queue=JobRow.queue,
    kind=JobRow.kind,
    payload=JobRow.payload,
    attempts=JobRow.attempts,
    claim=JobRow.claims,
    is_in_doubt=JobRow.in_doubt,
)


def claim(tx: Tx, queue: str, terms: KindTerms) -> Claimed | None:
    """Claim the queue's job that is due longest, or None. Nobody else gets it before the lease ends."""
    _lock_limited(tx, terms)
    due = _due(tx, queue, _full(tx, terms)).with_only_columns(JobRow.id).limit(1).with_for_update(skip_locked=True)
    leases = {kind: literal(tx.now + each.lease, UtcDateTime) for kind, each in terms.items()}
    usual = literal(tx.now + LEASE, UtcDateTime)
    held_until = case(leases, value=JobRow.kind, else_=usual) if leases else usual
    return _claimed(tx, _claiming(held_until).where(JobRow.id == due.scalar_subquery()))


def claim_by_id(tx: Tx, job_id: int, kind: str, terms: Terms) -> Claimed | None:
    """Claim one job of a kind; None where it is done, dead, not due, held by another, or as many of its kind run as may.

    In the last case it counts as not sent to the broker, so that it is sent again when another of its kind has ended.
    """
    limited = {kind: terms}
    _lock_limited(tx, limited)
    if _full(tx, limited):
        mark_unsent(tx, [job_id])
        return None
    due = _claiming(literal(tx.now + terms.lease, UtcDateTime)).where(JobRow.id == job_id, JobRow.kind == kind)
    return _claimed(tx, due.where(_IS_NOT_DEAD, JobRow.due_at <= tx.now))


def _claimed(tx: Tx, claiming: Update) -> Claimed | None:
    """Run a statement that claims a job at most; the job."""
    found = tx.first(claiming.returning(*_CLAIMED.query.selected_columns))
    return None if found is None else _CLAIMED.make(*found)


def _claiming(held_until: ColumnElement[datetime]) -> Update:
    """An UPDATE that claims rows: those that run already are claimed after their lease, and so in doubt."""
    return update(JobRow).values(
        state=RUNNING,
        due_at=held_until,
        attempts=JobRow.attempts + 1,
        claims=JobRow.claims + 1,
        in_doubt=JobRow.state == RUNNING,
        sent_at=None,
    )


def _due(tx: Tx, queue: str, but: Collection[str]) -> Select[int, str]:
    """The ids and kinds of a queue's jobs that may be claimed, due longest first, but for some kinds."""
    due = select(JobRow.id, JobRow.kind).where(JobRow.queue == queue, _IS_NOT_DEAD, JobRow.due_at <= tx.now)
    return (due.where(JobRow.kind.not_in(but)) if but else due).order_by(JobRow.due_at, JobRow.id)


def _limits(terms: KindTerms) -> dict[str, int]:
    return {kind: each.at_once for kind, each in sorted(terms.items()) if each.at_once is not None}


def _lock_limited(tx: Tx, terms: KindTerms) -> None:
    """Let nobody else count the running jobs of limited kinds until the commit. SQLite's write units exclude each other anyway."""
    if tx.dialect == "postgresql":
        for kind in _limits(terms):
            tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"bilim.jobs:{kind}", 0))))


def _full(tx: Tx, terms: KindTerms) -> list[str]:
    """The kinds of which as many run as may."""
    limits = _limits(terms)
    if not limits:
        return []
    running = _count(tx, limits, and_(JobRow.state == literal_column("'running'"), JobRow.due_at > tx.now))
    return [kind for kind, limit in limits.items() if running.get(kind, 0) >= limit]


def _count(tx: Tx, kinds: Collection[str], condition: ColumnElement[bool]) -> dict[str, int]:
    counted = select(JobRow.kind, func.count()).where(JobRow.kind.in_(kinds), condition).group_by(JobRow.kind)
    return {kind: count for kind, count in tx.all(counted)}  # noqa: C416 - rows are no pairs to the type checker


def renew(tx: Tx, job: Claimed, lease: timedelta) -> bool:
    """Hold a job for another lease; False where another runner took it or finished it."""
    return bool(tx.execute(_held(job).values(due_at=tx.now + lease)).rowcount)


def finish(tx: Tx, job: Claimed) -> bool:
    """Delete a job that is done. Where another runner took it meanwhile it is deleted too, as it need not be done again.

    Returns:
        Whether nobody else had taken it.
    """
    return tx.scalar(delete(JobRow).where(JobRow.id == job.id).returning(JobRow.claims)) == job.claim


def postpone(tx: Tx, job: Claimed, due_at: datetime, error: str, *, counted: bool) -> bool:
    """Let the job be claimed again later; a try that does not count (the service asked to wait) is taken back from `attempts`.

    False where another runner took it meanwhile.
    """
    attempts = job.attempts if counted else job.attempts - 1
    later = _held(job).values(state=WAITING, due_at=due_at, attempts=attempts, error=error[:_MAX_ERROR])
    return bool(tx.execute(later).rowcount)


def mark_dead(tx: Tx, job: Claimed, error: str) -> bool:
    """Keep a job that failed for the last time, or cannot be done, for an admin. False where another runner took it meanwhile."""
    return bool(tx.execute(_held(job).values(state=DEAD, error=error[:_MAX_ERROR])).rowcount)


def _held(job: Claimed) -> Update:
    """An UPDATE of the job, unless another runner claimed it since: what becomes of it is theirs to say."""
    return update(JobRow).where(JobRow.id == job.id, JobRow.state == RUNNING, JobRow.claims == job.claim)


def requeue(tx: Tx, job_id: int) -> bool:
    """Let a dead job be tried anew, as often as a new one; False where it is not dead."""
    anew = update(JobRow).where(JobRow.id == job_id, JobRow.state == DEAD)
    queue = tx.scalar(anew.values(state=WAITING, attempts=0, due_at=tx.now, sent_at=None).returning(JobRow.queue))
    if queue is not None:
        tx.enqueued.add(queue)
    return queue is not None


def postpone_due(tx: Tx, queue: str, due_at: datetime) -> None:
    """Let every waiting job of a queue that is due be claimed later. Running ones are left alone."""
    due = update(JobRow).where(JobRow.queue == queue, _IS_NOT_DEAD, JobRow.state == WAITING, JobRow.due_at <= tx.now)
    tx.execute(due.values(due_at=due_at, sent_at=None))


def next_due(tx: Tx, queue: str, terms: KindTerms) -> datetime | None:
    """When the queue's next job may be claimed, leaving out kinds of which as many run as may; None where none waits."""
    alive = select(JobRow.due_at).where(JobRow.queue == queue, _IS_NOT_DEAD)
    full = _full(tx, terms)
    return tx.scalar((alive.where(JobRow.kind.not_in(full)) if full else alive).order_by(JobRow.due_at).limit(1))


class Unsent(Struct, frozen=True):
    """A due job to send to the broker."""

    id: int
    kind: str


class Sending(Struct, frozen=True):
    """How much of a queue the broker may hold: sent and not taken, at most `window` jobs, and at most `batch` more at a time.

    A job that was sent before `lost_before` and that nobody took since counts as lost.
    """

    lost_before: datetime
    window: int
    batch: int


def find_unsent(tx: Tx, queue: str, terms: KindTerms, sending: Sending, *, lock: bool) -> list[Unsent]:
    """Due jobs to send to the broker, due longest first; of a limited kind no more than may run beside those sent or running.

    With `lock` the rows are this transaction's until its commit; those that another is sending are left out.
    """
    limits = _limits(terms)
    is_unsent = or_(JobRow.sent_at.is_(None), JobRow.sent_at < sending.lost_before)
    is_sent = and_(JobRow.sent_at.is_not(None), JobRow.sent_at >= sending.lost_before)
    held = tx.scalar(select(func.count()).where(JobRow.queue == queue, is_sent))
    most = min(sending.window - held, sending.batch)

    def find(due: Select[int, str], bound: int) -> list[Unsent]:
        due = due.where(is_unsent).limit(bound)
        return [Unsent(*row) for row in tx.all(due.with_for_update(skip_locked=True) if lock else due)] if bound > 0 else []

    found = find(_due(tx, queue, limits), most)
    if limits and len(found) < most:
        under_way = _count(tx, limits, or_(and_(JobRow.state == RUNNING, JobRow.due_at > tx.now), is_sent))
        for kind, limit in limits.items():
            room = min(limit - under_way.get(kind, 0), most - len(found))
            found += find(_due(tx, queue, ()).where(JobRow.kind == kind), room)
    return found


def mark_sent(tx: Tx, job_ids: Collection[int]) -> None:
    """Note that jobs are sent to the broker now."""
    tx.execute(update(JobRow).where(JobRow.id.in_(job_ids)).values(sent_at=tx.now))


def mark_unsent(tx: Tx, job_ids: Collection[int]) -> None:
    """Note that jobs are to be sent to the broker again; those that run meanwhile have arrived."""
    tx.execute(update(JobRow).where(JobRow.id.in_(job_ids), JobRow.state == WAITING).values(sent_at=None))
