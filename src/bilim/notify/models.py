"""Messages to students, their delivery, and the links by which people connect their Telegram."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime


class Message(Row):
    """A text that staff sent to students."""

    __tablename__ = "messages"

    text: Mapped[str] = mapped_column(Text)
    sent_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MessageLog(Row):
    """The delivery of a message to one recipient; `position` is their place among its recipients, from 0."""

    __tablename__ = "message_logs"
    __table_args__ = (
        UniqueConstraint("message_id", "recipient_id"),
        CheckConstraint("status IN ('pending', 'sent', 'failed')", name="status"),
        Index("ix_message_logs_message_id", "message_id", "position"),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    position: Mapped[int]
    status: Mapped[str] = mapped_column(String(8))
    error: Mapped[str | None] = mapped_column(String(255))
    """Why it failed, or why it still waits; written for the centre's staff, in Uzbek."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TelegramLink(Row):
    """A one-time deep link that connects a person with the chat that opens it. Only the secret's hash is stored."""

    __tablename__ = "telegram_links"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
