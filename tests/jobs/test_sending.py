"""Which jobs are sent to the broker, and when again: a broker in memory stands for Redis."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import ClassVar, Self

import pytest
from celery import Celery
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bilim.db import outbox
from bilim.db.engine import Database
from bilim.db.outbox_tables import JobRow
from bilim.jobs import broker
from bilim.jobs.broker import JobsApp, Sender, make_celery
from bilim.jobs.handling import Handler, Handlers, Try
from bilim.jobs.running import run_one
from bilim.jobs.schedule import Every, Schedule
from bilim.kit.jobs import QUEUES, Job, Queue
from conftest import NOON, SetClock
from jobs.telling import PATIENCE, SECOND, Count, Handling, Tell, be_told_to_wait, enqueue, fail

RESEND = timedelta(seconds=broker._RESEND_SECONDS)


class Broker:
    """Notes what is sent to it, until it breaks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[tuple[str, int, str]] = []
        self.breaks_after: int | None = None
        monkeypatch.setattr(Celery, "send_task", lambda _app, *args, **options: self.take(*args, **options))
        self.held = 0
        self.is_silent = False
        monkeypatch.setattr(Celery, "producer_or_acquire", lambda _app: self)

    def __enter__(self) -> Self:
        """As a producer, and its channel."""
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def channel(self) -> Self:
        return self

    def queue_declare(self, _queue: str) -> SimpleNamespace:
        if self.is_silent:
            raise ConnectionError
        return SimpleNamespace(message_count=self.held)

    def take(self, kind: str, args: tuple[int], *, queue: str, expires: float, **_options: object) -> None:
        if self.breaks_after is not None and len(self.sent) >= self.breaks_after:
            raise ConnectionError
        assert expires == broker._RESEND_SECONDS, "when it is sent again, nobody takes the earlier task any more"
        self.sent.append((kind, args[0], queue))

    def received(self) -> list[int]:
        """The ids sent since the last call."""
        ids = [job_id for _, job_id, _ in self.sent]
        self.sent.clear()
        return ids


@pytest.fixture
def celery(monkeypatch: pytest.MonkeyPatch) -> Broker:
    return Broker(monkeypatch)


def make_sender(db: Database, *handlers: Handler[Job]) -> Sender:
    return Sender("redis://127.0.0.1/0", db, Handlers(handlers or [Handler(Tell, fail), Handler(Count, fail, at_once=2)]))


def ids(db: Database) -> list[int]:
    with db.read() as tx:
        return tx.scalars(select(JobRow.id).order_by(JobRow.id))


def test_a_due_job_is_sent_by_its_kind_to_its_queue_with_its_id_alone(db: Database, set_clock: SetClock, celery: Broker) -> None:
    enqueue(db, Tell(), Count(number=1))
    assert make_sender(db).send_due(QUEUES) is True
    tell, count = ids(db)
    assert celery.sent == [("tell", tell, "default"), ("count", count, "speech")]


def test_what_was_sent_is_sent_again_only_when_it_counts_as_lost(db: Database, set_clock: SetClock, celery: Broker) -> None:
    sender = make_sender(db)
    enqueue(db, Tell(), Tell())
    sender.send_due(QUEUES)
    assert celery.received() == ids(db)
    set_clock(NOON + RESEND)
    enqueue(db, Tell())
    sender.send_due(QUEUES)
    assert celery.received() == ids(db)[2:]
    set_clock(NOON + RESEND + SECOND)
    sender.send_due(QUEUES)
    assert celery.received() == ids(db)[:2]


def test_a_job_for_later_is_sent_when_it_is_due(db: Database, set_clock: SetClock, celery: Broker) -> None:
    with db.write() as tx:
        tx.enqueue(Tell(), at=NOON + SECOND)
    make_sender(db).send_due(QUEUES)
    assert celery.received() == []
    set_clock(NOON + SECOND)
    make_sender(db).send_due(QUEUES)
    assert celery.received() == ids(db)


def test_a_job_that_comes_back_is_sent_again_when_it_is_due(db: Database, set_clock: SetClock, celery: Broker) -> None:
    handlers = Handlers([Handler(Tell, be_told_to_wait)])
    sender = Sender("redis://127.0.0.1/0", db, handlers)
    enqueue(db, Tell())
    sender.send_due(QUEUES)
    (job_id,) = celery.received()
    assert run_one(db, handlers, job_id, "tell") is True
    sender.send_due(QUEUES)
    assert celery.received() == []
    set_clock(NOON + SECOND)
    sender.send_due(QUEUES)
    assert celery.received() == [job_id]


def test_a_job_whose_worker_died_is_sent_again_when_its_lease_ends(db: Database, set_clock: SetClock, celery: Broker) -> None:
    sender = make_sender(db)
    enqueue(db, Tell())
    sender.send_due(QUEUES)
    (job_id,) = celery.received()
    with db.write() as tx:
        outbox.claim_by_id(tx, job_id, "tell", outbox.Terms(20 * SECOND))
    set_clock(NOON + 20 * SECOND)
    sender.send_due(QUEUES)
    assert celery.received() == [job_id]


def test_a_job_that_an_admin_lets_be_tried_anew_is_sent_again(db: Database, set_clock: SetClock, celery: Broker) -> None:
    sender = make_sender(db)
    enqueue(db, Tell())
    sender.send_due(QUEUES)
    (job_id,) = celery.received()
    with db.write() as tx:
        tx.execute(update(JobRow).values(state="dead"))
        outbox.requeue(tx, job_id)
    sender.send_due(QUEUES)
    assert celery.received() == [job_id]


def test_a_burst_is_sent_in_bounded_batches(db: Database, set_clock: SetClock, celery: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_BATCH", 10)
    batches: list[int] = []
    send = Sender._send
    monkeypatch.setattr(Sender, "_send", lambda self, queue, batch: batches.append(len(batch)) or send(self, queue, batch))
    enqueue(db, *(Tell(words=str(number)) for number in range(25)))
    make_sender(db).send_due(QUEUES)
    assert batches == [10, 10, 5]
    assert celery.received() == ids(db)


def test_the_broker_holds_no_more_than_a_window_of_a_queue(
    db: Database, set_clock: SetClock, celery: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "_WINDOW", 3)
    sender = make_sender(db)
    enqueue(db, *(Tell(words=str(number)) for number in range(5)), Count(number=1))
    *tells, count = ids(db)
    sender.send_due(QUEUES)
    sender.send_due(QUEUES)
    assert celery.received() == [*tells[:3], count], "each queue has its own"
    with db.write() as tx:
        outbox.claim_by_id(tx, tells[1], "tell", outbox.Terms())
    sender.send_due(QUEUES)
    assert celery.received() == [tells[3]]


def test_a_queue_that_no_worker_serves_does_not_fill_the_broker(
    db: Database, set_clock: SetClock, celery: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "_WINDOW", 3)
    sender = make_sender(db)
    enqueue(db, Tell(), Tell())
    for minutes in range(3):
        set_clock(NOON + 2 * minutes * RESEND)
        sender.send_due(QUEUES)
        celery.held = len(celery.sent)
    assert len(celery.sent) == 4, "sent again once; then the broker held enough that nobody took"
    celery.held = 0
    sender.send_due(QUEUES)
    assert len(celery.sent) == 6


def test_a_broker_that_is_silent_and_answers_again_is_said_once_each(
    db: Database, set_clock: SetClock, celery: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    sender = make_sender(db)
    enqueue(db, Tell())
    celery.is_silent = True
    for _ in range(3):
        assert sender.send_due(QUEUES) is False
    celery.is_silent = False
    with caplog.at_level(logging.INFO):
        assert sender.send_due(QUEUES) is True
    assert caplog.messages == ["the broker does not answer; jobs wait for beat", "the broker answers again"]
    assert celery.received() == ids(db)


def test_what_a_breaking_broker_did_not_take_is_sent_when_it_answers(db: Database, set_clock: SetClock, celery: Broker) -> None:
    sender = make_sender(db)
    enqueue(db, Tell(), Tell(), Tell())
    celery.breaks_after = 2
    assert sender.send_due(QUEUES) is False
    assert celery.received() == ids(db)[:2]
    celery.breaks_after = None
    assert sender.send_due(QUEUES) is True
    assert celery.received() == ids(db)[2:]


def test_of_a_limited_kind_no_more_are_sent_than_may_run(db: Database, set_clock: SetClock, celery: Broker) -> None:
    done = Handlers([Handler(Count, lambda _job, _try: None, at_once=2)])
    sender = make_sender(db)
    enqueue(db, *(Count(number=number) for number in range(5)))
    first, second, third, fourth, _ = ids(db)
    sender.send_due(QUEUES)
    sender.send_due(QUEUES)
    assert celery.received() == [first, second]
    with db.write() as tx:
        outbox.claim_by_id(tx, second, "count", outbox.Terms(at_once=2))
    sender.send_due(QUEUES)
    assert celery.received() == [], "one runs, one is on its way"
    run_one(db, done, first, "count")
    sender.send_due(QUEUES)
    assert celery.received() == [third]
    run_one(db, done, third, "count")
    sender.send_due(QUEUES)
    assert celery.received() == [fourth]


def test_a_limited_job_whose_worker_died_makes_room_when_its_lease_ends(db: Database, set_clock: SetClock, celery: Broker) -> None:
    sender = make_sender(db, Handler(Count, fail, at_once=1))
    enqueue(db, Count(number=1), Count(number=2))
    first, _ = ids(db)
    sender.send_due(QUEUES)
    assert celery.received() == [first]
    with db.write() as tx:
        outbox.claim_by_id(tx, first, "count", outbox.Terms(20 * SECOND, at_once=1))
    set_clock(NOON + 19 * SECOND)
    sender.send_due(QUEUES)
    assert celery.received() == []
    set_clock(NOON + 20 * SECOND)
    sender.send_due(QUEUES)
    assert len(celery.received()) == 1


def test_a_task_that_finds_its_kind_full_leaves_the_job_to_be_sent_again(db: Database, set_clock: SetClock, handling: Handling) -> None:
    limited = Handlers([Handler(Count, fail, at_once=1)])
    enqueue(db, Count(number=1), Count(number=2))
    first, second = ids(db)
    with db.write() as tx:
        outbox.mark_sent(tx, [first, second])
        outbox.claim_by_id(tx, first, "count", limited.terms_of("count"))
    assert run_one(db, limited, second, "count") is False
    with db.read() as tx:
        assert tx.first(select(JobRow.state, JobRow.attempts, JobRow.sent_at).where(JobRow.id == second)) == ("waiting", 0, None)


@pytest.fixture
def handling() -> Handling:
    return Handling()


def test_a_second_delivery_is_harmless(db: Database, set_clock: SetClock, handling: Handling) -> None:
    again: list[bool] = []
    handling.act = lambda _job, _try: again.append(run_one(db, handling.handlers, job_id, "tell"))
    enqueue(db, Tell())
    (job_id,) = ids(db)
    assert run_one(db, handling.handlers, job_id, "tell") is True
    assert run_one(db, handling.handlers, job_id, "tell") is False
    assert (again, handling.tries) == ([False], [Try(1, is_last=False)])


def test_a_job_of_an_unknown_kind_is_marked_dead_and_never_sent(db: Database, set_clock: SetClock, celery: Broker) -> None:
    class Unknown(Job):
        kind: ClassVar[str] = "unknown"
        queue: ClassVar[Queue] = "money"

    enqueue(db, Unknown(), Tell())
    make_sender(db).send_due(QUEUES)
    assert [kind for kind, _, _ in celery.sent] == ["tell"]
    with db.read() as tx:
        assert tx.first(select(JobRow.state, JobRow.error).where(JobRow.kind == "unknown")) == ("dead", "No handler of this kind.")


def test_beat_runs_the_schedule_and_sends_what_is_due(db: Database, set_clock: SetClock, celery: Broker) -> None:
    schedule = Schedule([Every("tell", 60 * SECOND, Tell(words="vaqti keldi"))], NOON.tzinfo)  # type: ignore[arg-type]
    sender = make_sender(db)
    app = make_celery("redis://127.0.0.1/0", ["tell"], lambda: JobsApp(db, Handlers([]), sender, schedule))
    beat = app.conf.beat_scheduler(app=app, lazy=True)
    assert beat.tick() == broker._TICK_SECONDS
    assert celery.sent == []
    set_clock(NOON + 60 * SECOND)
    beat.tick()
    assert celery.received() == ids(db)
    assert len(ids(db)) == 1


def test_the_sending_thread_outlives_a_database_that_does_not_answer(
    db: Database, celery: Broker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = make_sender(db)
    enqueue(db, Tell())
    with monkeypatch.context() as broken:
        broken.setattr(db, "read", lambda: (_ for _ in ()).throw(OperationalError("SELECT", None, Exception("down"))))
        sender.start()
        sender.wake({"default"})
        wait_for(lambda: caplog.messages == ["jobs not sent; they wait for beat"])
    sender.wake({"default"})
    wait_for(lambda: [job_id for _, job_id, _ in celery.sent] == ids(db))
    sender.stop()


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)
