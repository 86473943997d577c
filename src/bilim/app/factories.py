"""Outside services, stores and terms, each made from the settings."""

from datetime import timedelta

from bilim.accounts.tokens import Tokens
from bilim.click.checkout import ClickCheckout
from bilim.click.statement import ClickStatement
from bilim.db.engine import Database
from bilim.files.store import LocalStore, Store
from bilim.payme.checkout import PaymeCheckout
from bilim.payments.protocols import Checkouts, StatementSource
from bilim.providers.built_in_tutor import BuiltInTutor
from bilim.providers.click import ClickMerchant
from bilim.providers.engines import EnginePool, EngineTerms, command_of
from bilim.providers.gemini import Gemini
from bilim.providers.google_voice import GoogleVoice
from bilim.providers.hearing import DummyHearing, EngineHearing
from bilim.providers.llm import FencedLlm, NoLlm
from bilim.providers.openai_compatible import OpenAiCompatible
from bilim.providers.stripe_api import StripeGateway
from bilim.providers.telegram import Telegram
from bilim.providers.voice import GOOGLE, BuiltInVoice, NoVoice, OnlineVoice
from bilim.rooms.rules import IceTerms
from bilim.settings import Settings, listed
from bilim.speech.protocols import Hearing, Voice
from bilim.stripe import rules as stripe_rules
from bilim.stripe.checkout import StripeCheckout
from bilim.stripe.protocols import Gateway
from bilim.tutor.protocols import Llm


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


def make_ice(settings: Settings) -> IceTerms:
    """What helps the peers of a call to find each other."""
    lifetime = timedelta(minutes=settings.turn_minutes)
    return IceTerms(listed(settings.stun_urls), listed(settings.turn_urls), settings.turn_secret, lifetime)


def make_tokens(settings: Settings) -> Tokens:
    """The maker of tokens that the settings describe."""
    return Tokens(settings.secret_key, timedelta(minutes=settings.access_token_minutes), timedelta(minutes=settings.refresh_token_minutes))
