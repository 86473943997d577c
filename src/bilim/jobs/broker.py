"""Celery as a runner of the outbox: each due job is a task of its own, named by its kind, on the Celery queue of its queue's name.

A task carries nothing but the row's id; whether the job is due, and who holds it, is in the database. So a lost task loses nothing, as
beat sends the job again, and a duplicate task has no effect. The server sends a job's task after the commit; beat
sends those that become due later, and runs the schedule.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from threading import Event as Signal
from threading import Lock, Thread
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from kombu.entity import Queue
from msgspec import Struct

from bilim.db import outbox
from bilim.db.engine import Database, Tx
from bilim.db.outbox import Sending, Unsent
from bilim.jobs.handling import Handlers
from bilim.jobs.leases import NO_ANSWER
from bilim.jobs.running import run_one, trace
from bilim.jobs.schedule import Schedule
from bilim.kit.jobs import QUEUES

_log = logging.getLogger("bilim.jobs")

_NAME = "bilim"
"""The beginning of every key in Redis: the broker may serve others too."""
_TICK_SECONDS = 1.0
"""How often beat looks for jobs to send."""
_REST_SECONDS = 5.0
"""How long beat rests after the broker or the database did not answer."""
_RESEND_SECONDS = 60
"""When a task that no worker took counts as lost: it expires, and beat sends the job again."""
_BATCH = 500
"""Jobs that are noted as sent in one transaction."""
_WINDOW = 1000
"""Jobs of a queue that the broker holds at most; beat sends more as they are taken. So a long backlog, or a queue that no
worker serves, is not sent repeatedly in vain."""
_ANSWER_SECONDS = 2
"""How long a sender waits for the broker; no request waits meanwhile."""


class JobsApp(Struct, frozen=True):
    """What a process that runs jobs has opened."""

    db: Database
    handlers: Handlers
    sender: "Sender"
    schedule: Schedule


def _configured(redis_url: str, **transport: Any) -> Celery:
    """Celery with JSON messages and no results, on the queues of the outbox."""
    app = Celery(_NAME, broker=redis_url, set_as_current=False)
    app.conf.update(
        task_queues=[Queue(name) for name in QUEUES],
        task_default_queue=QUEUES[0],
        broker_transport_options={"global_keyprefix": f"{_NAME}:", **transport},
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
    )
    return app


def make_celery(redis_url: str, kinds: Iterable[str], open_jobs: Callable[[], JobsApp]) -> Celery:
    """The application of `celery worker` and `celery beat`, with a task for each kind of job.

    `open_jobs` is called once in every process that runs jobs, when it first does: what was opened before a fork must not be shared after
    it.
    """
    app = _configured(redis_url)
    opened = cache(open_jobs)
    for kind in kinds:
        app.task(_task(kind, opened), name=kind)
    app.conf.beat_scheduler = _make_beat(opened)
    return app


def _task(kind: str, opened: Callable[[], JobsApp]) -> Callable[[int], None]:
    def run(job_id: int) -> None:
        jobs = opened()
        if run_one(jobs.db, jobs.handlers, job_id, kind) and jobs.handlers.terms_of(kind).at_once is not None:
            jobs.sender.wake({jobs.handlers.kinds[kind]})  # there is room for another of the kind

    return run


def _make_beat(opened: Callable[[], JobsApp]) -> type[Scheduler]:
    """The scheduler that `celery beat` runs, a class as Celery wants one."""

    class Beat(Scheduler):
        """Runs the schedule and sends what is due, in beat's own process: a task for that would wait behind all others."""

        def tick(self, *_: Any, **__: Any) -> float:
            """Do so once; the seconds until the next time."""
            try:
                jobs = opened()
                jobs.schedule.tick(jobs.db)
                return _TICK_SECONDS if jobs.sender.send_due(QUEUES) else _REST_SECONDS
            except NO_ANSWER as error:
                _log.warning("the database does not answer: %s", type(error).__qualname__)
            except Exception as error:  # noqa: BLE001 - whatever it is, beat must go on with the other entries and queues
                _log.error("beat failed", extra={"facts": {"traceback": trace(error)}})
            return _REST_SECONDS

        def close(self) -> None:
            """Nothing to save: when each entry runs next is in the database."""

    return Beat


class Sender:
    """Sends due jobs to the broker, after a commit from a thread of its own: no request waits for the broker or fails with it."""

    def __init__(self, redis_url: str, db: Database, handlers: Handlers) -> None:
        self._app = _configured(
            redis_url, socket_connect_timeout=_ANSWER_SECONDS, socket_timeout=_ANSWER_SECONDS, max_retries=0, retry_on_timeout=False
        )
        self._db = db
        self._handlers = handlers
        self._queues: set[str] = set()
        self._lock = Lock()
        self._wanted = Signal()
        self._stopping = Signal()
        self._answers = True
        self._thread = Thread(target=self._serve, name="jobs-sender", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wake(self, queues: set[str]) -> None:
        """Send what is due in these queues soon; calls meanwhile add up to one."""
        with self._lock:
            self._queues |= queues
        self._wanted.set()

    def stop(self) -> None:
        """End after the batch that is being sent; beat sends the rest."""
        self._stopping.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()
        self._app.close()

    def send_due(self, queues: Iterable[str]) -> bool:
        """Send the due jobs of these queues that were not sent lately, until the broker holds as many as it may.

        False where the broker does not answer.

        Raises:
            SQLAlchemyError: the database does not answer.
        """
        for queue in queues:
            while not self._stopping.is_set() and self._has_unsent(queue):
                held = self._count_held(queue)
                if held is None:
                    return False
                if held >= _WINDOW:
                    break
                batch = self._take(queue)
                if not batch:  # another process sends them
                    break
                if not self._send(queue, batch):
                    return False
        return True

    def _has_unsent(self, queue: str) -> bool:
        """A read: nothing is locked where there is nothing to send."""
        with self._db.read() as tx:
            return bool(outbox.find_unsent(tx, queue, self._handlers.terms(queue), _sending(tx, 1), lock=False))

    def _count_held(self, queue: str) -> int | None:
        """How many tasks of a queue the broker holds, expired ones included; None where it does not answer."""
        try:
            with self._app.producer_or_acquire() as producer:
                held = producer.channel.queue_declare(queue).message_count
        except Exception as error:  # noqa: BLE001 - Celery's, kombu's and redis's
            self._note_silence(error)
            return None
        if not self._answers:
            _log.info("the broker answers again")
            self._answers = True
        return held

    def _take(self, queue: str) -> list[Unsent]:
        """Mark a batch of jobs as sent before sending them: if this process is killed they count as lost after a while."""
        with self._db.write() as tx:
            batch = outbox.find_unsent(tx, queue, self._handlers.terms(queue), _sending(tx, _BATCH), lock=True)
            outbox.mark_sent(tx, [job.id for job in batch])
        return batch

    def _send(self, queue: str, batch: list[Unsent]) -> bool:
        known = [job for job in batch if self._handlers.of(job.kind)]
        for unknown in (job for job in batch if not self._handlers.of(job.kind)):
            run_one(self._db, self._handlers, unknown.id, unknown.kind)  # which marks it dead: no worker has a task for it
        sent = 0
        try:
            with self._app.producer_or_acquire() as producer:
                for job in known:
                    self._app.send_task(job.kind, (job.id,), queue=queue, expires=_RESEND_SECONDS, retry=False, producer=producer)
                    sent += 1
        except Exception as error:  # noqa: BLE001 - Celery's, kombu's and redis's; whatever it is, beat sends the jobs
            self._note_silence(error)
            with self._db.write() as tx:
                outbox.mark_unsent(tx, [job.id for job in known[sent:]])
            return False
        return True

    def _note_silence(self, error: Exception) -> None:
        if self._answers:
            _log.warning("the broker does not answer; jobs wait for beat", extra={"facts": {"traceback": trace(error)}})
        self._answers = False

    def _serve(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                return
            with self._lock:
                queues, self._queues = self._queues, set()
            try:
                self.send_due(sorted(queues))
            except Exception as error:  # noqa: BLE001 - the thread must live; beat sends what this did not
                _log.warning("jobs not sent; they wait for beat", extra={"facts": {"traceback": trace(error)}})


def _sending(tx: Tx, batch: int) -> Sending:
    return Sending(tx.now - timedelta(seconds=_RESEND_SECONDS), _WINDOW, batch)
