"""A job is its runner's as long as it runs, however long that is; a runner that lost it says nothing more about it."""

import logging
import threading
import time
from datetime import datetime

import pytest
from sqlalchemy import select, update

from bilim.db.engine import Database
from bilim.db.outbox_tables import JobRow
from bilim.jobs.handling import Handler, Handlers, RetryLater, Try
from bilim.jobs.running import run_next
from bilim.kit import clock
from conftest import NOON, SetClock
from jobs.telling import PATIENCE, SECOND, Handling, Tell, be_told_to_wait, enqueue, fail, state_of

LEASE = SECOND / 5
"""Renewed every fifteenth of a second; the moments themselves are set by the tests."""
TOO_LONG = "job runs for too long: its lease is not renewed, so that another runner may try it"


@pytest.fixture
def handling() -> Handling:
    return Handling()


def wait_until_held(db: Database, until: datetime) -> None:
    """Wait until the heartbeat has renewed the lease."""
    deadline = time.monotonic() + PATIENCE
    while state_of(db)[2] != until:
        assert time.monotonic() < deadline, "the lease was not renewed"
        time.sleep(0.005)


def wait_for_words(caplog: pytest.LogCaptureFixture, words: str) -> None:
    """Wait until a line of the log says so."""
    deadline = time.monotonic() + PATIENCE
    while words not in caplog.messages:
        assert time.monotonic() < deadline, f"nobody said: {words}"
        time.sleep(0.005)


def test_a_handler_longer_than_its_lease_runs_once(db: Database, set_clock: SetClock, handling: Handling) -> None:
    handlers = Handlers([Handler(Tell, handling.run, lease=LEASE)])
    taken: list[bool] = []

    def take_ten_leases(_job: Tell, _try: Try) -> None:
        for _ in range(10):
            set_clock(clock.now() + 0.9 * LEASE)
            wait_until_held(db, clock.now() + LEASE)
            taken.append(run_next(db, handlers, "default"))

    handling.act = take_ten_leases
    enqueue(db, Tell())
    assert run_next(db, handlers, "default") is True
    assert (taken, handling.tries, state_of(db)) == ([False] * 10, [Try(1, is_last=False)], None)


def test_each_kind_has_its_own_lease(db: Database, set_clock: SetClock, handling: Handling) -> None:
    held_until: list[datetime] = []
    handling.act = lambda _job, _try: held_until.append(state_of(db)[2])
    enqueue(db, Tell())
    run_next(db, Handlers([Handler(Tell, handling.run, lease=300 * SECOND)]), "default")
    assert held_until == [NOON + 300 * SECOND]


def take_over(db: Database) -> None:
    """Claim the only job as another runner does when its lease has ended."""
    with db.write() as tx:
        tx.execute(update(JobRow).values(claims=JobRow.claims + 1, attempts=JobRow.attempts + 1, due_at=tx.now + 60 * SECOND))


@pytest.mark.parametrize("how", [fail, be_told_to_wait])
def test_who_lost_the_lease_records_no_failure(
    db: Database, set_clock: SetClock, handling: Handling, caplog: pytest.LogCaptureFixture, how: object
) -> None:
    def lose_it(job: Tell, attempt: Try) -> None:
        take_over(db)
        how(job, attempt)  # type: ignore[operator]

    handling.act = lose_it
    enqueue(db, Tell())
    run_next(db, Handlers([Handler(Tell, handling.run, handling.give_up, tries=1)]), "default")
    assert state_of(db) == ("running", 2, NOON + 60 * SECOND, None)
    assert handling.given_up == []
    assert caplog.records[-1].message == "failure not recorded: another runner took the job after its lease"


def test_who_lost_the_lease_notices_and_renews_no_more(
    db: Database, set_clock: SetClock, handling: Handling, caplog: pytest.LogCaptureFixture
) -> None:
    lost = "lease lost while the job runs: another runner took it"

    def lose_it(_job: Tell, _try: Try) -> None:
        take_over(db)
        wait_for_words(caplog, lost)

    handling.act = lose_it
    enqueue(db, Tell())
    with caplog.at_level(logging.WARNING):
        run_next(db, Handlers([Handler(Tell, handling.run, lease=LEASE)]), "default")
    assert caplog.messages == [lost, "job done after its lease: another runner took it meanwhile"]
    assert state_of(db) is None, "what is done need not be done again"


def test_a_handler_that_hangs_loses_its_job_to_another_runner(
    db: Database, set_clock: SetClock, handling: Handling, caplog: pytest.LogCaptureFixture
) -> None:
    handlers = Handlers([Handler(Tell, handling.run, handling.give_up, lease=LEASE, longest=60 * SECOND)])

    def hang_the_first_time(_job: Tell, attempt: Try) -> None:
        if attempt.number > 1:
            return
        set_clock(NOON + 60 * SECOND - LEASE / 2)
        wait_until_held(db, clock.now() + LEASE)
        set_clock(NOON + 60 * SECOND)
        wait_for_words(caplog, TOO_LONG)
        assert run_next(db, handlers, "default") is False, "not before the lease ends"
        set_clock(NOON + 60 * SECOND + LEASE / 2)
        assert run_next(db, handlers, "default") is True
        raise ZeroDivisionError

    handling.act = hang_the_first_time
    enqueue(db, Tell())
    run_next(db, handlers, "default")
    assert handling.tries == [Try(1, is_last=False), Try(2, is_last=False)]
    assert (state_of(db), handling.given_up) == (None, []), "what the first says in the end is too late"
    warned = next(record for record in caplog.records if record.message == TOO_LONG)
    facts = warned.facts  # type: ignore[attr-defined]
    assert (facts["kind"], facts["attempt"], facts["longest_seconds"]) == ("tell", 1, 60)
    assert caplog.messages[-1] == "failure not recorded: another runner took the job after its lease"


def test_a_job_that_hangs_each_time_is_given_up(
    db: Database, set_clock: SetClock, handling: Handling, caplog: pytest.LogCaptureFixture
) -> None:
    handlers = Handlers([Handler(Tell, handling.run, handling.give_up, lease=LEASE, longest=60 * SECOND, tries=1)])

    def hang(_job: Tell, _try: Try) -> None:
        set_clock(NOON + 60 * SECOND)
        wait_for_words(caplog, TOO_LONG)
        set_clock(NOON + 61 * SECOND)
        run_next(db, handlers, "default")
        raise ZeroDivisionError

    handling.act = hang
    enqueue(db, Tell())
    run_next(db, handlers, "default")
    assert handling.tries == [Try(1, is_last=True)]
    assert (state_of(db)[0], handling.given_up) == ("dead", ["No try came to an end."])


def test_a_wait_is_not_cut_short_by_the_heartbeat(db: Database, set_clock: SetClock, handling: Handling) -> None:
    """The heartbeat ends before the job is settled."""

    def wait(_job: Tell, _try: Try) -> None:
        wait_until_held(db, clock.now() + LEASE)
        raise RetryLater("limit", NOON + 60 * SECOND)

    handling.act = wait
    enqueue(db, Tell())
    run_next(db, Handlers([Handler(Tell, handling.run, lease=LEASE)]), "default")
    assert state_of(db) == ("waiting", 0, NOON + 60 * SECOND, "limit")
    with db.read() as tx:
        assert tx.scalars(select(JobRow.claims)) == [1]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease-")]
