"""Every setting: its environment variable, default and meaning. `.env.example` shows them all.

A field's environment variable is its name in capitals. Values come from the environment, then from `.env` in BILIM_HOME.
"""

import os
import re
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from dotenv import dotenv_values
from msgspec import Meta, Struct, field

DEFAULT_SECRET_KEY = "insecure-development-key-not-for-production"  # noqa: S105 - refused in production
DEFAULT_SUPERUSER_PASSWORD = "changethis"  # noqa: S105 - refused in production
MIN_SECRET_BYTES = 32
LOCAL_URL = "http://localhost:8004"
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_BOT_TOKEN = re.compile(r"[A-Za-z0-9:_-]+", re.ASCII)
_STUN_URL = re.compile(r"stuns?:[A-Za-z0-9.\-\[\]:]+", re.ASCII)
_TURN_URL = re.compile(r"turns?:[A-Za-z0-9.\-\[\]:]+(\?transport=(udp|tcp))?", re.ASCII)
_BOT_USERNAME = re.compile(r"[A-Za-z0-9_]{3,64}", re.ASCII)

_KEY = re.compile(r"[\x21-\x7e]*", re.ASCII)
_MODEL = re.compile(r"[A-Za-z0-9._/-]{1,100}", re.ASCII)
_THIS_MACHINE = ("localhost", "0.0.0.0", "::1", "::")  # noqa: S104 - addresses to refuse

_MERCHANT = re.compile(r"[0-9A-Za-z]{1,64}", re.ASCII)
FISCAL_CODE = re.compile(r"(\d{17})/(\d{1,20})/(\d{1,2})", re.ASCII)
"""The tax office's code of goods, the code of their package, and the percentage of VAT."""
_LOOPBACK = re.compile(r"127\..*|::1|localhost|0\.0\.0\.0|\[?::\]?")

Positive = Annotated[int, Meta(ge=1)]


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and says why."""


def default_home() -> Path:
    """The checkout that this file is in, or the working directory where the package is installed."""
    checkout = Path(__file__).resolve().parents[2]
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
    course_review: bool = False
    """Whether an admin must approve the courses that authors submit; otherwise authors publish by themselves."""
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
    """Origins whose pages may call the API and open sockets, separated by commas; all where empty, as the documents have it."""
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
        """The origins of `cors_origins`, in small letters; empty where all are allowed."""
        return frozenset(each.lower().rstrip("/") for each in listed(self.cors_origins))

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


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and `.env`.

    Raises:
        SettingsError: a value of the wrong type, or one that `ENVIRONMENT=production` does not allow.
    """
    environ = os.environ if environ is None else environ
    home = Path(environ.get("BILIM_HOME") or default_home()).expanduser().resolve()
    values = {**dotenv_values(home / ".env"), **environ, "BILIM_HOME": str(home)}
    known = {name: values[name.upper()] for name in Settings.__struct_fields__ if values.get(name.upper())}
    settings = _convert(known)
    problems = [*_problems(settings), *(_production_problems(settings) if settings.environment == "production" else ())]
    if problems:
        raise SettingsError("\n".join(problems))
    return msgspec.structs.replace(settings, database_url=_absolute(settings), public_url=settings.public_url.rstrip("/"))


def _convert(values: Mapping[str, str | None]) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise SettingsError(f"{path.rstrip('`').upper()}: {reason}") from None


def _absolute(settings: Settings) -> str:
    prefix = "sqlite:///"
    path = settings.database_url.removeprefix(prefix)
    if not settings.is_sqlite or path in ("", ":memory:"):
        return settings.database_url
    return prefix + str(settings.bilim_home / path)


def _problems(settings: Settings) -> list[str]:
    problems: list[str] = []
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"TIME_ZONE: {settings.time_zone!r} is no time zone; use a name such as Asia/Tashkent.")
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append("DATABASE_URL: use sqlite:///path or postgresql+psycopg://user:password@host/name.")
    public = urlsplit(settings.site_url)
    if public.scheme not in ("http", "https") or not public.hostname:
        problems.append("PUBLIC_URL: an http or https address is needed, such as https://school.example.")
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
        problems.append("REDIS_URL: use redis://host:port/number.")
    if "@" not in settings.first_superuser:
        problems.append("FIRST_SUPERUSER: an e-mail address is needed.")
    gtts = urlsplit(settings.gtts_base)
    if gtts.scheme not in ("http", "https") or not gtts.hostname:
        problems.append("GTTS_BASE: an http or https address is needed, such as https://translate.google.com.")
    return [*problems, *_telegram_problems(settings), *_llm_problems(settings), *_live_problems(settings), *_payment_problems(settings)]


def _llm_problems(settings: Settings) -> list[str]:
    """Settings that no language model could be asked with. The keys themselves are not shown."""
    keys = ("google_api_key", "ai_api_key", "llm_api_key")
    wrong = [name.upper() for name in keys if not _KEY.fullmatch(getattr(settings, name))]
    problems = [f"{name}: a key has no spaces, and letters and signs of ASCII alone." for name in wrong]
    for name, example in (("gemini_api_base", "https://generativelanguage.googleapis.com"), ("llm_base_url", "https://llm.example/v1")):
        address = getattr(settings, name)
        if address and not _is_address(address):
            problems.append(f"{name.upper()}: an http or https address is needed, such as {example}.")
    if settings.llm_base_url and not settings.llm_model:
        problems.append("LLM_MODEL: the name of the model at LLM_BASE_URL is needed.")
    if not _MODEL.fullmatch(settings.gemini_model):
        problems.append("GEMINI_MODEL: a name such as gemini-2.5-flash is needed.")
    return problems


def _is_address(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def listed(written: str) -> tuple[str, ...]:
    """The values of a setting that are separated by commas.

    >>> listed(" a, b,")
    ('a', 'b')
    """
    return tuple(each.strip() for each in written.split(",") if each.strip())


def _live_problems(settings: Settings) -> list[str]:
    """Settings of sockets and calls that browsers would refuse, or that would let nobody through."""
    problems: list[str] = []
    origins = map(urlsplit, settings.allowed_origins)
    if any(each.scheme not in ("http", "https") or not each.hostname or each.path or each.query for each in origins):
        problems.append("CORS_ORIGINS: origins separated by commas are needed, such as https://app.school.example.")
    if not all(_STUN_URL.fullmatch(each) for each in listed(settings.stun_urls)):
        problems.append("STUN_URLS: addresses separated by commas are needed, such as stun:stun.school.example:3478.")
    if not all(_TURN_URL.fullmatch(each) for each in listed(settings.turn_urls)):
        problems.append("TURN_URLS: addresses separated by commas are needed, such as turn:turn.school.example:3478?transport=udp.")
    if settings.turn_urls and not settings.turn_secret:
        problems.append("TURN_SECRET: needed with TURN_URLS; it is static-auth-secret of coturn.")
    return problems


def _payment_problems(settings: Settings) -> list[str]:
    """Settings with which payments would fail later. Keys themselves are not shown."""
    problems: list[str] = []
    if bool(settings.payme_merchant_id) != bool(settings.payme_key):
        problems.append("PAYME_KEY: it and PAYME_MERCHANT_ID are useless without each other; set both or none.")
    if settings.payme_merchant_id and not _MERCHANT.fullmatch(settings.payme_merchant_id):
        problems.append("PAYME_MERCHANT_ID: the cash desk's id of letters and digits is needed, as Payme's cabinet shows it.")
    checkout = urlsplit(settings.payme_checkout_url)
    if checkout.scheme not in ("http", "https") or not checkout.hostname:
        problems.append("PAYME_CHECKOUT_URL: an http or https address is needed, such as https://checkout.paycom.uz.")
    for name in ("fiscal_course", "fiscal_plan", "fiscal_tuition"):
        written = getattr(settings, name)
        if written and not FISCAL_CODE.fullmatch(written):
            problems.append(f"{name.upper()}: write code/package/VAT, such as 10305008003000000/1505823/12.")
    return problems


def _telegram_problems(settings: Settings) -> list[str]:
    """Settings that Telegram would refuse. The token itself is not shown."""
    problems: list[str] = []
    if settings.telegram_bot_token and not _BOT_TOKEN.fullmatch(settings.telegram_bot_token):
        problems.append("TELEGRAM_BOT_TOKEN: not a token of @BotFather, which looks like 123456:ABC-def.")
    if settings.telegram_bot_username and not _BOT_USERNAME.fullmatch(settings.telegram_bot_username):
        problems.append("TELEGRAM_BOT_USERNAME: the bot's name without @ is needed, such as school_bot.")
    if settings.telegram_webhook_secret and not _WEBHOOK_SECRET.fullmatch(settings.telegram_webhook_secret):
        problems.append("TELEGRAM_WEBHOOK_SECRET: 1 to 256 letters, digits, - and _ are allowed.")
    base = urlsplit(settings.telegram_api_base)
    if base.scheme not in ("http", "https") or not base.hostname:
        problems.append("TELEGRAM_API_BASE: an http or https address is needed, such as https://api.telegram.org.")
    return problems


def _production_problems(settings: Settings) -> list[str]:
    problems: list[str] = []
    if settings.secret_key == DEFAULT_SECRET_KEY:
        problems.append("SECRET_KEY: the default is known to everyone; set a random one of 32 bytes or more.")
    elif len(settings.secret_key.encode()) < MIN_SECRET_BYTES:
        problems.append(f"SECRET_KEY: shorter than {MIN_SECRET_BYTES} bytes, so tokens could be forged.")
    if settings.first_superuser_password == DEFAULT_SUPERUSER_PASSWORD:
        problems.append("FIRST_SUPERUSER_PASSWORD: the default is known to everyone; set another.")
    if urlsplit(settings.public_url).scheme != "https":
        problems.append("PUBLIC_URL: must be https in production, since links and QR codes carry it.")
    bases = {"GEMINI_API_BASE": settings.gemini_api_base, "LLM_BASE_URL": settings.llm_base_url}
    unsafe = [name for name, address in bases.items() if address and not _is_safe(address)]
    problems += [f"{name}: must be https and another machine in production: every call carries what learners wrote." for name in unsafe]
    telegram = urlsplit(settings.telegram_api_base)
    if telegram.scheme != "https" and telegram.hostname not in ("127.0.0.1", "::1", "localhost"):
        problems.append(
            "TELEGRAM_API_BASE: must be https in production unless it is on this machine, since every call carries the bot's token."
        )
    checkout = urlsplit(settings.payme_checkout_url)
    if checkout.scheme != "https" or _LOOPBACK.fullmatch(checkout.hostname or ""):
        problems.append("PAYME_CHECKOUT_URL: must be https and another machine's in production, since payers are sent there.")
    return problems


def _is_safe(address: str) -> bool:
    """Whether an address is https, and not of this machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "https" and host not in _THIS_MACHINE and not host.startswith("127.") and not host.endswith(".localhost")
