"""Interactive lessons.

What counts as history (a learner's session with one) points here with RESTRICT: the database itself refuses to delete such a lesson, and
the action hides it instead.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
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
