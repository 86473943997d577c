"""Periodic work: each entry of the schedule has a row with the time of its next run; the process that advances it enqueues the job.

So any number of processes may tick. Runs that were missed while none did are made up for by one run.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo

from msgspec import Struct
from sqlalchemy import exists, select, update

from bilim.db.engine import Database, Tx
from bilim.db.outbox_tables import DEAD, JobRow, ScheduledRun, rows_of
from bilim.kit.jobs import Job

_log = logging.getLogger("bilim.jobs")

_SHORTEST = timedelta(seconds=1)
_LONGEST_SLEEP = 60.0
"""Seconds after which a tick looks again, whatever the schedule says: the clock may be set, and rows may be restored."""


class Every(Struct, frozen=True):
    """An entry of the schedule: enqueue `job` after each interval, or each day at a time of the school's clock.

    The name is the row's key: a renamed entry starts over.
    """

    name: str
    every: timedelta | time
    job: Job

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime:
        """When an entry that ran at a moment runs next."""
        if isinstance(self.every, timedelta):
            return moment + self.every
        local = moment.astimezone(zone)
        today = datetime.combine(local.date(), self.every, zone)
        return today if today > moment else datetime.combine(local.date() + timedelta(days=1), self.every, zone)

    def next_of(self, planned: datetime, now: datetime, zone: tzinfo) -> datetime:
        """When an entry runs next whose planned moment has come: in step with it, and after now."""
        if isinstance(self.every, timedelta):
            return planned + self.every * ((now - planned) // self.every + 1)
        return self.next_after(now, zone)


class Schedule:
    """All entries.

    Raises:
        ValueError: two entries of one name, or an interval under a second.
    """

    def __init__(self, entries: Iterable[Every], zone: tzinfo) -> None:
        self._zone = zone
        self.entries: dict[str, Every] = {}
        for entry in entries:
            if entry.name in self.entries:
                raise ValueError(f"two entries named {entry.name}")
            if isinstance(entry.every, timedelta) and entry.every < _SHORTEST:
                raise ValueError(f"{entry.name}: the interval is under a second")
            self.entries[entry.name] = entry

    def tick(self, db: Database) -> float:
        """Enqueue the jobs of all entries whose moment has come; return the seconds until the next tick is due."""
        with db.read() as tx:
            now, planned = tx.now, self._planned(tx)
        for entry in self.entries.values():
            if self._is_to_move(entry, planned.get(entry.name), now):
                with db.write() as tx:
                    planned[entry.name] = self._move(tx, entry, planned.get(entry.name))
        waits = [(moment - now).total_seconds() for moment in planned.values()]
        return min([_LONGEST_SLEEP, *(max(0.0, wait) for wait in waits)])

    def _planned(self, tx: Tx) -> dict[str, datetime]:
        rows = tx.all(select(ScheduledRun.name, ScheduledRun.next_at).where(ScheduledRun.name.in_(self.entries)))
        return {name: next_at for name, next_at in rows}  # noqa: C416 - rows are no pairs to the type checker

    def _is_to_move(self, entry: Every, planned: datetime | None, now: datetime) -> bool:
        """Whether an entry is new, due, or planned for later than it can be: its interval was longer when that was written."""
        return planned is None or planned <= now or planned > entry.next_after(now, self._zone)

    def _move(self, tx: Tx, entry: Every, planned: datetime | None) -> datetime:
        """Record when the entry runs next and, where its moment has come, enqueue its job; the moment that is planned then.

        The UPDATE holds only for the moment that was read, so that of several processes one enqueues.
        """
        if planned is None:
            first = entry.next_after(tx.now, self._zone)
            tx.execute(tx.inserting(ScheduledRun).values(name=entry.name, next_at=first).on_conflict_do_nothing())
            return first
        is_due = planned <= tx.now
        following = entry.next_of(planned, tx.now, self._zone) if is_due else entry.next_after(tx.now, self._zone)
        moved = update(ScheduledRun).where(ScheduledRun.name == entry.name, ScheduledRun.next_at == planned)
        if tx.execute(moved.values(next_at=following)).rowcount and is_due:
            self._enqueue(tx, entry)
        return following

    @staticmethod
    def _enqueue(tx: Tx, entry: Every) -> None:
        """Enqueue a run, unless the one before still waits or runs: two runs at once are useless."""
        of_entry = ScheduledRun.name == entry.name
        if tx.scalar(select(exists().where(of_entry, JobRow.id == ScheduledRun.job_id, JobRow.state != DEAD))):
            _log.warning("scheduled run skipped: the one before is not done", extra={"facts": {"entry": entry.name}})
            return
        (row,) = rows_of([entry.job], tx.now, tx.now)
        tx.execute(update(ScheduledRun).where(of_entry).values(job_id=tx.insert(JobRow, **row)))
        tx.enqueued.add(entry.job.queue)
