"""All parts of the running application, made from the settings."""

from bilim.accounts import queries
from bilim.accounts.passwords import Hashing
from bilim.accounts.protocols import Captcha
from bilim.accounts.tokens import Tokens
from bilim.app.factories import (
    make_bot,
    make_checkouts,
    make_hearing,
    make_hearing_engines,
    make_ice,
    make_llm,
    make_store,
    make_stripe,
    make_stripe_terms,
    make_tokens,
    make_voice,
    make_voice_engines,
)
from bilim.app.jobs import JobRunner, make_handlers, make_runner
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Database
from bilim.http.pools import LONG_LISTS, LONG_LISTS_WAITING, Pools
from bilim.http.services import CoreServices
from bilim.http.signing import Signer
from bilim.http.temporary_files import TemporaryFiles
from bilim.jobs.handling import Handlers
from bilim.jobs.runner import CONNECTIONS
from bilim.kit.actors import Actor
from bilim.live.bus import make_bus
from bilim.live.hub import Hub
from bilim.payments.protocols import Checkouts
from bilim.practice.tokens import ExerciseNames
from bilim.providers.engines import EnginePool
from bilim.providers.lexicon import EnglishLexicon
from bilim.providers.recaptcha import Recaptcha
from bilim.providers.telegram import Telegram
from bilim.rooms.flows import Meetings
from bilim.rooms.rules import IceTerms
from bilim.settings import Settings
from bilim.speech.flows.hearing import Listener
from bilim.speech.flows.speaking import Speaker
from bilim.stripe import rules as stripe_rules
from bilim.stripe.protocols import Gateway
from bilim.tutor.protocols import Llm
from bilim.writing.flows import Critic


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


def _threads(settings: Settings) -> tuple[int, int | None]:
    """Threads that read and threads that write; None where they share one pool.

    SQLite has one writer at a time, which may have to wait for another process: reads must not queue behind it.
    """
    return settings.threads, 1 if settings.is_sqlite else None


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
