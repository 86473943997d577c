"""Homework."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime


class Homework(Row):
    """Homework of a group: a text, a file, or both."""

    __tablename__ = "homework"
    __table_args__ = (
        CheckConstraint("text IS NOT NULL OR file IS NOT NULL", name="content"),
        Index("ix_homework_group_id", "group_id", "id"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"))
    text: Mapped[str | None] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(String(255))
    """The name of an uploaded file; served by signed address."""
    homework_type: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
