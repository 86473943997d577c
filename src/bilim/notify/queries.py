"""Reads of messages and what became of them."""

from collections import Counter, defaultdict
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.prepared import ListQuery, Prepared
from bilim.groups.access import is_of_the_centre
from bilim.kit import text
from bilim.kit.paging import Flow, Page
from bilim.notify.models import Message, MessageLog

FIRST_LOGS = 100
"""How many logs of a message a list shows."""
_IDS_AT_ONCE = 5000
"""A statement's parameters are limited, SQLite's to some 32,000."""


class MessageLogOut(Struct):
    """What became of a message to one recipient."""

    id: int
    message: int
    recipient: int
    recipient_name: str
    status: str
    error: str | None
    sent_at: datetime | None


class MessageCounts(Struct):
    """A message's logs by their status."""

    pending: int = 0
    sent: int = 0
    failed: int = 0


class MessageOut(Struct):
    """A message, to whom it went, and what became of it: `logs` are the first 100 in lists, all of them in the message itself."""

    id: int
    text: str
    sent_by: int
    recipients: list[int]
    created_at: datetime
    logs: list[MessageLogOut]
    counts: MessageCounts


class Delivery(Struct):
    """What is to be delivered: the text, the chat and how far it came. `chat_id` is None where the recipient has none."""

    status: str
    text: str
    chat_id: str | None
    recipient_left_at: datetime | None


_MESSAGE = select(Message.id, Message.text, Message.sent_by, Message.created_at)
_MESSAGES = ListQuery(_MESSAGE.order_by(Message.id.desc()))
# A page of messages lies between its lowest and its highest id, as nothing filters the list: no list of ids is needed.
_OF_THESE = MessageLog.message_id.between(bindparam("lowest"), bindparam("highest"))
_STATUSES = Prepared(
    select(MessageLog.message_id, MessageLog.recipient_id, MessageLog.status)
    .where(_OF_THESE)
    .order_by(MessageLog.message_id, MessageLog.position)
)
_LOGS = Prepared(
    select(
        MessageLog.id,
        MessageLog.message_id,
        MessageLog.recipient_id,
        User.first_name,
        User.last_name,
        User.username,
        MessageLog.status,
        MessageLog.error,
        MessageLog.sent_at,
    )
    .join(User, User.id == MessageLog.recipient_id)
    .where(_OF_THESE, MessageLog.position < bindparam("most"))
    .order_by(MessageLog.message_id, MessageLog.position)
)
_DELIVERY = Prepared(
    select(MessageLog.status, Message.text, User.telegram_id, User.deleted_at)
    .join(Message, Message.id == MessageLog.message_id)
    .join(User, User.id == MessageLog.recipient_id)
    .where(MessageLog.id == bindparam("log_id"))
)
# Not prepared: that keeps a text for each length of the list, and lists of any length come.
_STUDENTS = select(User.id, User.telegram_id).where(
    User.id.in_(bindparam("ids", expanding=True)),
    is_of_the_centre(),
)


def _as_message(message_id: int, words: str, sent_by: int, created_at: datetime) -> MessageOut:
    """A message without its logs."""
    return MessageOut(message_id, words, sent_by, [], created_at, [], MessageCounts())


def messages(tx: Tx, page: Page) -> Flow[MessageOut]:
    """All messages, newest first, each with its first logs."""
    return tx.flow(_MESSAGES, _as_message, page, enrich=lambda batch: _add_logs(tx, batch, FIRST_LOGS))


def message(tx: Tx, message_id: int, most_logs: int | None = None) -> MessageOut:
    """One message with its logs, all of them or the first ones.

    Raises:
        NotFound: there is none.
    """
    found = tx.one(_MESSAGE.where(Message.id == message_id), _as_message)
    _add_logs(tx, [found], most_logs)
    return found


def _add_logs(tx: Tx, batch: list[MessageOut], most: int | None) -> None:
    """Add recipients, counts and at most so many logs each to messages whose ids follow each other; two queries, however many there are."""
    by_id = {message.id: message for message in batch}
    bounds = {"lowest": min(by_id), "highest": max(by_id)}
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for message_id, recipient_id, status in tx.all(_STATUSES, bounds):
        by_id[message_id].recipients.append(recipient_id)
        counts[message_id][status] += 1
    shown = most if most is not None else max(len(message.recipients) for message in batch)
    for log_id, message_id, recipient_id, first_name, last_name, username, *outcome in tx.all(_LOGS, bounds | {"most": shown}):
        name = text.join_name(first_name, last_name) or username
        by_id[message_id].logs.append(MessageLogOut(log_id, message_id, recipient_id, name, *outcome))
    for message in batch:
        message.counts = MessageCounts(**counts[message.id])


def chats(tx: Tx, student_ids: list[int]) -> dict[int, str | None]:
    """The Telegram id of each of these who is a present student of the centre; the others are left out."""
    found: dict[int, str | None] = {}
    for first in range(0, len(student_ids), _IDS_AT_ONCE):
        found.update(tuple(row) for row in tx.all(_STUDENTS, {"ids": student_ids[first : first + _IDS_AT_ONCE]}))
    return found


def delivery(tx: Tx, log_id: int) -> Delivery | None:
    """What a log says is to be delivered; None where the message was deleted."""
    return tx.row(_DELIVERY, Delivery, {"log_id": log_id})
