"""Celery as a runner of the outbox: it decides when and where a lane is drained; what is due, and what is done, stands in the database.

The server sends a message to drain a lane where something was announced, and beat sends one for every lane every few seconds. So a message
that is lost loses nothing, and one that comes twice does nothing twice.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from threading import Event as Signal
from threading import Lock, Thread
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from bilim.db.engine import Database
from bilim.http import logs
from bilim.jobs.handling import Handlers
from bilim.jobs.runner import drain, trace
from bilim.kit import clock

_log = logging.getLogger("bilim.jobs")

_NAME = "bilim"
"""Of the queue, and the beginning of every key in Redis: the broker may serve others too."""
_DRAIN = "bilim.drain"
_BEAT_SECONDS = 5
_TURN = timedelta(seconds=20)
"""How long one message drains at most: a worker that is told to stop waits for it."""
_ANSWER_SECONDS = 2
"""How long a server waits for the broker; nobody waits for the server meanwhile."""

OpenJobs = Callable[[], tuple[Database, Handlers]]
"""Makes what a process that runs jobs needs."""


def _configured(redis_url: str, **transport: Any) -> Celery:
    """Celery with JSON messages and no results, on a queue of its own."""
    app = Celery(_NAME, broker=redis_url, set_as_current=False)
    app.conf.update(
        task_default_queue=_NAME,
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


def make_celery(redis_url: str, lanes: Iterable[str], open_jobs: OpenJobs, log_level: str) -> Celery:
    """The application of `celery worker` and `celery beat`.

    `open_jobs` is called once in every process that drains, when it first does: what was opened before a fork must not be shared after it.
    """
    app = _configured(redis_url)
    app.conf.beat_schedule = {
        lane: {"task": _DRAIN, "schedule": _BEAT_SECONDS, "args": (lane,), "options": {"expires": _BEAT_SECONDS}} for lane in lanes
    }
    jobs = cache(open_jobs)

    def drain_lane(lane: str) -> None:
        db, handlers = jobs()
        if drain(db, handlers, lane, until=clock.now() + _TURN):
            app.send_task(_DRAIN, (lane,), expires=_BEAT_SECONDS)

    def configure_logs(**_: Any) -> None:
        logs.configure(log_level)
        for chatty in ("celery.app.trace", "celery.worker.strategy", "celery.beat"):  # a line or two for every look
            logging.getLogger(chatty).setLevel(logging.WARNING)

    app.task(drain_lane, name=_DRAIN)
    setup_logging.connect(configure_logs, weak=False)
    return app


class Waker:
    """Tells Celery in which lanes something was announced, from a thread of its own: no request waits for the broker or fails with it."""

    def __init__(self, redis_url: str) -> None:
        self._app = _configured(
            redis_url, socket_connect_timeout=_ANSWER_SECONDS, socket_timeout=_ANSWER_SECONDS, max_retries=0, retry_on_timeout=False
        )
        self._lanes: set[str] = set()
        self._lock = Lock()
        self._wanted = Signal()
        self._stopping = Signal()
        self._thread = Thread(target=self._serve, name="jobs-waker", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wake(self, lanes: set[str]) -> None:
        """Send soon; many announcements meanwhile are one message a lane."""
        with self._lock:
            self._lanes |= lanes
        self._wanted.set()

    def stop(self) -> None:
        """Send nothing more: beat looks into every lane anyway."""
        self._stopping.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()
        self._app.close()

    def _serve(self) -> None:
        answers = True
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                return
            with self._lock:
                lanes, self._lanes = self._lanes, set()
            try:
                for lane in sorted(lanes):
                    self._app.send_task(_DRAIN, (lane,), expires=_BEAT_SECONDS, retry=False)
                if not answers:
                    _log.info("the broker answers again")
                answers = True
            except Exception as error:  # noqa: BLE001 - Celery's, kombu's and redis's; whatever it is, beat finds the jobs
                if answers:
                    _log.warning("the broker does not answer; jobs wait for beat", extra={"facts": {"traceback": trace(error)}})
                answers = False
