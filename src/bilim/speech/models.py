"""Phrases to practise, what learners made of them, and the sums by which their progress shows.

Recordings are not kept. An attempt keeps what was found in one, and the text that was read, so that it outlives its phrase.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime

MAX_WORD = 64
"""The longest word that is counted; longer ones are cut."""


class Phrase(Row):
    """A text to read aloud. A learner's own is private, staff's are for everyone (CONTRACT section 8)."""

    __tablename__ = "pronunciation_phrases"
    __table_args__ = (
        Index("ix_pronunciation_phrases_public", "is_public", "level", "id"),
        Index("ix_pronunciation_phrases_created_by", "created_by", "id"),
    )

    text: Mapped[str] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(String(50))
    contrasts: Mapped[Any] = mapped_column(JSON)
    """Names of the sounds that are listened for, a list."""
    is_public: Mapped[bool]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PracticeSession(Row):
    """A learner's time of practice, which gathers attempts until it is completed."""

    __tablename__ = "pronunciation_sessions"
    __table_args__ = (
        CheckConstraint("completed_at >= started_at", name="completed_at"),
        Index("ix_pronunciation_sessions_user_id", "user_id", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Row):
    """One recording that was compared with a text."""

    __tablename__ = "pronunciation_attempts"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 1000", name="score"),
        Index("ix_pronunciation_attempts_user_id", "user_id", "id"),
        Index("ix_pronunciation_attempts_session_id", "session_id", "score"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    phrase_id: Mapped[int | None] = mapped_column(ForeignKey("pronunciation_phrases.id", ondelete="SET NULL"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("pronunciation_sessions.id", ondelete="RESTRICT"))
    reference_text: Mapped[str] = mapped_column(Text)
    transcribed_text: Mapped[str] = mapped_column(Text)
    score: Mapped[int]
    """In tenths: 875 is 87.5 of 100."""
    words_per_minute: Mapped[int]
    """In tenths."""
    details: Mapped[Any] = mapped_column(JSON)
    """What was found: see `protocols.Assessment`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WordTotal(Base):
    """How somebody's readings of one word went, all together."""

    __tablename__ = "pronunciation_words"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(String(MAX_WORD), primary_key=True)
    attempts: Mapped[int] = mapped_column(BigInteger)
    score_sum: Mapped[int] = mapped_column(BigInteger)
    last_score: Mapped[int]


class ContrastTotal(Base):
    """How often somebody kept a declared sound, and how often it was replaced; those in between are counted as neither."""

    __tablename__ = "pronunciation_contrasts"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    contrast: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempts: Mapped[int] = mapped_column(BigInteger)
    kept: Mapped[int] = mapped_column(BigInteger)
    replaced: Mapped[int] = mapped_column(BigInteger)
