"""What `celery -A bilim.jobs.celery worker` and `… beat` run."""

from typing import Any

from celery import Celery
from celery.signals import worker_init

from bilim.app import make_bot, make_handlers
from bilim.db.engine import Database
from bilim.db.migrate import NotReady
from bilim.jobs.broker import Waker, make_celery
from bilim.jobs.handling import MAX_LANES, Handlers
from bilim.prepare import prepare
from bilim.settings import Settings, SettingsError, load


def open_jobs(settings: Settings) -> tuple[Database, Handlers]:
    """The database and the handlers of one process; what handlers announce wakes Celery too."""
    db = Database(settings.database_url, settings.zone, MAX_LANES)
    waker = Waker(settings.redis_url)
    waker.start()
    db.wake = waker.wake
    return db, Handlers(make_handlers(settings, db, make_bot(settings)))


def make_worker(settings: Settings) -> Celery:
    """The application by the settings; before a worker serves, the database is brought up to date or found to be.

    Raises:
        SettingsError: there is no broker.
    """
    if not settings.redis_url:
        raise SettingsError("REDIS_URL: not set, so Celery has no broker. Set it, or run jobs with `bilim worker`.")

    def prepare_database(**_: Any) -> None:
        try:
            prepare(settings)
        except NotReady as error:
            raise SystemExit(f"bilim: {error}") from None

    worker_init.connect(prepare_database, weak=False)
    db = Database(settings.database_url, settings.zone, MAX_LANES)  # never connected: it is only asked which lanes there are
    lanes = Handlers(make_handlers(settings, db, make_bot(settings))).lanes
    return make_celery(settings.redis_url, lanes, lambda: open_jobs(settings), settings.log_level)


try:
    app = make_worker(load())
except SettingsError as error:
    raise SystemExit(f"bilim: {error}") from None
