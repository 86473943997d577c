"""Writing and deleting messages, recording their delivery, and links by which people connect their Telegram."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, insert, or_, select, update

from bilim.accounts.models import User
from bilim.db import rate_limits
from bilim.db.engine import Tx
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import digest_of
from bilim.kit.errors import Forbidden, Invalid, NotFound, Unavailable, unknown_id
from bilim.notify import queries, rules
from bilim.notify.inputs import MessageInput, SendMessage, SendReply, UpdateInput
from bilim.notify.models import Message, MessageLog, TelegramLink
from bilim.notify.rules import FAILED, PENDING, SENT, Status

PRIVATE_CHAT = "private"
LINK_LASTS = timedelta(minutes=10)
_SECRET_BYTES = 16
_UPDATE_REMEMBERED = timedelta(days=1)
"""Telegram keeps no update for longer."""


class TelegramLinkView(Struct):
    """A link to open in Telegram, once, before it expires."""

    url: str
    expires_at: datetime


@requires(Role.TEACHER)
def send_message(tx: Tx, actor: Actor, message: MessageInput) -> int:
    """Write a message to students of the centre, delivered after the commit; return its id.

    A recipient who is named twice gets it once. The log of one without a Telegram id is `failed` at once.

    Raises:
        Invalid: an id of no student of the centre with an open account; the first twenty such ids are named.
    """
    distinct = list(dict.fromkeys(message.recipient_ids))
    chats = queries.chats(tx, distinct)
    if wrong := [student_id for student_id in distinct if student_id not in chats]:
        raise Invalid({"recipient_ids": [unknown_id(student_id) for student_id in wrong[: rules.MAX_NAMED]]})
    message_id = tx.insert(Message, text=message.text, sent_by=actor.id, created_at=tx.now)
    logs = [_log(message_id, student_id, position, chats[student_id]) for position, student_id in enumerate(distinct)]
    tx.execute(insert(MessageLog), logs)
    waiting = select(MessageLog.id).where(MessageLog.message_id == message_id, MessageLog.status == PENDING)
    tx.enqueue(*(SendMessage(log_id) for log_id in tx.scalars(waiting.order_by(MessageLog.position))))
    return message_id


def _log(message_id: int, student_id: int, position: int, chat_id: str | None) -> dict[str, Any]:
    status, error = (PENDING, None) if chat_id else (FAILED, rules.NO_TELEGRAM_ID)
    return {"message_id": message_id, "recipient_id": student_id, "position": position, "status": status, "error": error}


@requires(Role.TEACHER)
def delete_message(tx: Tx, actor: Actor, message_id: int) -> None:
    """Delete a message and its logs; what still waits is not sent.

    Raises:
        NotFound: there is none.
        Forbidden: another's, and the actor is no admin.
    """
    sent_by = tx.scalar(select(Message.sent_by).where(Message.id == message_id))
    if sent_by is None:
        raise NotFound
    if sent_by != actor.id and not actor.is_admin:
        raise Forbidden
    tx.execute(delete(Message).where(Message.id == message_id))


@internal
def settle(tx: Tx, log_id: int, status: Status, error: str | None = None) -> None:
    """Record the outcome of a recipient's message; `sent` is final."""
    sent_at = tx.now if status == SENT else None
    settled = update(MessageLog).where(MessageLog.id == log_id, MessageLog.status != SENT)
    tx.execute(settled.values(status=status, error=error, sent_at=sent_at))


@internal
def note_wait(tx: Tx, reason: str, log_id: int | None = None) -> None:
    """Record why a log, or every pending one, still waits."""
    waiting = update(MessageLog).where(MessageLog.status == PENDING, or_(MessageLog.error.is_(None), MessageLog.error != reason))
    tx.execute((waiting if log_id is None else waiting.where(MessageLog.id == log_id)).values(error=reason))


@signed_in
def make_link(tx: Tx, actor: Actor, bot: str) -> TelegramLinkView:
    """A one-time link for the actor; their earlier ones become invalid. Only a hash of its secret is stored.

    Args:
        bot: the bot's username, empty where there is no bot.

    Raises:
        Unavailable: there is no bot.
    """
    if not bot:
        raise Unavailable("telegram_not_configured")
    tx.execute(delete(TelegramLink).where(or_(TelegramLink.user_id == actor.id, TelegramLink.expires_at <= tx.now)))
    secret, expires_at = secrets.token_urlsafe(_SECRET_BYTES), tx.local_now + LINK_LASTS
    tx.insert(TelegramLink, user_id=actor.id, secret_hash=digest_of(secret), expires_at=expires_at)
    return TelegramLinkView(f"https://t.me/{bot}?start={secret}", expires_at)


@internal
def take_update(tx: Tx, update: UpdateInput) -> None:
    """Connect a person who opened their link with the chat in which they did, and reply there; all else is ignored.

    A repeated update has no effect.
    """
    message = update.message
    payload = rules.start_payload(message.text) if message and message.chat.type == PRIVATE_CHAT and message.text else None
    if message is None or payload is None:
        return
    if rate_limits.reserve_slot(tx, f"telegram-update:{update.update_id}", _UPDATE_REMEMBERED) > tx.now:
        return
    chat_id = str(message.chat.id)
    tx.enqueue(SendReply(chat_id, _reply(tx, chat_id, payload)))


def _reply(tx: Tx, chat_id: str, payload: str) -> str:
    if not payload:
        return rules.WELCOME
    return rules.CONNECTED if _spend_link(tx, payload, chat_id) else rules.LINK_SPENT


def _spend_link(tx: Tx, secret: str, chat_id: str) -> bool:
    """Bind the chat to the link's person; of parallel calls the one that deletes the link succeeds."""
    spent = delete(TelegramLink).where(TelegramLink.secret_hash == digest_of(secret), TelegramLink.expires_at > tx.now)
    user_id = tx.scalar(spent.returning(TelegramLink.user_id))
    bound = update(User).where(User.id == user_id, User.is_active, User.deleted_at.is_(None))
    return user_id is not None and bool(tx.execute(bound.values(telegram_id=chat_id, updated_at=tx.now)).rowcount)
