"""Tests, the papers that attempts are held by, and attempts with their answers.

Authors change tests, sections and questions. What an attempt is shown and marked by is a paper: the test's whole content as it was, one
row for each content that somebody began, however many did.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime
from bilim.questions.rules.types import TYPES

_RUNNING = text("ended_at IS NULL")
_WAITING = text("pending > 0")


class Test(Row):
    """A test. One that was begun is hidden when it is deleted, and its attempts stay."""

    __tablename__ = "quiz_tests"
    __table_args__ = (
        CheckConstraint("duration_minutes >= 0", name="duration_minutes"),
        Index("ix_quiz_tests_test_type", "test_type", "id"),
    )

    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    test_type: Mapped[str] = mapped_column(String(50))
    """In lower case: `ielts`, `toefl` or what authors call theirs."""
    duration_minutes: Mapped[int]
    """From the start of an attempt; 0 for no limit."""
    is_active: Mapped[bool]
    """Whether others than staff know of it."""
    version: Mapped[int] = mapped_column(default=1)
    """Of the content: each change of the test, its sections or questions makes the next one."""
    created_by: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Section(Row):
    """A part of a test, such as a passage with its questions."""

    __tablename__ = "quiz_sections"
    __table_args__ = (
        CheckConstraint("duration_minutes >= 0 AND order_index >= 0", name="counts"),
        Index("ix_quiz_sections_test_id", "test_id", "order_index", "id"),
    )

    test_id: Mapped[int] = mapped_column(BigId, ForeignKey("quiz_tests.id", ondelete="CASCADE"))
    section_type: Mapped[str] = mapped_column(String(50))
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    instructions: Mapped[str | None] = mapped_column(Text)
    passage: Mapped[str | None] = mapped_column(Text)
    """What the questions are about; shown with them."""
    audio_url: Mapped[str | None] = mapped_column(String(2000))
    """What is listened to; shown with the questions."""
    transcript: Mapped[str | None] = mapped_column(Text)
    """What is said in the recording; for staff alone."""
    duration_minutes: Mapped[int]
    """A recommendation; only the test's binds."""
    order_index: Mapped[int]


class Question(Row):
    """A question. `data` is JSON of its type's `questions.rules` data, with what is right."""

    __tablename__ = "quiz_questions"
    __table_args__ = (
        CheckConstraint(f"question_type IN ({', '.join(map(repr, TYPES))})", name="question_type"),
        CheckConstraint("marks >= 0 AND order_index >= 0", name="counts"),
        Index("ix_quiz_questions_section_id", "section_id", "order_index", "id"),
    )

    section_id: Mapped[int] = mapped_column(BigId, ForeignKey("quiz_sections.id", ondelete="CASCADE"))
    question_type: Mapped[str] = mapped_column(String(20))
    question_text: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(Text)
    marks: Mapped[int]
    """In hundredths."""
    order_index: Mapped[int]


class Paper(Row):
    """The content of a version of a test that somebody began. It never changes."""

    __tablename__ = "quiz_papers"
    __table_args__ = (UniqueConstraint("test_id", "version"),)

    test_id: Mapped[int] = mapped_column(BigId, ForeignKey("quiz_tests.id", ondelete="CASCADE"))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the content, by which a paper is kept in memory."""
    content: Mapped[str] = mapped_column(Text)
    """JSON of `rules.papers.Paper`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attempt(Row):
    """One person's attempt at a test. It is over at `ended_at`, or from `ends_at` on if nothing has closed it yet."""

    __tablename__ = "quiz_attempts"
    __table_args__ = (
        Index("uq_quiz_attempts_running", "user_id", "test_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_quiz_attempts_due", "ends_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_quiz_attempts_user_id", "user_id", "id"),
        Index("ix_quiz_attempts_test_id", "test_id", "user_id", "id"),
        Index("ix_quiz_attempts_waiting", "test_id", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        CheckConstraint("started_at < ends_at", name="ends_at"),
        CheckConstraint("started_at <= ended_at AND (ends_at IS NULL OR ended_at <= ends_at)", name="ended_at"),
        CheckConstraint("(ended_at IS NULL) = (total_score IS NULL)", name="total_score"),
        CheckConstraint("(ended_at IS NULL) = (scores IS NULL)", name="scores"),
        CheckConstraint("total_score BETWEEN 0 AND max_score", name="max_score"),
        CheckConstraint("pending >= 0", name="pending"),
    )

    test_id: Mapped[int] = mapped_column(BigId, ForeignKey("quiz_tests.id", ondelete="RESTRICT"))
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("quiz_papers.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its time is up; null where there is no limit."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total_score: Mapped[int | None]
    """In hundredths, like `max_score`."""
    max_score: Mapped[int]
    scores: Mapped[str | None] = mapped_column(Text)
    """JSON: the score, in hundredths, of every answer that is marked, by its question's id."""
    pending: Mapped[int] = mapped_column(default=0)
    """How many answers wait for a person's grade."""
    graded_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    graded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Answer(Base):
    """The last answer to one question of an attempt. The question is one of the attempt's paper, hence no foreign key."""

    __tablename__ = "quiz_answers"

    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quiz_attempts.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    data: Mapped[str] = mapped_column(Text)
    """JSON of its type's answer."""
