"""Attendance, scores, and the days on which employees worked. All of it is history: it points to people and groups with RESTRICT."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime


class Attendance(Row):
    """Whether a student came to a group's lesson: one record a student, group and day. `date` is the school's, not UTC's."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("student_id", "group_id", "date"),
        CheckConstraint("status IN ('keldi', 'kechikdi', 'kelmadi')", name="status"),
        Index("ix_attendance_group_id", "group_id", "date"),
    )

    student_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(String(8))
    date: Mapped[date]
    marked_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Score(Row):
    """Points from 0 to 100 that a student got in a group."""

    __tablename__ = "scores"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        # Both hold the score itself: sums by student and by group are read from the index alone.
        Index("ix_scores_student_id", "student_id", "score"),
        Index("ix_scores_group_id", "group_id", "student_id", "score"),
    )

    student_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"))
    score: Mapped[int]
    date: Mapped[date]
    given_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WorkLog(Row):
    """A day on which an employee worked: made by their first attendance, score or homework of the day (document 002, section 15)."""

    __tablename__ = "work_logs"
    __table_args__ = (UniqueConstraint("employee_id", "date"), Index("ix_work_logs_date", "date", "employee_id"))

    employee_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    date: Mapped[date]
    status: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
