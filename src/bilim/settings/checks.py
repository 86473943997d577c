"""What settings must not be: values that fail later, or that production must not run with. Secrets are never shown."""

import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bilim.settings.fields import DEFAULT_SECRET_KEY, DEFAULT_SUPERUSER_PASSWORD, Settings, listed

MIN_SECRET_BYTES = 32
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_BOT_TOKEN = re.compile(r"[A-Za-z0-9:_-]+", re.ASCII)
_STUN_URL = re.compile(r"stuns?:[A-Za-z0-9.\-\[\]:]+", re.ASCII)
_TURN_URL = re.compile(r"turns?:[A-Za-z0-9.\-\[\]:]+(\?transport=(udp|tcp))?", re.ASCII)
_STRIPE_KEY = re.compile(r"[sr]k_(live|test)_[A-Za-z0-9_]+", re.ASCII)
_CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)
_WHOLE_UNITS = frozenset({"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"})
_THOUSANDTHS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_WHOLE_HUNDREDS = frozenset({"huf", "isk", "twd", "ugx"})
_ODD_CURRENCIES = _WHOLE_UNITS | _THOUSANDTHS | _WHOLE_HUNDREDS
"""Those in which Stripe does not count in hundredths, or takes no parts of a unit. UZS has two decimals there."""
_BOT_USERNAME = re.compile(r"[A-Za-z0-9_]{3,64}", re.ASCII)

_KEY = re.compile(r"[\x21-\x7e]*", re.ASCII)
_MODEL = re.compile(r"[A-Za-z0-9._/-]{1,100}", re.ASCII)
_THIS_MACHINE = ("localhost", "0.0.0.0", "::1", "::")  # noqa: S104 - addresses to refuse

_MERCHANT = re.compile(r"[0-9A-Za-z]{1,64}", re.ASCII)
FISCAL_CODE = re.compile(r"(\d{17})/(\d{1,20})/(\d{1,2})", re.ASCII)
"""The tax office's code of goods, the code of their package, and the percentage of VAT."""


def problems_of(settings: Settings) -> list[str]:
    """Every setting that cannot be used, and why."""
    return [*_problems(settings), *(_production_problems(settings) if settings.environment == "production" else ())]


def _problems(settings: Settings) -> list[str]:
    problems: list[str] = []
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"TIME_ZONE: {settings.time_zone!r} is no time zone; use a name such as Asia/Tashkent.")
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append("DATABASE_URL: use sqlite:///path or postgresql+psycopg://user:password@host/name.")
    if not _is_address(settings.site_url):
        problems.append("PUBLIC_URL: an http or https address is needed, such as https://school.example.")
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
        problems.append("REDIS_URL: use redis://host:port/number.")
    if "@" not in settings.first_superuser:
        problems.append("FIRST_SUPERUSER: an e-mail address is needed.")
    if not _is_address(settings.gtts_base):
        problems.append("GTTS_BASE: an http or https address is needed, such as https://translate.google.com.")
    return [
        *problems,
        *_telegram_problems(settings),
        *_llm_problems(settings),
        *_live_problems(settings),
        *_payment_problems(settings),
        *_stripe_problems(settings),
    ]


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
    if not _is_address(settings.payme_checkout_url):
        problems.append("PAYME_CHECKOUT_URL: an http or https address is needed, such as https://checkout.paycom.uz.")
    of_click = (settings.click_service_id, settings.click_merchant_id, settings.click_secret_key)
    if any(of_click) and not all(of_click):
        problems.append("CLICK_SECRET_KEY: it, CLICK_SERVICE_ID and CLICK_MERCHANT_ID are useless without each other; set all or none.")
    if not all(each.isascii() and (each.isdigit() or not each) for each in (settings.click_service_id, settings.click_merchant_id)):
        problems.append("CLICK_SERVICE_ID: it and CLICK_MERCHANT_ID are numbers, as Click's cabinet shows them.")
    wrong = [name.upper() for name in ("click_checkout_url", "click_api_base") if not _is_address(getattr(settings, name))]
    problems += [f"{name}: an http or https address is needed." for name in wrong]
    for name in ("fiscal_course", "fiscal_plan", "fiscal_tuition"):
        written = getattr(settings, name)
        if written and not FISCAL_CODE.fullmatch(written):
            problems.append(f"{name.upper()}: write code/package/VAT, such as 10305008003000000/1505823/12.")
    return problems


def _stripe_problems(settings: Settings) -> list[str]:
    """Settings that would charge the wrong amounts, or take test money for real. Neither key nor secret is shown."""
    problems: list[str] = []
    if not _is_address(settings.stripe_api_base):
        problems.append("STRIPE_API_BASE: an http or https address is needed, such as https://api.stripe.com.")
    if settings.stripe_secret_key and not _STRIPE_KEY.fullmatch(settings.stripe_secret_key):
        problems.append("STRIPE_SECRET_KEY: not a secret key of Stripe, which looks like sk_live_51Abc or sk_test_51Abc.")
    if settings.stripe_webhook_secret and not settings.stripe_webhook_secret.startswith("whsec_"):
        problems.append("STRIPE_WEBHOOK_SECRET: the signing secret of the webhook's endpoint is needed, which begins with whsec_.")
    if not _CURRENCY.fullmatch(settings.stripe_currency) or settings.stripe_currency in _ODD_CURRENCIES:
        problems.append("STRIPE_CURRENCY: three small letters of a currency with two decimals are needed, such as uzs or usd.")
    is_own = settings.stripe_currency == "uzs"
    if not settings.stripe_rate.is_finite() or settings.stripe_rate <= 0 or (is_own != (settings.stripe_rate == 1)):
        problems.append("STRIPE_RATE: what one unit of STRIPE_CURRENCY costs in UZS is needed, 1 for uzs itself.")
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
    if not _is_address(settings.telegram_api_base):
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
    problems += [f"{name}: must be https and another machine in production: {reason}." for name, reason in _unsafe_addresses(settings)]
    telegram = urlsplit(settings.telegram_api_base)
    if telegram.scheme != "https" and telegram.hostname not in ("127.0.0.1", "::1", "localhost"):
        problems.append(
            "TELEGRAM_API_BASE: must be https in production unless it is on this machine, since every call carries the bot's token."
        )
    return problems


def _unsafe_addresses(settings: Settings) -> list[tuple[str, str]]:
    """Addresses of outside services that production must not use, and why."""
    learners = "every call carries what learners wrote"
    payers, secrets = "payers are sent there", "every call is signed with the secret key"
    outside = {
        "gemini_api_base": learners,
        "llm_base_url": learners,
        "payme_checkout_url": payers,
        "click_checkout_url": payers,
        "click_api_base": secrets,
        "stripe_api_base": secrets,
    }
    return [(name.upper(), why) for name, why in outside.items() if (address := getattr(settings, name)) and not _is_safe(address)]


def _is_safe(address: str) -> bool:
    """Whether an address is https, and not of this machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "https" and host not in _THIS_MACHINE and not host.startswith("127.") and not host.endswith(".localhost")
