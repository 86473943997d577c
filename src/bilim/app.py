"""The composition root: settings, database, providers and routes become one ASGI application."""

import gc
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from litestar import Litestar
from litestar.datastructures import State

from bilim.accounts import api_centre, api_courses, api_learning, api_learning_admin, queries
from bilim.accounts.tokens import Tokens
from bilim.billing import api_centre as billing_centre
from bilim.catalog import api_courses as catalog_courses
from bilim.catalog import api_courses_parts as catalog_parts
from bilim.catalog import api_learning as catalog_learning
from bilim.catalog import api_learning_admin as catalog_admin
from bilim.centre import api_groups, api_records, api_students
from bilim.db.engine import Database
from bilim.db.migrate import NotReady
from bilim.homework import api as homework
from bilim.http import files, logs, openapi, uploads
from bilim.http.bodies import ApiRequest
from bilim.http.errors import EXCEPTION_HANDLERS
from bilim.http.outer import OuterMiddleware
from bilim.http.signing import Signer
from bilim.http.work import Work, require_token
from bilim.jobs import maintenance
from bilim.jobs.handling import Handler, Handlers
from bilim.jobs.maintenance import ForgetRateLimits
from bilim.jobs.runner import CONNECTIONS, Runner
from bilim.jobs.schedule import Every, Schedule
from bilim.kit.jobs import DeleteFile
from bilim.notify import api_centre as notify_centre
from bilim.notify import api_telegram
from bilim.notify import jobs as notify_jobs
from bilim.ops import api as ops
from bilim.ops import api_jobs
from bilim.prepare import prepare
from bilim.providers.recaptcha import Recaptcha
from bilim.providers.telegram import Telegram
from bilim.settings import Settings, SettingsError, load
from bilim.study import api_courses as study_courses
from bilim.study import api_learning as study_learning

if TYPE_CHECKING:
    from bilim.jobs.broker import Sender

ROUTES: list[Any] = [
    *api_learning.ROUTES,
    *api_learning_admin.ROUTES,
    *api_centre.ROUTES,
    *api_courses.ROUTES,
    *catalog_learning.ROUTES,
    *catalog_admin.ROUTES,
    *catalog_courses.ROUTES,
    *catalog_parts.ROUTES,
    *study_learning.ROUTES,
    *study_courses.ROUTES,
    *api_groups.ROUTES,
    *api_students.ROUTES,
    *api_records.ROUTES,
    *homework.ROUTES,
    *billing_centre.ROUTES,
    *notify_centre.ROUTES,
    *api_telegram.ROUTES,
    *api_jobs.ROUTES,
    *ops.ROUTES,
    *openapi.ROUTES,
    *files.ROUTES,
]


def open_database(settings: Settings) -> Database:
    """The database that the settings name, with connections for all threads of a server."""
    connections = Work.connections(settings.threads) + (CONNECTIONS if settings.runs_jobs else 1 if settings.redis_url else 0)
    return Database(settings.database_url, settings.zone, connections)


def make_bot(settings: Settings) -> Telegram:
    """The school's Telegram bot."""
    return Telegram(settings.telegram_bot_token, settings.telegram_api_base)


def make_handlers(settings: Settings, db: Database, bot: Telegram) -> list[Handler[Any]]:
    """What is done for each kind of job. Each slice lists its own."""
    return [
        Handler(DeleteFile, lambda job, _: uploads.delete_file(settings.uploads, job.name)),
        *maintenance.handlers(db),
        *notify_jobs.handlers(db, bot, settings.telegram_rate),
    ]


def make_schedule(settings: Settings) -> Schedule:
    """All periodic work, an entry each: sweeps, deadlines that nobody else closes, reminders."""
    return Schedule(
        [
            Every("forget-rate-limits", timedelta(hours=1), ForgetRateLimits()),
        ],
        settings.zone,
    )


def make_tokens(settings: Settings) -> Tokens:
    """The maker of tokens that the settings describe."""
    return Tokens(settings.secret_key, timedelta(minutes=settings.access_token_minutes), timedelta(minutes=settings.refresh_token_minutes))


def make_runner(settings: Settings, db: Database, handlers: Handlers) -> "Runner | Sender | None":
    """What runs jobs in this server, or sends them to Celery; None where other processes run them."""
    if settings.redis_url:
        from bilim.jobs.broker import Sender  # and with it Celery

        return Sender(settings.redis_url, db, handlers)
    return Runner(db, handlers, make_schedule(settings)) if settings.runs_jobs else None


def make_app(settings: Settings) -> Litestar:
    """The application without its outer ring, on a database that is up to date."""
    tokens = make_tokens(settings)
    db = open_database(settings)
    work = Work(db, settings.threads, tokens.read_access, queries.actor)
    bot = make_bot(settings)
    handlers = Handlers(make_handlers(settings, db, bot))
    runner = make_runner(settings, db, handlers)
    if runner:
        db.wake = runner.wake
    signer = Signer(settings.secret_key, settings.file_url_minutes)
    recaptcha = Recaptcha(settings.recaptcha_secret, settings.recaptcha_url)
    return Litestar(
        ROUTES,
        before_request=require_token,
        request_class=ApiRequest,
        request_max_body_size=settings.max_body_bytes,
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        state=State(
            {
                "settings": settings,
                "work": work,
                "tokens": tokens,
                "signer": signer,
                "recaptcha": recaptcha,
                "routes": ROUTES,
                "handlers": handlers,
            }
        ),
        on_startup=[runner.start] if runner else [],
        on_shutdown=[*([runner.stop] if runner else []), work.close, bot.close],
        logging_config=None,
    )


def make_server(settings: Settings | None = None) -> OuterMiddleware:
    """What a server runs: the whole application, its database brought up to date or found to be.

    Raises:
        SystemExit: settings or a database that cannot be used; the message says which and why.
    """
    try:
        settings = settings or load()
        prepare(settings)
    except (SettingsError, NotReady) as error:
        raise SystemExit(f"bilim cannot start:\n{error}") from None
    logs.configure(settings.log_level)
    server = OuterMiddleware(make_app(settings))
    gc.collect()
    gc.freeze()  # what the application is made of stays: the collector need not look at it again and again
    return server
