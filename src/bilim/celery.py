"""What `celery -A bilim worker` and `celery -A bilim beat` run."""

import logging
from functools import partial
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init

from bilim.app.jobs import make_schedule, own_handlers
from bilim.db.engine import Database
from bilim.db.migrate import NotReady
from bilim.http import logs
from bilim.jobs.broker import JobsApp, Sender, make_celery
from bilim.jobs.runner import CONNECTIONS
from bilim.prepare import prepare
from bilim.settings import Settings, SettingsError, load

_CHATTY = ("celery.app.trace", "celery.worker.strategy", "celery.worker.request")
"""Loggers with a line for each task; failures are logged by the jobs themselves."""


def open_jobs(settings: Settings) -> JobsApp:
    """The database and the handlers of one process; what handlers enqueue is sent to the broker too."""
    db = Database(settings.database_url, settings.zone, CONNECTIONS)
    handlers = own_handlers(settings, db)
    sender = Sender(settings.redis_url, db, handlers)
    sender.start()
    db.wake = sender.wake
    return JobsApp(db, handlers, sender, make_schedule(settings))


def make_worker(settings: Settings) -> Celery:
    """The application by the settings; before a worker serves, the database is migrated or checked to be current.

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

    def configure_logs(**_: Any) -> None:
        logs.configure(settings.log_level)
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)

    worker_init.connect(prepare_database, weak=False)
    setup_logging.connect(configure_logs, weak=False)
    db = Database(settings.database_url, settings.zone, 1)  # never connected; only needed to list the kinds of jobs
    kinds = own_handlers(settings, db).kinds
    return make_celery(settings.redis_url, kinds, partial(open_jobs, settings))


try:
    app = make_worker(load())
except SettingsError as error:
    raise SystemExit(f"bilim: {error}") from None
