"""Conversations with the tutor, and a ledger of the tokens that its answers took."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime


class AiSession(Base):
    """A conversation. While a message in it is answered, `answering` names that answer: one at a time."""

    __tablename__ = "ai_sessions"
    __table_args__ = (
        CheckConstraint("length(id) = 32", name="id"),
        CheckConstraint("message_count >= 0", name="message_count"),
        CheckConstraint("(answering IS NULL) = (answering_until IS NULL)", name="answering"),
        Index("ix_ai_sessions_user_id", "user_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """32 hex digits that nobody can guess."""
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(50))
    """A word of the front end's; `idle` until it says otherwise."""
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lessons.id", ondelete="SET NULL"), index=True)
    """What it is about."""
    message_count: Mapped[int]
    answering: Mapped[str | None] = mapped_column(String(32))
    answering_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on nobody answers any more: the process that did was stopped."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AiMessage(Row):
    """Something that was said in a session. A message and its answer are written together, so that they stand side by side."""

    __tablename__ = "ai_messages"
    __table_args__ = (
        UniqueConstraint("session_id", "position"),
        CheckConstraint("role IN ('user', 'assistant')", name="role"),
    )

    session_id: Mapped[str] = mapped_column(String(32), ForeignKey("ai_sessions.id", ondelete="CASCADE"))
    position: Mapped[int]
    """From 0, without a gap."""
    role: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    audio_url: Mapped[str | None] = mapped_column(String(255))
    analysis: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


_COUNTS = "tokens_in >= 0 AND tokens_out >= 0 AND reserved >= 0 AND replies >= 0"


class PersonTokens(Base):
    """What one person's answers took on one day of the school's clock. `reserved` is for answers that did not come back yet."""

    __tablename__ = "ai_tokens"
    __table_args__ = (CheckConstraint(_COUNTS, name="counts"), Index("ix_ai_tokens_day", "day"))

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    tokens_in: Mapped[int] = mapped_column(BigInteger)
    tokens_out: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger)
    replies: Mapped[int] = mapped_column(BigInteger)


class SchoolTokens(Base):
    """The same of all people together; it stays when one of them is deleted."""

    __tablename__ = "ai_token_days"
    __table_args__ = (CheckConstraint(_COUNTS, name="counts"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    tokens_in: Mapped[int] = mapped_column(BigInteger)
    tokens_out: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger)
    replies: Mapped[int] = mapped_column(BigInteger)


class TokenReservation(Row):
    """Tokens that were reserved for an answer which has not come back yet."""

    __tablename__ = "ai_token_reservations"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"), Index("ix_ai_token_reservations_expires_at", "expires_at"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    day: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From then on nobody is expected to settle it, and the sweep gives it back."""


class TokenCeilings(Base):
    """How many tokens may be used a day; null for any number. One row, made when an admin first sets them."""

    __tablename__ = "ai_token_ceilings"
    __table_args__ = (CheckConstraint("id = 1", name="one"), CheckConstraint("person_daily >= 0 AND school_daily >= 0", name="ceilings"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_daily: Mapped[int | None] = mapped_column(BigInteger)
    school_daily: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
