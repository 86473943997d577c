"""Mock tests and their sessions. Ids outside are UUIDs (`public_id`); the tables refer to one another by small numbers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime

_RUNNING = text("ended_at IS NULL")


class MockTest(Row):
    """A mock test. One that was sat is hidden when it is deleted, and its sessions stay."""

    __tablename__ = "mock_tests"

    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    title: Mapped[str] = mapped_column(String(255))
    code: Mapped[str] = mapped_column(String(6), unique=True)
    """What starts a session, in the form of `kit.codes.read_code`; students hear it from their teacher."""
    created_by: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MockSection(Row):
    """A section of a test: its paper, minutes and number of questions. Listening has a recording too."""

    __tablename__ = "mock_sections"
    __table_args__ = (
        UniqueConstraint("test_id", "kind"),
        CheckConstraint("kind IN ('reading', 'writing', 'listening')", name="kind"),
        CheckConstraint("(kind = 'listening') = (audio_file IS NOT NULL)", name="audio_file"),
        CheckConstraint("duration > 0 AND question_count > 0", name="counts"),
    )

    test_id: Mapped[int] = mapped_column(BigId, ForeignKey("mock_tests.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(9))
    file: Mapped[str] = mapped_column(String(255))
    """The name of the paper, a PDF."""
    audio_file: Mapped[str | None] = mapped_column(String(255))
    duration: Mapped[int]
    """Minutes."""
    question_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MockSession(Row):
    """One person's sitting of a test. It is over at `ended_at`, or from `ends_at` on if nothing has closed it yet."""

    __tablename__ = "mock_sessions"
    __table_args__ = (
        Index("uq_mock_sessions_running", "user_id", "test_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_mock_sessions_due", "ends_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_mock_sessions_user_id", "user_id", "id"),
        Index("ix_mock_sessions_test_id", "test_id", "id"),
        CheckConstraint("started_at < ends_at", name="ends_at"),
        CheckConstraint("started_at <= ended_at AND ended_at <= ends_at", name="ended_at"),
        CheckConstraint("sequence >= 0", name="sequence"),
    )

    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    test_id: Mapped[int] = mapped_column(BigId, ForeignKey("mock_tests.id", ondelete="RESTRICT"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When its time is up."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    """The highest sequence of its drafts."""


class MockDraft(Base):
    """The last draft of one question of a running session. When the session ends, drafts become answers and are deleted."""

    __tablename__ = "mock_drafts"
    __table_args__ = (CheckConstraint("section IN ('reading', 'writing', 'listening')", name="section"),)

    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("mock_sessions.id", ondelete="CASCADE"), primary_key=True)
    section: Mapped[str] = mapped_column(String(9), primary_key=True)
    question: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    """A draft with a lower one, or the same, does not replace it."""
    value: Mapped[str | None] = mapped_column(Text)
    """Null where it was erased."""


class MockAnswer(Row):
    """The answers of a session to one section, and what a key made of them."""

    __tablename__ = "mock_answers"
    __table_args__ = (
        UniqueConstraint("session_id", "section"),
        CheckConstraint("section IN ('reading', 'listening')", name="section"),
        CheckConstraint("band BETWEEN 0 AND 18", name="band"),
        CheckConstraint("(raw_score IS NULL) = (key_version IS NULL)", name="key_version"),
    )

    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("mock_sessions.id", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(9))
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    """By the question's number."""
    raw_score: Mapped[int | None]
    band: Mapped[int | None]
    """The proposed band in halves; null where the key has no scale."""
    key_version: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MockWritingAnswer(Row):
    """A session's text for one task of writing, and what a teacher says about it."""

    __tablename__ = "mock_writing_answers"
    __table_args__ = (
        UniqueConstraint("session_id", "task_number"),
        CheckConstraint("task_number IN (1, 2)", name="task_number"),
    )

    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("mock_sessions.id", ondelete="CASCADE"))
    task_number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    teacher_comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MockScore(Row):
    """The bands that a teacher gave a session, in halves: 0 to 18."""

    __tablename__ = "mock_scores"
    __table_args__ = (
        *(CheckConstraint(f"{part} BETWEEN 0 AND 18", name=part) for part in ("listening", "reading", "writing", "speaking")),
        CheckConstraint("overall = (listening + reading + writing + speaking + 2) / 4", name="overall"),
    )

    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("mock_sessions.id", ondelete="RESTRICT"), unique=True)
    listening: Mapped[int]
    reading: Mapped[int]
    writing: Mapped[int]
    speaking: Mapped[int]
    overall: Mapped[int]
    created_by: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MockKey(Row):
    """What is right in one section of a test. Each change has a new version, by which all results are marked again."""

    __tablename__ = "mock_keys"
    __table_args__ = (
        UniqueConstraint("test_id", "section"),
        CheckConstraint("section IN ('reading', 'listening')", name="section"),
        CheckConstraint("settled_version <= version", name="settled_version"),
    )

    test_id: Mapped[int] = mapped_column(BigId, ForeignKey("mock_tests.id", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(9))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`rules.marking.AcceptedAnswers` by the question's number."""
    conversion: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """Rows of right answers and the band, in halves, that is given from there; null where there is no scale."""
    conversion_source: Mapped[str | None] = mapped_column(String(255))
    version: Mapped[int]
    updated_by: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed: Mapped[int] = mapped_column(default=0)
    """How many results this version has changed so far."""
    settled_version: Mapped[int] = mapped_column(default=0)
    """The last version by which all results are marked."""
