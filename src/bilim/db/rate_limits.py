"""Rate limits that all processes share: each key has a row with the time of its next free slot."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, select

from bilim.db.engine import Tx
from bilim.db.outbox_tables import RateLimit

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reserve_slot(tx: Tx, key: str, interval: timedelta) -> datetime:
    """Take the key's next free slot, at least `interval` after the one before, and return when it is: never before now.

    One statement advances the row, so no two processes get the same slot.
    """
    now, step = _microseconds(tx.now), interval // _MICROSECOND
    later = case((RateLimit.next_at > now, RateLimit.next_at), else_=now) + step
    taken = tx.inserting(RateLimit).values(key=key, next_at=now + step)
    taken = taken.on_conflict_do_update(index_elements=[RateLimit.key], set_={"next_at": later})
    return _EPOCH + (tx.scalar(taken.returning(RateLimit.next_at)) - step) * _MICROSECOND


def pause(tx: Tx, key: str, until: datetime) -> None:
    """Let the key have no slot before a given time."""
    moment = _microseconds(until)
    later = case((RateLimit.next_at > moment, RateLimit.next_at), else_=moment)
    paused = tx.inserting(RateLimit).values(key=key, next_at=moment)
    tx.execute(paused.on_conflict_do_update(index_elements=[RateLimit.key], set_={"next_at": later}))


def forget_past(tx: Tx) -> None:
    """Delete the rows whose time is past, else each chat ever written to would keep one. Locked rows are skipped."""
    past = select(RateLimit.key).where(RateLimit.next_at < _microseconds(tx.now)).with_for_update(skip_locked=True)
    tx.execute(delete(RateLimit).where(RateLimit.key.in_(past)))


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
