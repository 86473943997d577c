"""What is to be sent to Telegram, and to whom, as things stand at this moment."""

from datetime import datetime, time
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.select_into import nested, select_into
from bilim.kit.access import internal
from bilim.notifications import rules
from bilim.notifications.models import Notification, NotificationDigest, NotificationSettings


class Addressee(Struct):
    """A person, whether and how Telegram reaches them, and in what language."""

    chat_id: str | None
    is_active: bool
    deleted_at: datetime | None
    channel: str | None
    quiet_from: time | None
    quiet_until: time | None
    language: str | None

    def wishes(self, channel: rules.Channel) -> bool:
        """Whether they are to be reached, and in this way."""
        return bool(self.chat_id) and self.is_active and self.deleted_at is None and self.channel == channel


class Push(Struct):
    """A notification that was queued for Telegram."""

    kind: str
    data: dict[str, Any]
    push: str | None
    created_at: datetime
    read_at: datetime | None
    to: Addressee


class Digest(Struct):
    """A digest that was made."""

    user_id: int
    moment: datetime
    sent_at: datetime | None
    to: Addressee


class DigestContent(Struct):
    """What a digest tells: the newest of it, and of how many."""

    messages: list[str]
    total: int


_ADDRESSEE: dict[str, Any] = {
    "chat_id": User.telegram_id,
    "is_active": User.is_active,
    "deleted_at": User.deleted_at,
    "channel": NotificationSettings.telegram,
    "quiet_from": NotificationSettings.quiet_from,
    "quiet_until": NotificationSettings.quiet_until,
    "language": NotificationSettings.language,
}
_PUSH = (
    select_into(
        Push,
        kind=Notification.kind,
        data=Notification.data,
        push=Notification.push,
        created_at=Notification.created_at,
        read_at=Notification.read_at,
        to=nested(Addressee, **_ADDRESSEE),
    )
    .join(User, User.id == Notification.user_id)
    .outerjoin(NotificationSettings, NotificationSettings.user_id == Notification.user_id)
)
_DIGEST = (
    select_into(
        Digest,
        user_id=NotificationDigest.user_id,
        moment=NotificationDigest.moment,
        sent_at=NotificationDigest.sent_at,
        to=nested(Addressee, **_ADDRESSEE),
    )
    .join(User, User.id == NotificationDigest.user_id)
    .outerjoin(NotificationSettings, NotificationSettings.user_id == NotificationDigest.user_id)
)


@internal
def push(tx: Tx, notification_id: int) -> Push | None:
    """A notification to send, or None where it is gone."""
    return tx.fetch_first(_PUSH.where(Notification.id == notification_id))


@internal
def digest(tx: Tx, digest_id: int) -> Digest | None:
    """A digest to send, or None where it is gone."""
    return tx.fetch_first(_DIGEST.where(NotificationDigest.id == digest_id))


@internal
def digest_content(tx: Tx, digest: Digest) -> DigestContent:
    """What a person was told until the digest's moment, and has neither read nor been sent: the newest first."""
    waits = (
        Notification.user_id == digest.user_id,
        Notification.push == "digest",
        Notification.read_at.is_(None),
        Notification.created_at <= digest.moment,
    )
    newest = select(Notification.kind, Notification.data).where(*waits).order_by(Notification.id.desc()).limit(rules.DIGEST_LINES)
    total = tx.scalar(select(func.count()).select_from(Notification).where(*waits))
    return DigestContent([rules.message_of(kind, data, digest.to.language) for kind, data in tx.all(newest)], total)
