"""A Celery application with a few handlers, which a test starts as processes of their own: `celery -A probe_celery worker` and `beat`."""

import os
from datetime import UTC, timedelta
from typing import ClassVar

from bilim.db import rate_limits
from bilim.db.engine import Database
from bilim.jobs import broker
from bilim.jobs.broker import JobsApp, Sender
from bilim.jobs.handling import Handler, Handlers, RetryLater, Try
from bilim.jobs.schedule import Every, Schedule
from bilim.kit import clock
from bilim.kit.jobs import Job, Queue
from bilim.settings import Settings


class Probe(Job):
    """Leaves a row that the test can see."""

    kind: ClassVar[str] = "probe"

    number: int


class ProbeSpeech(Probe):
    """The same in another queue, one at a time."""

    kind: ClassVar[str] = "probe.speech"
    queue: ClassVar[Queue] = "speech"


class ProbeLater(Probe):
    """The same, at its second try."""

    kind: ClassVar[str] = "probe.later"


def make_handlers(db: Database) -> Handlers:
    def run(job: Probe, _attempt: Try) -> None:
        with db.write() as tx:
            rate_limits.pause(tx, f"probed {job.number}", clock.now())

    def run_later(job: Probe, attempt: Try) -> None:
        if attempt.number == 1:
            raise RetryLater("not yet", clock.now() + timedelta(seconds=0.5), counted=True)
        run(job, attempt)

    return Handlers([Handler(Probe, run), Handler(ProbeSpeech, run, at_once=1), Handler(ProbeLater, run_later)])


def open_jobs() -> JobsApp:
    db = Database(os.environ["DATABASE_URL"], Settings().zone, 3)
    handlers = make_handlers(db)
    sender = Sender(os.environ["REDIS_URL"], db, handlers)
    sender.start()
    schedule = Schedule([Every("probe", timedelta(seconds=1), Probe(number=99))], UTC)
    return JobsApp(db, handlers, sender, schedule)


if "PROBE_PREFIX" in os.environ:
    broker._NAME = os.environ["PROBE_PREFIX"]
    app = broker.make_celery(os.environ["REDIS_URL"], [Probe.kind, ProbeSpeech.kind, ProbeLater.kind], open_jobs)
