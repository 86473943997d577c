"""What learners remember: the state of each word for FSRS, every review, answers to exercises, and who wants to be reminded.

All of it belongs to a person and a word and goes with either of them: it is no history that would keep a course from being deleted.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, UtcDateTime


class WordReview(Base):
    """How well somebody remembers a word: the state that FSRS computes with. A word without a row is new to them."""

    __tablename__ = "word_reviews"
    __table_args__ = (
        CheckConstraint("state IN ('learning', 'review', 'relearning')", name="state"),
        CheckConstraint("(step IS NULL) = (state = 'review')", name="step"),
        CheckConstraint("reps > 0 AND lapses BETWEEN 0 AND reps", name="reps"),
        CheckConstraint("last_review < due", name="due"),
        Index("ix_word_reviews_due", "user_id", "due", "word_id"),
    )

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    word_id: Mapped[int] = mapped_column(BigId, ForeignKey("words.id", ondelete="CASCADE"), primary_key=True, index=True)
    state: Mapped[str] = mapped_column(String(10))
    step: Mapped[int | None] = mapped_column(SmallInteger)
    """Which of the short intervals of learning or relearning; null once the word is known."""
    stability: Mapped[float]
    """Days after which it is remembered with a probability of 90 %."""
    difficulty: Mapped[float]
    """From 1 to 10."""
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    last_review: Mapped[datetime] = mapped_column(UtcDateTime)
    reps: Mapped[int]
    """How often it was reviewed."""
    lapses: Mapped[int]
    """How often it was forgotten once it was known."""


class WordReviewRecord(Base):
    """One review, as it was rated: what the schedule could be computed from again. Its key lets each repetition count once."""

    __tablename__ = "word_review_records"
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 4", name="rating"), CheckConstraint("rep > 0", name="rep"))

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    word_id: Mapped[int] = mapped_column(BigId, ForeignKey("words.id", ondelete="CASCADE"), primary_key=True, index=True)
    rep: Mapped[int] = mapped_column(primary_key=True)
    """Which review of the word it was, from 1."""
    rating: Mapped[int] = mapped_column(SmallInteger)
    """1 again, 2 hard, 3 good, 4 easy."""
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WordAnswer(Base):
    """How often somebody answered exercises about a word, and how often wrongly: one row however often they practise."""

    __tablename__ = "word_answers"
    __table_args__ = (CheckConstraint("wrong BETWEEN 0 AND answers", name="wrong"),)

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    word_id: Mapped[int] = mapped_column(BigId, ForeignKey("words.id", ondelete="CASCADE"), primary_key=True, index=True)
    answers: Mapped[int]
    wrong: Mapped[int]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The last time."""


class WordReminder(Base):
    """Whether somebody wants to be told when words are due, and the school's day on which they were told last."""

    __tablename__ = "word_reminders"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    is_wanted: Mapped[bool]
    reminded_on: Mapped[date | None]
