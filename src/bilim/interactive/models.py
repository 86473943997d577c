"""Interactive lessons, and learners' sessions with them.

What counts as history (a learner's session with one) points here with RESTRICT: the database itself refuses to delete such a lesson, and
the action hides it instead.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime


class InteractiveLesson(Row):
    """A lesson that an avatar gives, of a course or on its own. It goes with its course: on its own a priced course's would be free."""

    __tablename__ = "interactive_lessons"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("estimated_duration >= 0", name="estimated_duration"),
    )

    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    avatar_id: Mapped[int]
    """Of the avatars that this program brings along; see `interactive/avatars.toml`."""
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    video_url: Mapped[str | None] = mapped_column(String(2000))
    difficulty: Mapped[str] = mapped_column(String(50))
    position: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    tags: Mapped[list[str]] = mapped_column(JSON)
    estimated_duration: Mapped[int]
    """Minutes."""
    is_premium: Mapped[bool]
    is_active: Mapped[bool]
    """Whether anyone but admins sees it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LessonSession(Row):
    """A learner's conversation with an avatar, of a lesson or about a topic of their own.

    While a message in it is answered, `answering` says so: one at a time.
    """

    __tablename__ = "lesson_sessions"
    __table_args__ = (
        CheckConstraint("interaction_count >= 0", name="interaction_count"),
        CheckConstraint("ended_at >= started_at", name="ended_at"),
        CheckConstraint("(answering IS NULL) = (answering_until IS NULL)", name="answering"),
        Index("ix_lesson_sessions_user_id", "user_id", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("interactive_lessons.id", ondelete="RESTRICT"), index=True)
    lesson_type: Mapped[str] = mapped_column(String(50))
    """A word of the front end's, such as `conversation`."""
    topic: Mapped[str | None] = mapped_column(String(255))
    difficulty: Mapped[str] = mapped_column(String(50))
    avatar_id: Mapped[int]
    interaction_count: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From then on it is over, since nobody said anything for long."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the learner ended it."""
    answering: Mapped[str | None] = mapped_column(String(32))
    answering_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on nobody answers any more: the process that did was stopped."""


class LessonInteraction(Row):
    """A message of a learner and its answer."""

    __tablename__ = "lesson_interactions"
    __table_args__ = (UniqueConstraint("session_id", "position"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("lesson_sessions.id", ondelete="CASCADE"))
    position: Mapped[int]
    """From 0, without a gap."""
    user_message: Mapped[str] = mapped_column(Text)
    ai_response: Mapped[str] = mapped_column(Text)
    audio_url: Mapped[str | None] = mapped_column(String(255))
    """Of the answer; spoken texts are swept in time."""
    is_spoken: Mapped[bool]
    """Whether the message was a recording."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
