"""Reads of messages and their delivery."""

from collections import Counter, defaultdict
from datetime import datetime

from msgspec import Struct, field
from sqlalchemy import bindparam, select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.groups.access import is_of_the_centre
from bilim.kit import text
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.notify.models import Message, MessageLog

FIRST_LOGS = 100
"""How many logs of a message a list shows."""
_IDS_AT_ONCE = 5000
"""A statement's parameters are limited, SQLite's to some 32,000."""


class MessageLogView(Struct):
    """The delivery of a message to one recipient."""

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


class MessageView(Struct, kw_only=True):
    """A message, its recipients and its delivery: `logs` are the first 100 in lists, all of them in the message itself."""

    id: int
    text: str
    sent_by: int
    recipients: list[int] = []
    created_at: datetime
    logs: list[MessageLogView] = []
    counts: MessageCounts = field(default_factory=MessageCounts)


class Delivery(Struct):
    """What a log is to deliver, its status, and its recipient's present account. `chat_id` is None where they have none."""

    status: str
    text: str
    chat_id: str | None
    deleted_at: datetime | None
    is_active: bool


_MESSAGE = select_into(MessageView, id=Message.id, text=Message.text, sent_by=Message.sent_by, created_at=Message.created_at)
_MESSAGES = ListQuery(_MESSAGE.order_by(Message.id.desc()))
# A page of messages lies between its lowest and its highest id, as nothing filters the list: no list of ids is needed.
_OF_THESE = MessageLog.message_id.between(bindparam("lowest"), bindparam("highest"))
_STATUSES = Prepared(
    select(MessageLog.message_id, MessageLog.recipient_id, MessageLog.status)
    .where(_OF_THESE)
    .order_by(MessageLog.message_id, MessageLog.position)
)


def _name(first_name: str, last_name: str, username: str) -> str:
    return text.join_name(first_name, last_name) or username


_LOGS = PreparedSelection(
    select_into(
        MessageLogView,
        id=MessageLog.id,
        message=MessageLog.message_id,
        recipient=MessageLog.recipient_id,
        recipient_name=convert(_name, User.first_name, User.last_name, User.username),
        status=MessageLog.status,
        error=MessageLog.error,
        sent_at=MessageLog.sent_at,
    )
    .join(User, User.id == MessageLog.recipient_id)
    .where(_OF_THESE, MessageLog.position < bindparam("most"))
    .order_by(MessageLog.message_id, MessageLog.position)
)
_DELIVERY = PreparedSelection(
    select_into(
        Delivery,
        status=MessageLog.status,
        text=Message.text,
        chat_id=User.telegram_id,
        deleted_at=User.deleted_at,
        is_active=User.is_active,
    )
    .join(Message, Message.id == MessageLog.message_id)
    .join(User, User.id == MessageLog.recipient_id)
    .where(MessageLog.id == bindparam("log_id"))
)
# Not prepared: that keeps a text for each length of the list, and lists of any length come.
_STUDENTS = select(User.id, User.telegram_id).where(
    User.id.in_(bindparam("ids", expanding=True)),
    is_of_the_centre(),
)


@requires(Role.TEACHER)
def messages(tx: Tx, actor: Actor, page: Page) -> RowStream[MessageView]:  # noqa: ARG001 - staff see all
    """All messages, newest first, each with its first logs."""
    return paginate(tx, _MESSAGES, page, enrich=lambda batch: _add_logs(tx, batch, FIRST_LOGS))


@requires(Role.TEACHER)
def message(tx: Tx, actor: Actor, message_id: int, most_logs: int | None = None) -> MessageView:  # noqa: ARG001 - staff see all
    """One message with its logs, all of them or the first ones.

    Raises:
        NotFound: there is none.
    """
    return _add_logs(tx, [tx.fetch_one(_MESSAGE.where(Message.id == message_id))], most_logs)[0]


def _add_logs(tx: Tx, batch: list[MessageView], most: int | None) -> list[MessageView]:
    """Add recipients, counts and at most so many logs each to messages whose ids follow each other; two queries, however many there are."""
    by_id = {message.id: message for message in batch}
    bounds = {"lowest": min(by_id), "highest": max(by_id)}
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for message_id, recipient_id, status in tx.all(_STATUSES, bounds):
        by_id[message_id].recipients.append(recipient_id)
        counts[message_id][status] += 1
    shown = most if most is not None else max(len(message.recipients) for message in batch)
    for log in tx.fetch_all(_LOGS, bounds | {"most": shown}):
        by_id[log.message].logs.append(log)
    for message in batch:
        message.counts = MessageCounts(**counts[message.id])
    return batch


@internal
def chats(tx: Tx, student_ids: list[int]) -> dict[int, str | None]:
    """The Telegram ids of those who are students of the centre with an open account; the others are left out."""
    found: dict[int, str | None] = {}
    for first in range(0, len(student_ids), _IDS_AT_ONCE):
        found.update(tuple(row) for row in tx.all(_STUDENTS, {"ids": student_ids[first : first + _IDS_AT_ONCE]}))
    return found


@internal
def delivery(tx: Tx, log_id: int) -> Delivery | None:
    """What a log is to deliver; None where the message was deleted."""
    return tx.fetch_first(_DELIVERY, {"log_id": log_id})
