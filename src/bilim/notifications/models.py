"""What people were told, what they wish to be told and how, and the digests that were made."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime

_UNREAD = text("read_at IS NULL")
_READ = text("read_at IS NOT NULL")
_INSTANT = text("push = 'instant'")
_DIGEST = text("push = 'digest'")


class Notification(Row):
    """That somebody was told of something, once. The words are made of `data` when it is shown, in the language of that moment."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "subject_id"),
        CheckConstraint("push IN ('instant', 'queued', 'digest')", name="push"),
        Index("ix_notifications_user_id", "user_id", "id"),
        Index("ix_notifications_unread", "user_id", "id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notifications_read_at", "read_at", sqlite_where=_READ, postgresql_where=_READ),
        Index("ix_notifications_instant", "kind", "subject_id", "id", sqlite_where=_INSTANT, postgresql_where=_INSTANT),
        Index("ix_notifications_digest", "user_id", "id", sqlite_where=_DIGEST, postgresql_where=_DIGEST),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(24))
    """See `rules.Kind`."""
    subject_id: Mapped[int] = mapped_column(BigId)
    """What it is about: a lesson, a certificate, a post, as its kind says. Not a foreign key: what it is about may be deleted."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Ids and names for the words and for links."""
    push: Mapped[str | None] = mapped_column(String(8))
    """What is left to do by Telegram: `instant` has no job yet, `queued` has one, `digest` waits for the person's hour."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NotificationSettings(Base):
    """How somebody wishes to be told. Whoever never chose has no row."""

    __tablename__ = "notification_settings"
    __table_args__ = (
        CheckConstraint("telegram IN ('off', 'instant', 'digest')", name="telegram"),
        CheckConstraint("language IN ('uz', 'ru', 'en')", name="language"),
        CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_hours"),
        CheckConstraint("quiet_from <> quiet_until", name="quiet_from"),
    )

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    telegram: Mapped[str] = mapped_column(String(8))
    quiet_from: Mapped[time | None]
    """On the school's clock; hours that end before they begin cross midnight."""
    quiet_until: Mapped[time | None]
    digest_hour: Mapped[int]
    language: Mapped[str | None] = mapped_column(String(2))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NotificationMute(Base):
    """A kind of which somebody wishes to hear nothing."""

    __tablename__ = "notification_mutes"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)


class NotificationDigest(Row):
    """The digest of a person's day: made once, of what they were told until `moment`."""

    __tablename__ = "notification_digests"
    __table_args__ = (UniqueConstraint("user_id", "day"), Index("ix_notification_digests_day", "day"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    day: Mapped[date]
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
