"""Jobs run at least once, come back later when they fail, and are given up in the open."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bilim.db import outbox
from bilim.db.engine import Database, Tx
from bilim.db.outbox import LEASE, Terms
from bilim.db.outbox_tables import JobRow, RateLimit
from bilim.http.logs import JsonLines
from bilim.jobs.handling import MAX_TRIES, Handler, Handlers, RetryLater, Try
from bilim.jobs.running import drain, run_next
from bilim.kit import clock
from bilim.kit.jobs import Job, Queue
from conftest import NOON, SetClock
from jobs.telling import SECOND, Count, Handling, Tell, be_told_to_wait, enqueue, fail, state_of


@pytest.fixture
def handling() -> Handling:
    return Handling()


def test_a_job_is_run_with_what_it_carries_and_is_gone(db: Database, handling: Handling) -> None:
    heard: list[Tell] = []
    handling.act = lambda job, _try: heard.append(job)
    enqueue(db, Tell(words="Salom"))
    assert run_next(db, handling.handlers, "default") is True
    assert (heard, handling.tries, state_of(db)) == ([Tell(words="Salom")], [Try(1, is_last=False)], None)
    assert run_next(db, handling.handlers, "default") is False


def test_no_transaction_is_open_while_a_handler_runs(db: Database, handling: Handling) -> None:
    open_connections: list[int] = []
    handling.act = lambda _job, _try: open_connections.append(db.connections_in_use)
    enqueue(db, Tell())
    drain(db, handling.handlers, "default")
    assert open_connections == [0]


def test_what_a_handler_enqueues_is_run_too(db: Database) -> None:
    numbers: list[int] = []

    def count_down(job: Count, _try: Try) -> None:
        numbers.append(job.number)
        if job.number:
            enqueue(db, Count(number=job.number - 1))

    enqueue(db, Count(number=3))
    assert drain(db, Handlers([Handler(Count, count_down)]), "speech") is False
    assert numbers == [3, 2, 1, 0]


def test_draining_ends_on_time_and_says_that_more_is_due(db: Database, set_clock: SetClock, handling: Handling) -> None:
    enqueue(db, *(Tell(words=str(number)) for number in range(5)))
    handling.act = lambda _job, _try: set_clock(clock.now() + SECOND)
    assert drain(db, handling.handlers, "default", until=NOON + 2 * SECOND) is True
    assert len(handling.tries) == 2
    assert drain(db, handling.handlers, "default") is False
    assert len(handling.tries) == 5


def test_a_job_that_fails_comes_back_ever_later_and_is_given_up_in_the_end(db: Database, set_clock: SetClock, handling: Handling) -> None:
    handling.act = fail
    enqueue(db, Tell())
    for number in range(1, MAX_TRIES):
        drain(db, handling.handlers, "default")
        state, attempts, due_at, error = state_of(db)
        assert (state, attempts) == ("waiting", number)
        assert 2**number * SECOND <= due_at - clock.now() <= 2 * 2**number * SECOND
        assert error.startswith("ZeroDivisionError in fail, line ")
        set_clock(due_at)
    assert handling.given_up == []
    drain(db, handling.handlers, "default")
    assert state_of(db)[0] == "dead"
    assert handling.given_up == [state_of(db)[3]]
    assert handling.tries == [Try(number, is_last=number == MAX_TRIES) for number in range(1, MAX_TRIES + 1)]
    set_clock(NOON + timedelta(days=30))
    drain(db, handling.handlers, "default")
    assert len(handling.tries) == MAX_TRIES


def test_being_told_to_wait_does_not_count(db: Database, set_clock: SetClock, handling: Handling) -> None:
    handling.act = be_told_to_wait
    enqueue(db, Tell())
    for _ in range(3 * MAX_TRIES):
        drain(db, handling.handlers, "default")
        assert state_of(db) == ("waiting", 0, clock.now() + SECOND, "limit")
        set_clock(clock.now() + SECOND)
    assert {each.number for each in handling.tries} == {1}
    handling.act = lambda _job, _try: None
    drain(db, handling.handlers, "default")
    assert state_of(db) is None


def test_a_failure_may_name_its_moment_and_counts(db: Database, set_clock: SetClock, handling: Handling) -> None:
    def be_refused(_job: Tell, _try: Try) -> None:
        raise RetryLater("no connection", clock.now() + 5 * SECOND, counted=True)

    handling.act = be_refused
    enqueue(db, Tell())
    for number in range(1, MAX_TRIES):
        drain(db, handling.handlers, "default")
        assert state_of(db) == ("waiting", number, clock.now() + 5 * SECOND, "no connection")
        set_clock(clock.now() + 5 * SECOND)
    drain(db, handling.handlers, "default")
    assert (state_of(db)[0], handling.given_up) == ("dead", ["no connection"])


def test_giving_up_and_marking_dead_are_one_transaction(db: Database, handling: Handling) -> None:
    def give_up_halfway(tx: Tx, job: Tell, error: str) -> None:
        handling.give_up(tx, job, error)
        raise ZeroDivisionError

    def say_never(_job: Tell, _try: Try) -> None:
        raise RetryLater("never", clock.now(), counted=True)

    enqueue(db, Tell())
    with db.write() as tx:
        tx.execute(JobRow.__table__.update().values(attempts=MAX_TRIES - 1))  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError):
        run_next(db, Handlers([Handler(Tell, say_never, give_up_halfway)]), "default")
    assert state_of(db)[0] == "running", "until its lease ends; then another gives up"
    with db.read() as tx:
        assert tx.scalars(select(RateLimit.key)) == []


def test_a_job_whose_runner_died_is_taken_again_after_its_lease(
    db: Database, set_clock: SetClock, handling: Handling, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue(db, Tell())
    with db.write() as tx:
        outbox.claim(tx, "default", {})
    set_clock(NOON + LEASE - SECOND)
    drain(db, handling.handlers, "default")
    assert (handling.tries, caplog.records) == ([], [])
    set_clock(NOON + LEASE)
    drain(db, handling.handlers, "default")
    assert handling.tries == [Try(2, is_last=False)]
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert line.message == "job taken again after its lease: it may have been done already"
    assert (line.facts["kind"], line.facts["attempt"]) == ("tell", 2)  # type: ignore[attr-defined]


def test_a_job_that_kills_its_runners_is_given_up_unrun(db: Database, set_clock: SetClock, handling: Handling) -> None:
    enqueue(db, Tell())
    for number in range(MAX_TRIES):
        set_clock(NOON + number * LEASE)
        with db.write() as tx:
            outbox.claim(tx, "default", {})
    set_clock(NOON + MAX_TRIES * LEASE)
    drain(db, handling.handlers, "default")
    assert (handling.tries, state_of(db)[0], handling.given_up) == ([], "dead", ["No try came to an end."])


class RenamedTell(Count):
    """Of another shape, under the same name: a job that waits from before does not fit."""

    kind: ClassVar[str] = Tell.kind
    queue: ClassVar[Queue] = Tell.queue


@pytest.mark.parametrize(
    ("handlers", "error"),
    [
        (Handlers([]), "No handler of this kind."),
        (Handlers([Handler(RenamedTell, fail)]), "The payload does not fit the job."),
    ],
)
def test_a_job_that_nobody_understands_is_marked_dead_and_holds_up_no_other(db: Database, handlers: Handlers, error: str) -> None:
    enqueue(db, Tell(), Tell())
    drain(db, handlers, "default")
    with db.read() as tx:
        assert tx.all(select(JobRow.state, JobRow.error)) == [("dead", error)] * 2


def test_logs_and_errors_never_tell_what_a_job_carries(db: Database, handling: Handling, caplog: pytest.LogCaptureFixture) -> None:
    """The words of errors may quote it, and those of the database do."""

    def break_the_database(job: Tell, _try: Try) -> None:
        with db.write() as tx:
            try:
                tx.insert(JobRow, queue="default", kind=None, payload={"words": job.words}, state="waiting")
            except IntegrityError as error:
                raise RuntimeError(job.words) from error

    for act in (fail, break_the_database):
        handling.act = act
        enqueue(db, Tell())
        drain(db, handling.handlers, "default")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert [line["message"] for line in lines] == ["job failed"] * 2
    assert "in fail" in lines[0]["traceback"]
    assert lines[0]["traceback"].endswith("ZeroDivisionError")
    assert lines[1]["traceback"].endswith("RuntimeError")
    assert "IntegrityError\nthen\n" in lines[1]["traceback"]
    with db.read() as tx:
        told = json.dumps(lines) + "".join(tx.scalars(select(JobRow.error)))
    assert "1234" not in told


def test_handlers_that_could_not_work_are_refused() -> None:
    class Elsewhere(Job):
        kind: ClassVar[str] = "elsewhere"
        queue: ClassVar[Queue] = "nowhere"  # type: ignore[assignment]

    class Endless(Job):
        kind: ClassVar[str] = "x" * 41

    with pytest.raises(ValueError, match="two handlers of tell"):
        Handlers([Handler(Tell, fail), Handler(Tell, fail)])
    with pytest.raises(ValueError, match="elsewhere: there is no queue nowhere"):
        Handlers([Handler(Elsewhere, fail)])
    with pytest.raises(ValueError, match="longer than 40 characters"):
        Handlers([Handler(Endless, fail)])
    assert Handlers([Handler(Tell, fail), Handler(Count, fail)]).queues == ["default", "speech"]


def test_a_job_that_waits_is_run_by_the_class_that_has_its_kind_now(db: Database) -> None:
    class Say(Job):
        kind: ClassVar[str] = Tell.kind

        words: str

    said: list[str] = []
    enqueue(db, Tell(words="Salom"))
    drain(db, Handlers([Handler(Say, lambda job, _try: said.append(job.words))]), "default")
    assert (said, state_of(db)) == (["Salom"], None)


def test_a_job_enqueued_for_later_is_not_run_before(db: Database, set_clock: SetClock, handling: Handling) -> None:
    with db.write() as tx:
        tx.enqueue(Tell(words="keyin"), at=NOON + SECOND)
        assert tx.enqueued == set(), "nobody need look now"
    drain(db, handling.handlers, "default")
    assert handling.tries == []
    set_clock(NOON + SECOND)
    drain(db, handling.handlers, "default")
    assert len(handling.tries) == 1


def test_a_kind_has_its_own_tries_and_backoff(db: Database, set_clock: SetClock, handling: Handling) -> None:
    handling.act = fail
    handlers = Handlers([Handler(Tell, handling.run, handling.give_up, tries=2, backoff=lambda tries: tries * timedelta(minutes=7))])
    enqueue(db, Tell())
    drain(db, handlers, "default")
    assert state_of(db)[:3] == ("waiting", 1, NOON + timedelta(minutes=7))
    set_clock(NOON + timedelta(minutes=7))
    drain(db, handlers, "default")
    assert (state_of(db)[0], len(handling.given_up)) == ("dead", 1)
    assert handling.tries == [Try(1, is_last=False), Try(2, is_last=True)]


def test_no_more_of_a_kind_run_at_once_than_may(db: Database, set_clock: SetClock) -> None:
    """Over all processes: each handler here tries to run the next job, as another process would."""
    began: list[int] = []
    refused: list[bool] = []

    def count(job: Count, _try: Try) -> None:
        began.append(job.number)
        if not run_next(db, handlers, "speech"):
            refused.append(True)

    handlers = Handlers([Handler(Count, count, at_once=2)])
    enqueue(db, *(Count(number=number) for number in range(3)))
    assert run_next(db, handlers, "speech") is True
    assert (began, refused) == ([0, 1], [True]), "the third waited until one of two had ended"
    assert drain(db, handlers, "speech") is False
    assert began == [0, 1, 2]


def test_a_full_kind_holds_up_no_other_of_its_queue(db: Database, set_clock: SetClock) -> None:
    class Speak(Job):
        kind: ClassVar[str] = "speak"
        queue: ClassVar[Queue] = "speech"

    spoken: list[bool] = []
    handlers = Handlers([Handler(Count, fail, at_once=1), Handler(Speak, lambda _job, _try: spoken.append(True))])
    enqueue(db, Count(number=1), Count(number=2), Speak())
    with db.write() as tx:
        outbox.claim(tx, "speech", handlers.terms("speech"))
    assert drain(db, handlers, "speech") is False
    assert spoken == [True]
    with db.read() as tx:
        assert outbox.next_due(tx, "speech", handlers.terms("speech")) is None, "nobody looks in vain while the kind is full"


def test_a_runner_that_died_counts_towards_the_limit_until_its_lease_ends(db: Database, set_clock: SetClock) -> None:
    counted: list[int] = []
    handlers = Handlers([Handler(Count, lambda job, _try: counted.append(job.number), at_once=1)])
    enqueue(db, Count(number=1), Count(number=2))
    with db.write() as tx:
        outbox.claim(tx, "speech", handlers.terms("speech"))
    set_clock(NOON + LEASE - SECOND)
    drain(db, handlers, "speech")
    assert counted == []
    set_clock(NOON + LEASE)
    drain(db, handlers, "speech")
    assert sorted(counted) == [1, 2]


def test_processes_that_claim_together_keep_the_limit_of_a_kind(db: Database) -> None:
    enqueue(db, *(Count(number=number) for number in range(12)))
    terms = {Count.kind: Terms(at_once=3)}

    def claim(_number: int) -> bool:
        with db.write() as tx:
            return outbox.claim(tx, "speech", terms) is not None

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(12))) == 3
