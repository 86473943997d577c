"""A Celery application with one handler, which a test starts as processes of their own: `celery -A probe_celery worker` and `beat`."""

import os

from bilim.db import outbox
from bilim.db.engine import Database
from bilim.jobs import broker
from bilim.jobs.handling import Handler, Handlers, Try
from bilim.kit import clock
from bilim.kit.events import Event
from bilim.settings import Settings


class Probed(Event):
    """Leaves a row that the test can see."""

    number: int


def open_jobs() -> tuple[Database, Handlers]:
    db = Database(os.environ["DATABASE_URL"], Settings().zone, 1)

    def run(event: Probed, _attempt: Try) -> None:
        with db.write() as tx:
            outbox.pause(tx, f"probed {event.number}", clock.now())

    return db, Handlers([Handler(Probed, run)])


if "PROBE_QUEUE" in os.environ:
    broker._NAME = os.environ["PROBE_QUEUE"]
    broker._BEAT_SECONDS = 1
    app = broker.make_celery(os.environ["REDIS_URL"], [Probed.lane], open_jobs, "INFO")
