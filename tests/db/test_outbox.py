"""What is announced happens after the commit or not at all; a job is one runner's at a time; moments of one key are apart."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from bilim.db import outbox
from bilim.db.engine import Database
from bilim.db.outbox import Claimed
from bilim.db.outbox_tables import Job, Pace
from bilim.kit import clock
from bilim.kit.events import Event
from conftest import NOON, SetClock

LEASE = timedelta(minutes=1)


class Greeted(Event):
    name: str


class Knocked(Event):
    lane: ClassVar[str] = "door"


def announce(db: Database, *events: Event) -> None:
    with db.write() as tx:
        tx.announce(*events)


def claim(db: Database, lane: str = "main") -> Claimed:
    with db.write() as tx:
        job = outbox.claim(tx, lane, LEASE)
    assert job is not None
    return job


def is_empty(db: Database, lane: str = "main") -> bool:
    with db.write() as tx:
        return outbox.claim(tx, lane, LEASE) is None


def column(db: Database, name: str) -> list[Any]:
    with db.read() as tx:
        return tx.scalars(select(getattr(Job, name)).order_by(Job.id))


def test_what_is_announced_waits_in_its_lane(db: Database, set_clock: SetClock) -> None:
    announce(db, Greeted(name="Ali"), Knocked())
    job = claim(db)
    assert (job.kind, job.payload, job.attempts, job.is_in_doubt) == ("Greeted", {"name": "Ali"}, 1, False)
    assert is_empty(db)
    assert claim(db, "door").kind == "Knocked"


def test_after_the_commit_the_lanes_are_woken_once(db: Database) -> None:
    woken: list[set[str]] = []
    db.wake = woken.append
    with db.write() as tx:
        tx.announce(Greeted(name="Ali"), Knocked())
        tx.announce(Greeted(name="Vali"))
        assert woken == []
    assert woken == [{"main", "door"}]
    with db.write() as tx:
        tx.announce()
    assert len(woken) == 1


def test_what_a_transaction_that_failed_announced_never_happens(db: Database) -> None:
    woken: list[set[str]] = []
    db.wake = woken.append

    def announce_and_fail() -> None:
        with db.write() as tx:
            tx.announce(Greeted(name="Ali"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        announce_and_fail()
    assert column(db, "id") == []
    assert woken == []


def test_the_job_that_is_due_longest_comes_first(db: Database, set_clock: SetClock) -> None:
    announce(db, Greeted(name="Ali"))
    announce(db, Greeted(name="Vali"))
    first = claim(db)
    with db.write() as tx:
        outbox.postpone(tx, first, NOON + timedelta(seconds=10), "busy", counted=True)
    set_clock(NOON + timedelta(seconds=5))
    announce(db, Greeted(name="Salima"))
    set_clock(NOON + timedelta(seconds=20))
    assert [claim(db).payload["name"] for _ in range(3)] == ["Vali", "Salima", "Ali"]


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(db: Database, set_clock: SetClock) -> None:
    announce(db, Greeted(name="Ali"))
    claim(db)
    set_clock(NOON + LEASE - timedelta(microseconds=1))
    assert is_empty(db)
    set_clock(NOON + LEASE)
    again = claim(db)
    assert (again.attempts, again.is_in_doubt) == (2, True)


def test_a_job_whose_try_ended_is_not_in_doubt(db: Database, set_clock: SetClock) -> None:
    announce(db, Greeted(name="Ali"))
    first = claim(db)
    with db.write() as tx:
        outbox.postpone(tx, first, NOON, "", counted=True)
    again = claim(db)
    assert (again.attempts, again.is_in_doubt) == (2, False)


def test_a_try_that_does_not_count_leaves_no_trace(db: Database, set_clock: SetClock) -> None:
    announce(db, Greeted(name="Ali"))
    first = claim(db)
    with db.write() as tx:
        outbox.postpone(tx, first, NOON, "limit", counted=False)
    assert (column(db, "attempts"), column(db, "error")) == ([0], ["limit"])
    assert claim(db).attempts == 1


def test_who_lost_the_lease_says_no_more_what_becomes_of_the_job(db: Database, set_clock: SetClock) -> None:
    announce(db, Greeted(name="Ali"))
    slow = claim(db)
    set_clock(NOON + LEASE)
    claim(db)
    with db.write() as tx:
        assert outbox.bury(tx, slow, "too late") is False
        outbox.postpone(tx, slow, NOON, "too late", counted=True)
    assert (column(db, "state"), column(db, "error")) == (["waiting"], [None])
    assert is_empty(db)


def test_who_lost_the_lease_may_still_say_that_the_job_is_done(db: Database, set_clock: SetClock) -> None:
    announce(db, Greeted(name="Ali"))
    slow = claim(db)
    set_clock(NOON + LEASE)
    claim(db)
    with db.write() as tx:
        outbox.finish(tx, slow)
    assert column(db, "id") == []


def test_a_dead_job_waits_until_it_is_revived_and_then_wakes_its_lane(db: Database, set_clock: SetClock) -> None:
    announce(db, Knocked())
    job = claim(db, "door")
    with db.write() as tx:
        assert outbox.bury(tx, job, "x" * 1000) is True
    assert [len(error) for error in column(db, "error")] == [500]
    set_clock(NOON + timedelta(days=30))
    assert is_empty(db, "door")
    woken: list[set[str]] = []
    db.wake = woken.append
    with db.write() as tx:
        assert outbox.revive(tx, job.id) is True
        assert outbox.revive(tx, job.id) is False
    assert woken == [{"door"}]
    again = claim(db, "door")
    assert (again.attempts, again.is_in_doubt) == (1, False)


def test_when_the_next_job_may_be_taken(db: Database, set_clock: SetClock) -> None:
    def next_due() -> datetime | None:
        with db.read() as tx:
            return outbox.next_due(tx, "main")

    announce(db, Knocked())
    assert next_due() is None
    announce(db, Greeted(name="Ali"))
    assert next_due() == NOON
    claim(db)
    assert next_due() == NOON + LEASE


def test_two_claimers_never_get_the_same_job(db: Database) -> None:
    announce(db, *(Greeted(name=str(number)) for number in range(60)))

    def take_all() -> list[int]:
        taken: list[int] = []
        while True:
            with db.write() as tx:
                job = outbox.claim(tx, "main", LEASE)
            if job is None:
                return taken
            taken.append(job.id)

    with ThreadPoolExecutor(6) as threads:
        taken = [job for each in [threads.submit(take_all) for _ in range(6)] for job in each.result()]
    assert sorted(taken) == column(db, "id")


def test_a_claim_does_not_wait_for_another_on_a_database_server(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    announce(db, Greeted(name="Ali"), Greeted(name="Vali"))
    with db.write() as one, db.write() as other:
        first, second, third = (outbox.claim(tx, "main", LEASE) for tx in (one, other, other))
    assert first
    assert second
    assert first.id != second.id
    assert third is None


def test_reserved_moments_are_apart_however_many_ask(db: Database) -> None:
    interval = timedelta(milliseconds=34)
    began = clock.now()

    def reserve(_number: int) -> datetime:
        with db.write() as tx:
            return outbox.reserve(tx, "bot", interval)

    with ThreadPoolExecutor(8) as threads:
        moments = sorted(threads.map(reserve, range(80)))
    assert moments[0] >= began
    assert all(later - earlier >= interval for earlier, later in itertools.pairwise(moments))


def test_a_moment_is_never_in_the_past_and_each_key_has_its_own(db: Database, set_clock: SetClock) -> None:
    second = timedelta(seconds=1)
    with db.write() as tx:
        assert [outbox.reserve(tx, "bot", second) for _ in range(2)] == [NOON, NOON + second]
        assert outbox.reserve(tx, "chat:1", second) == NOON
    set_clock(NOON + timedelta(hours=1))
    with db.write() as tx:
        assert outbox.reserve(tx, "bot", second) == NOON + timedelta(hours=1)


def test_a_pause_holds_what_comes_after_and_shortens_no_longer_one(db: Database, set_clock: SetClock) -> None:
    second = timedelta(seconds=1)
    with db.write() as tx:
        outbox.pause(tx, "bot", NOON + 30 * second)
        outbox.pause(tx, "bot", NOON + 10 * second)
        assert outbox.reserve(tx, "bot", second) == NOON + 30 * second
        assert outbox.reserve(tx, "bot", second) == NOON + 31 * second


def test_paces_that_are_past_are_forgotten(db: Database, set_clock: SetClock) -> None:
    with db.write() as tx:
        outbox.reserve(tx, "chat:1", timedelta(seconds=1))
        outbox.pause(tx, "chat:2", NOON + timedelta(seconds=30))
    set_clock(NOON + timedelta(seconds=10))
    with db.write() as tx:
        outbox.forget_paces(tx)
        assert tx.scalars(select(Pace.key)) == ["chat:2"]
