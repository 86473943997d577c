"""Connecting a person with the chat in which they read the bot (CONTRACT section 8)."""

import hmac
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, post
from litestar.connection import ASGIConnection
from msgspec import Meta, Struct

from bilim.db.engine import Tx
from bilim.http.access import credential
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden, Unavailable
from bilim.notify import actions, rules

NOT_CONFIGURED = "Telegram bot is not configured"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
WEBHOOK = "/api/v1/telegram/webhook"
_PRIVATE = "private"
_Number = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""Any number of Telegram's; those of groups are negative."""


class TelegramLinkOut(Struct):
    """A link to open in Telegram, once, before it expires."""

    url: str
    expires_at: datetime


class TelegramChat(Struct):
    """Where something was written: `type` is `private` between a person and the bot."""

    id: _Number
    type: str


class TelegramMessage(Struct):
    """Something written to the bot; without a text where it is a picture or the like."""

    chat: TelegramChat
    text: str | None = None


class TelegramUpdate(Struct):
    """What Telegram reports, as much of it as matters here."""

    update_id: _Number
    message: TelegramMessage | None = None


class Nothing(Struct):
    """An empty object: Telegram wants no more than the status."""


def shows_secret(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Let only Telegram in, before the body is read.

    Raises:
        Unavailable: no secret is set, so nobody can be told from Telegram.
        Forbidden: another secret, or none.
    """
    secret: str = connection.app.state.services.settings.telegram_webhook_secret
    if not secret:
        raise Unavailable(NOT_CONFIGURED)
    if not hmac.compare_digest(connection.headers.get(SECRET_HEADER, "").encode("latin-1"), secret.encode()):
        raise Forbidden
    return True


@post("/api/v1/telegram/link", tags=["telegram"])
@work
def create_telegram_link(tx: Tx, actor: Actor, request: Request[Any, Any, Any]) -> TelegramLinkOut:
    """A one-time link that connects one's account with the Telegram in which it is opened; earlier ones end."""
    settings = request.app.state.settings
    if not (settings.telegram_bot_token and settings.telegram_bot_username):
        raise Unavailable(NOT_CONFIGURED)
    link = actions.make_link(tx, actor)
    return TelegramLinkOut(f"https://t.me/{settings.telegram_bot_username}?start={link.secret}", link.expires_at)


@post(WEBHOOK, status_code=200, opt=credential(shows_secret), tags=["telegram"])
@work
def take_telegram_update(tx: Tx, data: TelegramUpdate) -> Nothing:
    """What Telegram reports of the bot: somebody who opened their link is connected, all else is ignored."""
    message = data.message
    if message and message.chat.type == _PRIVATE and message.text:
        payload = rules.start_payload(message.text)
        if payload is not None:
            actions.start_chat(tx, data.update_id, str(message.chat.id), payload)
    return Nothing()


ROUTES = [create_telegram_link, take_telegram_update]
