"""Connecting a person with the chat in which they read the bot (CONTRACT section 8)."""

import hmac
from typing import Any

from litestar import post
from litestar.connection import ASGIConnection
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import credential, may
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden, Unavailable
from bilim.notify import actions
from bilim.notify.actions import TelegramLinkView
from bilim.notify.inputs import UpdateInput
from bilim.settings import Settings

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
WEBHOOK = "/api/v1/telegram/webhook"


class Nothing(Struct):
    """An empty object: Telegram uses only the status."""


def shows_secret(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Check Telegram's secret, before the body is read.

    Raises:
        Unavailable: no secret is set, so Telegram cannot be recognised.
        Forbidden: another secret, or none.
    """
    secret: str = connection.app.state.services.settings.telegram_webhook_secret
    if not secret:
        raise Unavailable("telegram_not_configured")
    if not hmac.compare_digest(connection.headers.get(SECRET_HEADER, "").encode("latin-1"), secret.encode()):
        raise Forbidden
    return True


@post("/api/v1/telegram/link", opt=may(actions.make_link), tags=["telegram"])
@work
def create_telegram_link(tx: Tx, actor: Actor, settings: Settings) -> TelegramLinkView:
    """A one-time link that connects one's account with the Telegram account in which it is opened; earlier links become invalid."""
    return actions.make_link(tx, actor, settings.telegram_bot_username if settings.telegram_bot_token else "")


@post(WEBHOOK, status_code=200, opt=credential(shows_secret), tags=["telegram"])
@work
def take_telegram_update(tx: Tx, data: UpdateInput) -> Nothing:
    """An update of Telegram about the bot: a person who opened their link is connected, all else is ignored."""
    actions.take_update(tx, data)
    return Nothing()


ROUTES = [create_telegram_link, take_telegram_update]
