"""What is enqueued happens after the commit or not at all; a job is one runner's at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from bilim.db import outbox
from bilim.db.engine import Database
from bilim.db.outbox import Claimed, Terms
from bilim.db.outbox_tables import JobRow
from bilim.kit.jobs import Job, Queue
from conftest import NOON, SetClock

LEASE = timedelta(minutes=1)
TERMS = {"greet": Terms(LEASE), "knock": Terms(LEASE)}


class Greeted(Job):
    kind: ClassVar[str] = "greet"

    name: str


class Knocked(Job):
    kind: ClassVar[str] = "knock"
    queue: ClassVar[Queue] = "speech"


def enqueue(db: Database, *jobs: Job) -> None:
    with db.write() as tx:
        tx.enqueue(*jobs)


def claim(db: Database, queue: str = "default") -> Claimed:
    with db.write() as tx:
        job = outbox.claim(tx, queue, TERMS)
    assert job is not None
    return job


def is_empty(db: Database, queue: str = "default") -> bool:
    with db.write() as tx:
        return outbox.claim(tx, queue, TERMS) is None


def column(db: Database, name: str) -> list[Any]:
    with db.read() as tx:
        return tx.scalars(select(getattr(JobRow, name)).order_by(JobRow.id))


def test_what_is_enqueued_waits_in_its_queue(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Greeted(name="Ali"), Knocked())
    job = claim(db)
    assert (job.kind, job.payload, job.attempts, job.is_in_doubt) == ("greet", {"name": "Ali"}, 1, False)
    assert is_empty(db)
    assert claim(db, "speech").kind == "knock"


def test_after_the_commit_the_queues_are_woken_once(db: Database) -> None:
    woken: list[set[str]] = []
    db.wake = woken.append
    with db.write() as tx:
        tx.enqueue(Greeted(name="Ali"), Knocked())
        tx.enqueue(Greeted(name="Vali"))
        assert woken == []
    assert woken == [{"default", "speech"}]
    with db.write() as tx:
        tx.enqueue()
    assert len(woken) == 1


def test_what_a_transaction_that_failed_enqueued_never_happens(db: Database) -> None:
    woken: list[set[str]] = []
    db.wake = woken.append

    def enqueue_and_fail() -> None:
        with db.write() as tx:
            tx.enqueue(Greeted(name="Ali"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert column(db, "id") == []
    assert woken == []


def test_the_job_that_is_due_longest_comes_first(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Greeted(name="Ali"))
    enqueue(db, Greeted(name="Vali"))
    first = claim(db)
    with db.write() as tx:
        outbox.postpone(tx, first, NOON + timedelta(seconds=10), "busy", counted=True)
    set_clock(NOON + timedelta(seconds=5))
    enqueue(db, Greeted(name="Salima"))
    set_clock(NOON + timedelta(seconds=20))
    assert [claim(db).payload["name"] for _ in range(3)] == ["Vali", "Salima", "Ali"]


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Greeted(name="Ali"))
    claim(db)
    set_clock(NOON + LEASE - timedelta(microseconds=1))
    assert is_empty(db)
    set_clock(NOON + LEASE)
    again = claim(db)
    assert (again.attempts, again.is_in_doubt) == (2, True)


def test_a_job_whose_try_ended_is_not_in_doubt(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Greeted(name="Ali"))
    first = claim(db)
    with db.write() as tx:
        outbox.postpone(tx, first, NOON, "", counted=True)
    again = claim(db)
    assert (again.attempts, again.is_in_doubt) == (2, False)


def test_a_try_that_does_not_count_leaves_no_trace(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Greeted(name="Ali"))
    first = claim(db)
    with db.write() as tx:
        outbox.postpone(tx, first, NOON, "limit", counted=False)
    assert (column(db, "attempts"), column(db, "error")) == ([0], ["limit"])
    assert claim(db).attempts == 1


def test_who_lost_the_lease_says_no_more_what_becomes_of_the_job(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Greeted(name="Ali"))
    slow = claim(db)
    set_clock(NOON + LEASE)
    claim(db)
    with db.write() as tx:
        assert outbox.mark_dead(tx, slow, "too late") is False
        outbox.postpone(tx, slow, NOON, "too late", counted=True)
    assert (column(db, "state"), column(db, "error")) == (["running"], [None])
    assert is_empty(db)


def test_who_lost_the_lease_may_still_say_that_the_job_is_done(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Greeted(name="Ali"))
    slow = claim(db)
    set_clock(NOON + LEASE)
    claim(db)
    with db.write() as tx:
        outbox.finish(tx, slow)
    assert column(db, "id") == []


def test_a_dead_job_waits_until_it_is_requeued_and_then_wakes_its_queue(db: Database, set_clock: SetClock) -> None:
    enqueue(db, Knocked())
    job = claim(db, "speech")
    with db.write() as tx:
        assert outbox.mark_dead(tx, job, "x" * 1000) is True
    assert [len(error) for error in column(db, "error")] == [500]
    set_clock(NOON + timedelta(days=30))
    assert is_empty(db, "speech")
    woken: list[set[str]] = []
    db.wake = woken.append
    with db.write() as tx:
        assert outbox.requeue(tx, job.id) is True
        assert outbox.requeue(tx, job.id) is False
    assert woken == [{"speech"}]
    again = claim(db, "speech")
    assert (again.attempts, again.is_in_doubt) == (1, False)


def test_when_the_next_job_may_be_taken(db: Database, set_clock: SetClock) -> None:
    def next_due() -> datetime | None:
        with db.read() as tx:
            return outbox.next_due(tx, "default", TERMS)

    enqueue(db, Knocked())
    assert next_due() is None
    enqueue(db, Greeted(name="Ali"))
    assert next_due() == NOON
    claim(db)
    assert next_due() == NOON + LEASE


def test_two_claimers_never_get_the_same_job(db: Database) -> None:
    enqueue(db, *(Greeted(name=str(number)) for number in range(60)))

    def take_all() -> list[int]:
        taken: list[int] = []
        while True:
            with db.write() as tx:
                job = outbox.claim(tx, "default", TERMS)
            if job is None:
                return taken
            taken.append(job.id)

    with ThreadPoolExecutor(6) as threads:
        taken = [job for each in [threads.submit(take_all) for _ in range(6)] for job in each.result()]
    assert sorted(taken) == column(db, "id")


def test_a_claim_does_not_wait_for_another_on_a_database_server(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    enqueue(db, Greeted(name="Ali"), Greeted(name="Vali"))
    with db.write() as one, db.write() as other:
        first, second, third = (outbox.claim(tx, "default", TERMS) for tx in (one, other, other))
    assert first
    assert second
    assert first.id != second.id
    assert third is None
