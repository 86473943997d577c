"""What runs after a commit or on the schedule: the handlers of all kinds of jobs, the schedule, and who runs them."""

from datetime import time, timedelta
from typing import Any, Protocol

from bilim.app.factories import (
    make_bot,
    make_click_merchant,
    make_hearing,
    make_hearing_engines,
    make_statement_sources,
    make_store,
    make_stripe,
    make_stripe_terms,
)
from bilim.catalog import jobs as catalog_jobs
from bilim.click import jobs as click_jobs
from bilim.db.engine import Database
from bilim.files import claims
from bilim.files.store import Store
from bilim.jobs import maintenance
from bilim.jobs.handling import Handler, Handlers
from bilim.jobs.maintenance import ForgetRateLimits
from bilim.jobs.runner import Runner
from bilim.jobs.schedule import Every, Schedule
from bilim.kit.jobs import DeleteFile, SweepFiles
from bilim.mock import jobs as mock_jobs
from bilim.mock.inputs import CloseMockSessions
from bilim.notifications import jobs as notification_jobs
from bilim.notifications.inputs import MakeDigests, SweepNotifications
from bilim.notify import jobs as notify_jobs
from bilim.payments import jobs as payments_jobs
from bilim.payments.inputs import Reconcile, SweepPayments
from bilim.plans import jobs as plans_jobs
from bilim.plans.inputs import SweepUsage
from bilim.practice import jobs as practice_jobs
from bilim.practice.inputs import FindDueWords
from bilim.providers.telegram import Telegram
from bilim.quiz import jobs as quiz_jobs
from bilim.quiz.inputs import CloseTestAttempts
from bilim.recommendations import jobs as recommendations_jobs
from bilim.recommendations.inputs import CountNextLessons
from bilim.rooms import jobs as rooms_jobs
from bilim.rooms.inputs import SweepRooms
from bilim.settings import Settings
from bilim.speech import jobs as speech_jobs
from bilim.speech.inputs import SweepSpeech
from bilim.speech.protocols import Hearing
from bilim.stripe import jobs as stripe_jobs
from bilim.stripe.inputs import RemindOfEnds
from bilim.stripe.protocols import Gateway
from bilim.tutor import jobs as tutor_jobs
from bilim.tutor.inputs import SweepTokens


class JobRunner(Protocol):
    """Runs jobs in this process, or sends them to the processes that do."""

    def start(self) -> None:
        """Start."""
        ...

    def wake(self, queues: set[str]) -> None:
        """Look for due jobs in these queues now."""
        ...

    def stop(self) -> None:
        """Wait for the running jobs and start no more."""
        ...


def make_handlers(settings: Settings, db: Database, bot: Telegram, hearing: Hearing, stripe: Gateway | None = None) -> list[Handler[Any]]:
    """The handlers of all kinds of jobs. Each slice lists its own."""
    store, merchant = make_store(settings), make_click_merchant(settings)
    stripe = stripe or make_stripe(settings)
    return [
        Handler(DeleteFile, lambda job, _: store.delete(job.name)),
        Handler(SweepFiles, lambda _job, _try: _sweep(db, store)),
        *maintenance.handlers(db),
        *catalog_jobs.handlers(db),
        *mock_jobs.handlers(db),
        *quiz_jobs.handlers(db),
        *plans_jobs.handlers(db),
        *practice_jobs.handlers(db),
        *speech_jobs.grading_handlers(db, hearing),
        *speech_jobs.handlers(store, speech_jobs.Keeping(settings.tts_keep_days, settings.tts_keep_mebibytes)),
        *tutor_jobs.handlers(db),
        *recommendations_jobs.handlers(db),
        *rooms_jobs.handlers(db),
        *click_jobs.handlers(db, merchant),
        *payments_jobs.handlers(
            db,
            timedelta(days=settings.payment_log_days),
            make_statement_sources(settings, db, merchant, stripe),
            settings.zone,
            settings.instructor_share_percent,
        ),
        *stripe_jobs.handlers(db, stripe, make_stripe_terms(settings), timedelta(days=settings.renewal_reminder_days)),
        *notify_jobs.handlers(db, bot, settings.telegram_rate),
        *notification_jobs.handlers(db, bot, settings.telegram_rate, timedelta(days=settings.notification_days)),
    ]


def own_handlers(settings: Settings, db: Database) -> Handlers:
    """The handlers of a process that serves nobody; the engines that they may need start when a job first needs them, and end with it."""
    hearing = make_hearing(settings, make_hearing_engines(settings))
    return Handlers(make_handlers(settings, db, make_bot(settings), hearing))


def _sweep(db: Database, store: Store) -> None:
    claims.sweep(db, store)


def make_schedule(settings: Settings) -> Schedule:
    """All periodic work, one entry each: sweeps, deadlines, reminders."""
    return Schedule(
        [
            Every("close-mock-sessions", timedelta(seconds=20), CloseMockSessions()),
            Every("close-test-attempts", timedelta(seconds=20), CloseTestAttempts()),
            Every("count-next-lessons", time(3, 30), CountNextLessons()),
            Every("find-due-words", time(18, 0), FindDueWords()),
            Every("forget-rate-limits", timedelta(hours=1), ForgetRateLimits()),
            Every("make-digests", timedelta(minutes=5), MakeDigests()),
            Every("remind-of-ends", time(10, 0), RemindOfEnds()),
            Every("sweep-notifications", time(3, 30), SweepNotifications()),
            Every("reconcile-payments", time(4, 0), Reconcile()),
            Every("sweep-payments", timedelta(seconds=30), SweepPayments()),
            Every("sweep-files", timedelta(hours=1), SweepFiles()),
            Every("sweep-rooms", timedelta(minutes=1), SweepRooms()),
            Every("sweep-speech", timedelta(minutes=10), SweepSpeech()),
            Every("sweep-usage", time(3, 30), SweepUsage()),
            Every("sweep-tokens", timedelta(minutes=2), SweepTokens()),
        ],
        settings.zone,
    )


def make_runner(settings: Settings, db: Database, handlers: Handlers) -> JobRunner | None:
    """What runs jobs in this server, or sends them to Celery; None where other processes run them."""
    if settings.redis_url:
        from bilim.jobs.broker import Sender  # and with it Celery

        return Sender(settings.redis_url, db, handlers)
    return Runner(db, handlers, make_schedule(settings)) if settings.runs_jobs else None
