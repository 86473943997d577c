"""Periodic work: each run's job is enqueued once, whoever ticks; what was missed is made up for by one run."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bilim.app.jobs import make_schedule
from bilim.db.engine import Database
from bilim.db.outbox_tables import DEAD, JobRow, ScheduledRun
from bilim.jobs.schedule import Every, Schedule
from bilim.kit import clock
from bilim.settings import Settings
from conftest import NOON, SetClock
from jobs.telling import Tell, enqueue

TASHKENT = ZoneInfo("Asia/Tashkent")
HOUR = timedelta(hours=1)


def hourly(name: str = "tell") -> Every:
    return Every(name, HOUR, Tell(words=name))


def schedule(*entries: Every) -> Schedule:
    return Schedule(entries or [hourly()], TASHKENT)


def enqueued(db: Database) -> list[str]:
    with db.read() as tx:
        return [payload["words"] for payload in tx.scalars(select(JobRow.payload).order_by(JobRow.id))]


def planned(db: Database) -> dict[str, datetime]:
    with db.read() as tx:
        return dict(map(tuple, tx.all(select(ScheduledRun.name, ScheduledRun.next_at))))


def do_all(db: Database) -> None:
    """Do every job, so that the next run is not skipped."""
    with db.write() as tx:
        tx.execute(JobRow.__table__.delete())  # type: ignore[attr-defined]


def test_an_entry_runs_after_each_interval(db: Database, set_clock: SetClock) -> None:
    woken: list[set[str]] = []
    db.wake = woken.append
    assert schedule().tick(db) == 60
    assert (enqueued(db), planned(db)) == ([], {"tell": NOON + HOUR})
    set_clock(NOON + HOUR - timedelta(seconds=3))
    assert schedule().tick(db) == 3
    assert enqueued(db) == []
    set_clock(NOON + HOUR)
    schedule().tick(db)
    schedule().tick(db)
    assert (enqueued(db), planned(db), woken) == (["tell"], {"tell": NOON + 2 * HOUR}, [{"default"}])


def test_runs_missed_while_nothing_ran_are_one_and_the_next_is_in_step(db: Database, set_clock: SetClock) -> None:
    schedule().tick(db)
    set_clock(NOON + 9.5 * HOUR)
    schedule().tick(db)
    assert (enqueued(db), planned(db)) == (["tell"], {"tell": NOON + 10 * HOUR})


def test_of_many_processes_that_tick_together_one_enqueues(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    schedule().tick(db)
    monkeypatch.setattr(clock, "now", lambda: NOON + HOUR)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _number: schedule().tick(db), range(16)))
    assert enqueued(db) == ["tell"]


def test_who_read_the_row_before_another_moved_it_enqueues_nothing(db: Database, set_clock: SetClock) -> None:
    slow = schedule()
    slow.tick(db)
    set_clock(NOON + HOUR)
    schedule().tick(db)
    do_all(db)
    with db.write() as tx:
        slow._move(tx, hourly(), NOON + HOUR)
    assert (enqueued(db), planned(db)) == ([], {"tell": NOON + 2 * HOUR})


def test_each_entry_has_a_row_of_its_own(db: Database, set_clock: SetClock) -> None:
    both = schedule(hourly("a"), Every("b", 2 * HOUR, Tell(words="b")))
    both.tick(db)
    set_clock(NOON + HOUR)
    both.tick(db)
    assert enqueued(db) == ["a"]
    assert planned(db) == {"a": NOON + 2 * HOUR, "b": NOON + 2 * HOUR}


def test_a_run_whose_predecessor_is_not_done_is_skipped(db: Database, set_clock: SetClock, caplog: pytest.LogCaptureFixture) -> None:
    ours = schedule()
    ours.tick(db)
    for hours in (1, 2):
        set_clock(NOON + hours * HOUR)
        ours.tick(db)
    assert enqueued(db) == ["tell"]
    assert caplog.messages == ["scheduled run skipped: the one before is not done"]
    with db.write() as tx:
        tx.execute(update(JobRow).values(state=DEAD))
    set_clock(NOON + 3 * HOUR)
    ours.tick(db)
    assert enqueued(db) == ["tell", "tell"], "a run that was given up holds up no other"


def test_a_job_of_the_same_kind_enqueued_by_others_holds_up_no_run(db: Database, set_clock: SetClock) -> None:
    schedule().tick(db)
    enqueue(db, Tell(words="boshqa"))
    set_clock(NOON + HOUR)
    schedule().tick(db)
    assert enqueued(db) == ["boshqa", "tell"]


def test_a_daily_entry_runs_at_its_time_on_the_schools_clock(db: Database, set_clock: SetClock) -> None:
    """Noon in UTC is five in the afternoon there."""
    ours = schedule(Every("evening", time(18, 30), Tell(words="evening")), Every("night", time(3), Tell(words="night")))
    ours.tick(db)
    evening, night = datetime(2026, 11, 20, 13, 30, tzinfo=UTC), datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert planned(db) == {"evening": evening, "night": night}
    set_clock(evening)
    ours.tick(db)
    assert (enqueued(db), planned(db)) == (["evening"], {"evening": evening + 24 * HOUR, "night": night})
    set_clock(night + 50 * HOUR)
    do_all(db)
    ours.tick(db)
    assert enqueued(db) == ["evening", "night"]
    assert planned(db) == {"evening": evening + 72 * HOUR, "night": night + 72 * HOUR}


def test_a_shorter_interval_counts_at_once(db: Database, set_clock: SetClock) -> None:
    schedule(Every("tell", 24 * HOUR, Tell())).tick(db)
    schedule().tick(db)
    assert (enqueued(db), planned(db)) == ([], {"tell": NOON + HOUR})


def test_entries_that_could_not_run_are_refused() -> None:
    with pytest.raises(ValueError, match="two entries named tell"):
        schedule(hourly(), hourly())
    with pytest.raises(ValueError, match="under a second"):
        schedule(Every("tell", timedelta(milliseconds=1), Tell()))


def test_the_products_schedule_cleans_up_every_hour_and_keeps_deadlines(settings: Settings) -> None:
    planned = {(entry.every, entry.job.kind) for entry in make_schedule(settings).entries.values()}
    assert planned == {
        (HOUR, "rate-limits.forget"),
        (HOUR, "files.sweep"),
        (timedelta(seconds=20), "mock.close-sessions"),
        (timedelta(seconds=20), "quiz.close-attempts"),
        (timedelta(minutes=1), "rooms.sweep"),
        (timedelta(minutes=10), "speech.sweep"),
        (timedelta(seconds=30), "payments.sweep"),
        (time(4, 0), "payments.reconcile"),
        (timedelta(minutes=2), "tutor.sweep-tokens"),
        (timedelta(minutes=5), "notifications.make-digests"),
        (time(3, 30), "notifications.sweep"),
        (time(3, 30), "plans.sweep"),
        (time(10, 0), "stripe.remind-of-ends"),
        (time(3, 30), "recommendations.count"),
        (time(18, 0), "practice.find-due-words"),
    }
