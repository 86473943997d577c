"""Every setting: its environment variable, default and meaning. `.env.example` shows them all.

A field's environment variable is its name in capitals. Values come from the environment, then from `.env` in BILIM_HOME.
"""

from datetime import tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

DEFAULT_SECRET_KEY = "insecure-development-key-not-for-production"  # noqa: S105 - refused in production
DEFAULT_SUPERUSER_PASSWORD = "changethis"  # noqa: S105 - refused in production
LOCAL_URL = "http://localhost:8004"
_USUAL_PORTS = {"http": ":80", "https": ":443"}

Positive = Annotated[int, Meta(ge=1)]


def default_home() -> Path:
    """The checkout that this file is in, or the working directory where the package is installed."""
    checkout = Path(__file__).resolve().parents[3]
    return checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of one running bilim."""

    environment: Literal["development", "production", "test"] = "development"
    """`production` refuses unsafe settings at the start."""
    bilim_home: Path = field(default_factory=default_home)
    """Where relative paths and `var/` resolve."""
    secret_key: str = DEFAULT_SECRET_KEY
    """Signs tokens and file URLs; 32 bytes or more in production."""
    database_url: str = "sqlite:///var/bilim.db"
    """`sqlite:///path` or `postgresql+psycopg://user:password@host/name`."""
    database_threads: Annotated[int, Meta(ge=0, le=100)] = 0
    """Threads, and so connections, that serve requests in one process; 0 is 1 with SQLite, 4 with PostgreSQL (see `threads`)."""
    first_superuser: str = "admin@example.com"
    """E-mail of the first superadmin, made on an empty database."""
    first_superuser_password: str = DEFAULT_SUPERUSER_PASSWORD
    upload_dir: Path = Path("uploads")
    """Uploaded and generated files; relative to `var/` in BILIM_HOME unless absolute."""
    public_url: str = ""
    """The address at which people reach this server. Where it is not set, file URLs follow each request."""
    time_zone: str = "Asia/Tashkent"
    """Times are shown with this zone's offset, days turn at its midnight."""
    access_token_minutes: Positive = 24 * 60
    refresh_token_minutes: Positive = 3 * 24 * 60
    file_url_minutes: Positive = 60
    """How long a signed URL of a private file works."""
    max_body_bytes: Positive = 2 * 1024 * 1024
    """The largest JSON or form body; uploads have their own bound."""
    recaptcha_secret: str = ""
    """When set, signing up needs a valid `g-recaptcha-response`."""
    recaptcha_url: str = "https://www.google.com/recaptcha/api/siteverify"
    telegram_bot_token: str = ""
    """From @BotFather; without it messages wait and nobody can connect their Telegram."""
    telegram_bot_username: str = ""
    """The bot's name without @: links that connect a person's Telegram are made of it."""
    telegram_webhook_secret: str = ""
    """What Telegram sends along with every update; 1-256 letters, digits, - and _."""
    telegram_api_base: str = "https://api.telegram.org"
    telegram_rate: Annotated[int, Meta(ge=1, le=1000)] = 28
    """Messages a second over all chats, just under the 30 that the service allows."""
    instructor_share_percent: Annotated[int, Meta(ge=0, le=100)] = 70
    """What of the price of a sold course is its instructor's."""
    notification_days: Positive = 90
    """How long notifications stay after they were read."""
    payme_merchant_id: str = ""
    """The cash desk's id in Payme's cabinet: 24 letters and digits. Without it and the key nobody pays by Payme."""
    payme_key: str = ""
    """The cash desk's key, with which Payme calls this server."""
    payme_checkout_url: str = "https://checkout.paycom.uz"
    """Where payers go; the sandbox is https://test.paycom.uz, with its own key."""
    click_service_id: str = ""
    """The service's number in Click's cabinet. Without it, the merchant's number and the key nobody pays by Click."""
    click_merchant_id: str = ""
    click_merchant_user_id: str = ""
    """Who calls Click's Merchant API, by which disputes are confirmed and payments are compared."""
    click_secret_key: str = ""
    """The key with which Click signs its calls, and this server its own."""
    click_checkout_url: str = "https://my.click.uz/services/pay"
    """Where payers go."""
    click_api_base: str = "https://api.click.uz/v2/merchant/"
    stripe_secret_key: str = ""
    """The key with which Stripe is asked: `sk_live_…`, or `sk_test_…` in its test mode. Without it and the next nobody pays by Stripe."""
    stripe_webhook_secret: str = ""
    """With which Stripe signs its events: `whsec_…` of the webhook's endpoint."""
    stripe_api_base: str = "https://api.stripe.com"
    stripe_currency: str = "uzs"
    """In which cards are charged: a currency of two decimals. Amounts here are UZS in any case."""
    stripe_rate: Decimal = Decimal(1)
    """What one unit of that currency costs, in UZS, where it is another one."""
    subscription_grace_days: Annotated[int, Meta(ge=0, le=30)] = 3
    """How long somebody stays subscribed whose renewal by Stripe could not be paid."""
    renewal_reminder_days: Annotated[int, Meta(ge=1, le=30)] = 3
    """So long before the end people are told of a subscription that does not renew itself."""
    course_review: bool = False
    """Whether an admin must approve the courses that authors submit; otherwise authors publish by themselves."""
    fiscal_course: str = ""
    """How receipts tax courses: the code of the tax office's catalogue (17 digits), its package code, and the percentage of VAT, with
    slashes between: `10305008003000000/1505823/12`. Empty where the service adds it itself."""
    fiscal_plan: str = ""
    fiscal_tuition: str = ""
    payment_log_days: Positive = 365
    """How long the bodies of calls by payment services are kept."""
    run_jobs: bool = True
    """Whether this server runs jobs (messages and other work after a commit) in its own threads; false where `bilim worker` does."""
    redis_url: str = ""
    """When set, Celery runs jobs by this broker, and the server only sends them to it."""
    tts_provider: Literal["builtin", "gtts"] = "builtin"
    """Who reads texts aloud: the voice on this machine, or Google's, for which the other steps in."""
    gtts_base: str = "https://translate.google.com"
    disable_tts: bool = False
    """Texts are not read aloud: a 503, and no audio beside other answers."""
    voice_processes: Annotated[int, Meta(ge=1, le=16)] = 1
    """Processes that read texts aloud, each some 60 MB; one reads a hundred times faster than it speaks."""
    tts_keep_days: Positive = 30
    """How long a spoken text is kept; then it is read anew."""
    tts_keep_mebibytes: Positive = 500
    """How much room spoken texts may take; the oldest ones go first."""
    whisper_model: str = ""
    """What recognises speech of any language: a folder with a faster-whisper model, or a name that `bilim models download` fetches."""
    disable_whisper: bool = False
    """Recordings are not listened to: each is answered with the same text, for tests."""
    hearing_processes: Annotated[int, Meta(ge=1, le=16)] = 1
    """Processes that listen to recordings, each some 350 MB."""
    google_api_key: str = ""
    """Of Gemini, which answers questions and messages to the tutor."""
    ai_api_key: str = ""
    """Another name of GOOGLE_API_KEY, which counts first."""
    gemini_api_base: str = "https://generativelanguage.googleapis.com"
    gemini_model: str = "gemini-2.5-flash"
    llm_base_url: str = ""
    """Any server that speaks OpenAI's chat completions, such as `https://llm.school.example/v1`; it comes before Gemini."""
    llm_model: str = ""
    """The name of its model."""
    llm_api_key: str = ""
    """Where it asks for one."""
    disable_gemini: bool = False
    """No language model is asked: a built-in tutor answers from the words and lessons of the courses, and says so."""
    cors_origins: str = ""
    """Origins whose pages may call the API and open sockets, separated by commas; all where empty or `*`, as the documents have it."""
    socket_limit: Positive = 2000
    """Open sockets of one process, some 40 KB each."""
    stun_urls: str = ""
    """Servers that tell a peer of a call its own address, separated by commas: `stun:stun.school.example:3478`."""
    turn_urls: str = ""
    """Servers that pass a call's media on where peers cannot reach each other, separated by commas: `turn:turn.school.example:3478`."""
    turn_secret: str = ""
    """What this server shares with those of `turn_urls`: coturn's `static-auth-secret`."""
    turn_minutes: Positive = 12 * 60
    """How long a name and password for them work."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins of `cors_origins`, as browsers spell them; empty where all are allowed."""
        origins = listed(self.cors_origins)
        return frozenset() if origins == ("*",) else frozenset(map(spell_origin, origins))

    @property
    def zone(self) -> tzinfo:
        """The time zone object of `time_zone`."""
        return ZoneInfo(self.time_zone)

    @property
    def var(self) -> Path:
        """The folder of everything that the running server writes."""
        return self.bilim_home / "var"

    @property
    def site_url(self) -> str:
        """The address for what must not follow a request's Host header: QR codes, links in messages, the webhook."""
        return self.public_url or LOCAL_URL

    @property
    def uploads(self) -> Path:
        """The folder of uploaded and generated files, absolute."""
        return self.var / self.upload_dir

    @property
    def models(self) -> Path:
        """The folder of the models that were fetched."""
        return self.var / "models"

    @property
    def whisper_folder(self) -> Path | None:
        """The folder of the Whisper model, whether or not it is there; None where no model is set."""
        if not self.whisper_model:
            return None
        named = Path(self.whisper_model).expanduser()
        return named if named.is_absolute() or "/" in self.whisper_model else self.models / self.whisper_model

    @property
    def threads(self) -> int:
        """Threads that serve requests in one process; with SQLite those that read, as its writes have a thread of their own.

        SQLite never waits for a network: more threads only take the interpreter's lock from each other, at twice the CPU a request.
        """
        return self.database_threads or (1 if self.is_sqlite else 4)

    @property
    def runs_jobs(self) -> bool:
        """Whether the server itself runs jobs. Tests run theirs one by one."""
        return self.run_jobs and not self.redis_url and self.environment != "test"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an SQLite file."""
        return self.database_url.startswith("sqlite")


def listed(written: str) -> tuple[str, ...]:
    """The values of a setting that are separated by commas.

    >>> listed(" a, b,")
    ('a', 'b')
    """
    return tuple(each.strip() for each in written.split(",") if each.strip())


def spell_origin(address: str) -> str:
    """An address of a site as browsers name it in `Origin`: small letters, no slash at the end, no port where it is the usual one.

    >>> spell_origin("HTTPS://App.School.example:443/")
    'https://app.school.example'
    """
    origin = address.lower().rstrip("/")
    return origin.removesuffix(_USUAL_PORTS.get(origin.partition(":")[0], ""))
