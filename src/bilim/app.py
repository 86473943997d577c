"""The composition root: settings, database, providers and routes become one ASGI application."""

import asyncio
import gc
import sys
from datetime import time, timedelta
from typing import Any, Protocol

from litestar import Litestar

from bilim.accounts import api_admin, api_centre, api_learning, api_market, queries
from bilim.accounts.passwords import Hashing
from bilim.accounts.protocols import Captcha
from bilim.accounts.tokens import Tokens
from bilim.billing import api_centre as billing_centre
from bilim.catalog import api_admin as catalog_admin
from bilim.catalog import api_learning as catalog_learning
from bilim.catalog import api_market as catalog_market
from bilim.catalog import jobs as catalog_jobs
from bilim.catalog.rules import CourseTerms
from bilim.centre import api_centre as centre
from bilim.click import api as click
from bilim.click import jobs as click_jobs
from bilim.click.checkout import ClickCheckout
from bilim.click.statement import ClickStatement
from bilim.community import api_learning as community
from bilim.content import api_learning as content
from bilim.coupons import api_market as coupons
from bilim.db.engine import Database
from bilim.db.migrate import NotReady
from bilim.exams import api_centre as exams
from bilim.files import claims
from bilim.files.store import LocalStore, Store
from bilim.groups import api_centre as groups_centre
from bilim.homework import api_centre as homework
from bilim.homework import api_learning as homework_learning
from bilim.http import files, logs, openapi
from bilim.http.access import authenticate, require_declared
from bilim.http.bodies import ApiRequest, mark_file_routes
from bilim.http.errors import EXCEPTION_HANDLERS
from bilim.http.options import describe_options
from bilim.http.outer import OuterMiddleware
from bilim.http.pools import LONG_LISTS, LONG_LISTS_WAITING, Pools
from bilim.http.services import CoreServices, supplies
from bilim.http.signing import Signer
from bilim.http.temporary_files import TemporaryFiles
from bilim.http.work import Units, require_supplied
from bilim.interactive import api_admin as interactive_admin
from bilim.interactive import api_learning as interactive_learning
from bilim.jobs import maintenance
from bilim.jobs.handling import Handler, Handlers
from bilim.jobs.maintenance import ForgetRateLimits
from bilim.jobs.runner import CONNECTIONS, Runner
from bilim.jobs.schedule import Every, Schedule
from bilim.journal import api_centre as journal_centre
from bilim.kit.actors import Actor
from bilim.kit.jobs import DeleteFile, SweepFiles
from bilim.live.bus import make_bus
from bilim.live.hub import Hub
from bilim.market import api_market as market
from bilim.mock import api_centre as mock
from bilim.mock import jobs as mock_jobs
from bilim.mock.inputs import CloseMockSessions
from bilim.notifications import api_learning as notifications
from bilim.notifications import jobs as notification_jobs
from bilim.notifications.inputs import MakeDigests, SweepNotifications
from bilim.notify import api_centre as notify_centre
from bilim.notify import api_telegram
from bilim.notify import jobs as notify_jobs
from bilim.ops import api as ops
from bilim.ops import api_admin as ops_admin
from bilim.payme import api as payme
from bilim.payme.checkout import PaymeCheckout
from bilim.payments import api_learning as payments_learning
from bilim.payments import api_market as payments
from bilim.payments import jobs as payments_jobs
from bilim.payments.inputs import Reconcile, SweepPayments
from bilim.payments.protocols import Checkouts, StatementSource
from bilim.plans import api_learning as plans
from bilim.plans import jobs as plans_jobs
from bilim.plans.inputs import SweepUsage
from bilim.practice import api_learning as practice
from bilim.practice import jobs as practice_jobs
from bilim.practice.inputs import FindDueWords
from bilim.practice.tokens import ExerciseNames
from bilim.prepare import prepare
from bilim.providers.built_in_tutor import BuiltInTutor
from bilim.providers.click import ClickMerchant
from bilim.providers.engines import EnginePool, EngineTerms, command_of
from bilim.providers.gemini import Gemini
from bilim.providers.google_voice import GoogleVoice
from bilim.providers.hearing import DummyHearing, EngineHearing
from bilim.providers.lexicon import EnglishLexicon
from bilim.providers.llm import FencedLlm, NoLlm
from bilim.providers.openai_compatible import OpenAiCompatible
from bilim.providers.recaptcha import Recaptcha
from bilim.providers.stripe_api import StripeGateway
from bilim.providers.telegram import Telegram
from bilim.providers.voice import GOOGLE, BuiltInVoice, NoVoice, OnlineVoice
from bilim.publishing import api_market as publishing
from bilim.quiz import api_admin as quiz_admin
from bilim.quiz import api_learning as quiz_learning
from bilim.quiz import jobs as quiz_jobs
from bilim.quiz.inputs import CloseTestAttempts
from bilim.recommendations import api_learning as recommendations
from bilim.recommendations import jobs as recommendations_jobs
from bilim.recommendations.inputs import CountNextLessons
from bilim.rooms import api_learning as rooms
from bilim.rooms import jobs as rooms_jobs
from bilim.rooms.flows import Meetings
from bilim.rooms.inputs import SweepRooms
from bilim.rooms.rules import IceTerms
from bilim.sales import api_market as sales
from bilim.settings import Settings, SettingsError, listed, load
from bilim.speech import api_learning as speech
from bilim.speech import jobs as speech_jobs
from bilim.speech.flows.hearing import Listener
from bilim.speech.flows.speaking import Speaker
from bilim.speech.inputs import SweepSpeech
from bilim.speech.protocols import Hearing, Voice
from bilim.statistics import api_learning as statistics
from bilim.stripe import api_learning as stripe_learning
from bilim.stripe import jobs as stripe_jobs
from bilim.stripe import rules as stripe_rules
from bilim.stripe.checkout import StripeCheckout
from bilim.stripe.inputs import RemindOfEnds
from bilim.stripe.protocols import Gateway
from bilim.study import api_learning as study_learning
from bilim.study import api_market as study_market
from bilim.tutor import api_admin as tutor_admin
from bilim.tutor import api_learning as tutor
from bilim.tutor import jobs as tutor_jobs
from bilim.tutor.inputs import SweepTokens
from bilim.tutor.protocols import Llm
from bilim.writing import api_learning as writing
from bilim.writing.flows import Critic

ROUTES: list[Any] = [
    *api_learning.ROUTES,
    *api_admin.ROUTES,
    *api_centre.ROUTES,
    *api_market.ROUTES,
    *catalog_learning.ROUTES,
    *catalog_admin.ROUTES,
    *catalog_market.ROUTES,
    *content.ROUTES,
    *study_learning.ROUTES,
    *study_market.ROUTES,
    *coupons.ROUTES,
    *plans.ROUTES,
    *interactive_learning.ROUTES,
    *interactive_admin.ROUTES,
    *practice.ROUTES,
    *recommendations.ROUTES,
    *market.ROUTES,
    *statistics.ROUTES,
    *groups_centre.ROUTES,
    *journal_centre.ROUTES,
    *centre.ROUTES,
    *homework.ROUTES,
    *homework_learning.ROUTES,
    *speech.ROUTES,
    *writing.ROUTES,
    *tutor.ROUTES,
    *tutor_admin.ROUTES,
    *mock.ROUTES,
    *quiz_learning.ROUTES,
    *quiz_admin.ROUTES,
    *billing_centre.ROUTES,
    *payments.ROUTES,
    *payments_learning.ROUTES,
    *payme.ROUTES,
    *click.ROUTES,
    *publishing.ROUTES,
    *sales.ROUTES,
    *stripe_learning.ROUTES,
    *exams.ROUTES,
    *community.ROUTES,
    *rooms.ROUTES,
    *notifications.ROUTES,
    *notify_centre.ROUTES,
    *api_telegram.ROUTES,
    *ops_admin.ROUTES,
    *ops.ROUTES,
    *openapi.ROUTES,
    *files.ROUTES,
]


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


class Services(CoreServices, frozen=True, kw_only=True):
    """All parts of the running application, which handlers get by the annotation of a parameter."""

    tokens: Tokens
    hashing: Hashing
    exercise_names: ExerciseNames
    captcha: Captcha
    bot: Telegram
    voice_engines: EnginePool
    speaker: Speaker
    hearing_engines: EnginePool
    listener: Listener
    critic: Critic
    llm: Llm
    checkouts: Checkouts
    stripe: Gateway
    stripe_terms: stripe_rules.Terms
    handlers: Handlers
    runner: JobRunner | None
    hub: Hub
    meetings: Meetings
    ice: IceTerms
    course_terms: CourseTerms

    def close(self) -> None:
        """Wait for running work, then close the connections."""
        super().close()
        self.voice_engines.close()
        self.hearing_engines.close()
        self.bot.close()


def open_database(settings: Settings) -> Database:
    """The database that the settings name, with connections for all threads of a server."""
    readers, writers = _threads(settings)
    waiting = LONG_LISTS + LONG_LISTS_WAITING
    jobs = CONNECTIONS if settings.runs_jobs else 1 if settings.redis_url else 0
    return Database(settings.database_url, settings.zone, readers + (writers or 0) + waiting + jobs + _EVENT_LOOP)


_EVENT_LOOP = 1
_SWITCH_SECONDS = 0.001
"""After so long a thread hands the interpreter's lock on: a request waits for it several times, beside a long list each time in full."""


def _threads(settings: Settings) -> tuple[int, int | None]:
    """Threads that read and threads that write; None where they share one pool.

    SQLite has one writer at a time, which may have to wait for another process: reads must not queue behind it.
    """
    return settings.threads, 1 if settings.is_sqlite else None


def make_bot(settings: Settings) -> Telegram:
    """The school's Telegram bot."""
    return Telegram(settings.telegram_bot_token, settings.telegram_api_base)


def make_voice(settings: Settings, engines: EnginePool) -> Voice:
    """Who reads texts aloud."""
    if settings.disable_tts:
        return NoVoice()
    built_in = BuiltInVoice(engines)
    return OnlineVoice(GoogleVoice(settings.gtts_base), built_in) if settings.tts_provider == GOOGLE else built_in


def make_voice_engines(settings: Settings) -> EnginePool:
    """The processes that read texts aloud; none runs before it is needed."""
    return EnginePool(command_of("voice", _VOICE_MEBIBYTES), EngineTerms(processes=settings.voice_processes))


_VOICE_MEBIBYTES = 512
"""What such a process may take; it needs a quarter of that for the longest text."""


def make_hearing_engines(settings: Settings) -> EnginePool:
    """The processes that listen to recordings; none runs before it is needed."""
    mebibytes = _WHISPER_MEBIBYTES if settings.whisper_model else _HEARING_MEBIBYTES
    return EnginePool(command_of("hearing", mebibytes), EngineTerms(processes=settings.hearing_processes))


_HEARING_MEBIBYTES = 1024
_WHISPER_MEBIBYTES = 8 * 1024
"""What such a process may address; it uses some 350 MB, and with Whisper what the model has besides."""


def make_hearing(settings: Settings, engines: EnginePool) -> Hearing:
    """Who listens to recordings."""
    kind = DummyHearing if settings.disable_whisper else EngineHearing
    return kind(engines, make_store(settings), settings.whisper_folder)


def make_llm(settings: Settings) -> Llm:
    """Who answers the tutor's questions."""
    if settings.disable_gemini:
        return BuiltInTutor()
    if settings.llm_base_url:
        return FencedLlm(OpenAiCompatible(settings.llm_api_key, settings.llm_base_url, settings.llm_model))
    if key := settings.google_api_key or settings.ai_api_key:
        return FencedLlm(Gemini(key, settings.gemini_api_base, settings.gemini_model))
    return NoLlm()


def make_stripe(settings: Settings) -> StripeGateway:
    """Stripe's API."""
    return StripeGateway(settings.stripe_secret_key, settings.stripe_api_base, settings.stripe_rate)


def make_stripe_terms(settings: Settings) -> stripe_rules.Terms:
    """How Stripe is used here."""
    is_live = settings.stripe_secret_key[2:].startswith("_live_")
    grace = timedelta(days=settings.subscription_grace_days)
    return stripe_rules.Terms(settings.stripe_currency, settings.stripe_rate, is_live, grace)


def make_checkouts(settings: Settings, stripe: Gateway) -> Checkouts:
    """The services by which people can pay, configured or not, a line each."""
    return Checkouts(
        [
            PaymeCheckout(settings),
            ClickCheckout(settings),
            StripeCheckout(settings, stripe),
        ]
    )


def make_click_merchant(settings: Settings) -> ClickMerchant:
    """Click's Merchant API; connections are made when first needed."""
    return ClickMerchant(settings.click_api_base, settings.click_service_id, settings.click_merchant_user_id, settings.click_secret_key)


def make_statement_sources(settings: Settings, db: Database, merchant: ClickMerchant, stripe: Gateway) -> list[StatementSource]:
    """The services that say by themselves what they took, where their keys are set. Payme does not: an operator saves its statement."""
    by_click = [ClickStatement(db, merchant)] if merchant.is_configured else []
    return [*by_click, *([stripe] if settings.stripe_secret_key else [])]


def make_store(settings: Settings) -> Store:
    """Where uploaded files lie."""
    return LocalStore(settings.uploads)


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


def make_ice(settings: Settings) -> IceTerms:
    """What helps the peers of a call to find each other."""
    lifetime = timedelta(minutes=settings.turn_minutes)
    return IceTerms(listed(settings.stun_urls), listed(settings.turn_urls), settings.turn_secret, lifetime)


def make_tokens(settings: Settings) -> Tokens:
    """The maker of tokens that the settings describe."""
    return Tokens(settings.secret_key, timedelta(minutes=settings.access_token_minutes), timedelta(minutes=settings.refresh_token_minutes))


def make_runner(settings: Settings, db: Database, handlers: Handlers) -> JobRunner | None:
    """What runs jobs in this server, or sends them to Celery; None where other processes run them."""
    if settings.redis_url:
        from bilim.jobs.broker import Sender  # and with it Celery

        return Sender(settings.redis_url, db, handlers)
    return Runner(db, handlers, make_schedule(settings)) if settings.runs_jobs else None


def make_services(settings: Settings) -> Services:
    """All parts of the application by the settings, on a database that is up to date."""
    tokens = make_tokens(settings)
    db = open_database(settings)
    bot = make_bot(settings)
    hearing_engines = make_hearing_engines(settings)
    hearing = make_hearing(settings, hearing_engines)
    stripe = make_stripe(settings)
    handlers = Handlers(make_handlers(settings, db, bot, hearing, stripe))
    runner = make_runner(settings, db, handlers)
    if runner:
        db.wake = runner.wake
    readers, writers = _threads(settings)
    pools = Pools(readers=readers, writers=writers)
    store = make_store(settings)
    voice_engines = make_voice_engines(settings)
    hub = Hub(make_bus(settings.redis_url), settings.allowed_origins, settings.socket_limit)
    return Services(
        settings=settings,
        db=db,
        pools=pools,
        temporary_files=TemporaryFiles(),
        store=store,
        signer=Signer(settings.secret_key, settings.file_url_minutes),
        read_token=tokens.read_access,
        load_actor={Actor: queries.actor, queries.ActorWithPerson: queries.actor_with_person},
        tokens=tokens,
        hashing=Hashing(pools.hashing),
        exercise_names=ExerciseNames(settings.secret_key),
        captcha=Recaptcha(settings.recaptcha_secret, settings.recaptcha_url),
        bot=bot,
        voice_engines=voice_engines,
        speaker=Speaker(make_voice(settings, voice_engines), store, pools.files, settings.secret_key),
        hearing_engines=hearing_engines,
        listener=Listener(hearing, store, pools.files),
        critic=Critic(EnglishLexicon(), pools.analysing, settings.zone),
        llm=make_llm(settings),
        checkouts=make_checkouts(settings, stripe),
        stripe=stripe,
        stripe_terms=make_stripe_terms(settings),
        handlers=handlers,
        runner=runner,
        hub=hub,
        meetings=Meetings(hub.bus),
        ice=make_ice(settings),
        course_terms=CourseTerms(needs_review=settings.course_review),
    )


def make_app(services: Services) -> Litestar:
    """The application without its outer middleware."""
    app = Litestar(
        ROUTES,
        before_request=authenticate,
        request_class=ApiRequest,
        request_max_body_size=services.settings.max_body_bytes,
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        on_startup=[_start],
        on_shutdown=[_stop],
        logging_config=None,
    )
    use_services(app, services)
    mark_file_routes(app)
    describe_options(app)
    require_declared(app)
    require_supplied(app)
    return app


def use_services(app: Litestar, services: Services) -> None:
    """Give an application its services. Tests use it to give each test its own database."""
    app.state.services = services
    app.state.supplies = supplies(services)
    app.state.routes = ROUTES


async def _start(app: Litestar) -> None:
    services: Services = app.state.services
    if services.runner:
        services.runner.start()
    services.hub.start()
    services.meetings.start(Units(services))


async def _stop(app: Litestar) -> None:
    services: Services = app.state.services
    await services.hub.end_sockets()
    await services.meetings.close()
    await services.hub.close()
    if services.runner:
        await asyncio.to_thread(services.runner.stop)
    if isinstance(services.llm, FencedLlm):
        await services.llm.close()
    services.close()
    await services.stripe.close()


def make_server(settings: Settings | None = None) -> OuterMiddleware:
    """What a server runs: the whole application, its database migrated or checked to be current.

    Raises:
        SystemExit: settings or a database that cannot be used; the message says which and why.
    """
    try:
        settings = settings or load()
        prepare(settings)
    except (SettingsError, NotReady) as error:
        raise SystemExit(f"bilim cannot start:\n{error}") from None
    logs.configure(settings.log_level)
    server = OuterMiddleware(make_app(make_services(settings)), settings.allowed_origins)
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # the application's objects live as long as the process: the collector need not examine them
    return server
