"""Subjects, groups and who is in them.

Memberships, and the records of other slices, are history: they point here with RESTRICT, so that what has history is hidden, not deleted.
"""

from datetime import datetime, time

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime


class Subject(Row):
    """What a group studies."""

    __tablename__ = "subjects"

    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Group(Row):
    """A group of students that meets on `days` (`Mon,Wed,Fri`) from `start_time` to `end_time`, where these are set."""

    __tablename__ = "groups"
    __table_args__ = (CheckConstraint("monthly_price > 0", name="monthly_price"),)

    name: Mapped[str] = mapped_column(String(30))
    description: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id", ondelete="RESTRICT"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    days: Mapped[str | None] = mapped_column(String(27))
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    monthly_price: Mapped[int | None] = mapped_column(BigInteger)
    """Tiyin a month, for tuition paid online."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Membership(Row):
    """A student's time in a group, open until `left_at`. A student is in one group at a time."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_open", "student_id", unique=True, sqlite_where=text("left_at IS NULL"), postgresql_where=text("left_at IS NULL")
        ),
        Index("ix_memberships_student_id", "student_id", "left_at", "group_id"),
        Index("ix_memberships_group_id", "group_id", "left_at", "student_id"),
    )

    student_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
