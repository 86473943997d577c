"""Homework, what each student has to do with it, and the files of both.

An assignment is history once something was handed in: it points here with RESTRICT, so that such homework is hidden, not deleted. Courses
and lessons are pointed at with RESTRICT too: one with homework is hidden, and no file is left behind.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime

MAX_SCORE = 100
"""CONTRACT section 8."""


class Homework(Row):
    """Homework of a group or of a course. A group's has a text, a file, or both; a course's has a title and may belong to a lesson."""

    __tablename__ = "homework"
    __table_args__ = (
        CheckConstraint("(group_id IS NULL) <> (course_id IS NULL)", name="group_or_course"),
        CheckConstraint("lesson_id IS NULL OR course_id IS NOT NULL", name="lesson"),
        CheckConstraint("course_id IS NOT NULL OR text IS NOT NULL OR file IS NOT NULL", name="content"),
        CheckConstraint("course_id IS NULL OR title IS NOT NULL", name="title"),
        CheckConstraint(f"max_score BETWEEN 1 AND {MAX_SCORE}", name="max_score"),
        Index("ix_homework_group_id", "group_id", "id"),
        Index("ix_homework_course_id", "course_id", "id"),
        Index("ix_homework_lesson_id", "lesson_id", "id"),
    )

    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"))
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lessons.id", ondelete="RESTRICT"))
    """A lesson of the course."""
    title: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    instructions: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(String(255))
    """The stored name of the one file that the centre's document shows; served by signed address. All others are `HomeworkFile`s."""
    homework_type: Mapped[str] = mapped_column(String(16))
    due_date: Mapped[datetime | None] = mapped_column(UtcDateTime)
    max_score: Mapped[int] = mapped_column(default=MAX_SCORE)
    is_published: Mapped[bool] = mapped_column(default=True)
    """Whether students may know of it."""
    details: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSON(none_as_null=True))
    """What the author's front end keeps with it."""
    oral_assignment: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """What is to be said, against which an oral submission is graded: a text, or an object of the author's front end."""
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Assignment(Row):
    """One student's homework: assigned to them, handed in by them, or both. The submission is part of the same row."""

    __tablename__ = "homework_assignments"
    __table_args__ = (
        UniqueConstraint("homework_id", "user_id"),
        CheckConstraint("status IN ('assigned', 'submitted', 'pending', 'graded')", name="status"),
        CheckConstraint("(status = 'assigned') = (submitted_at IS NULL)", name="submitted_at"),
        CheckConstraint("(status = 'graded') = (graded_at IS NOT NULL)", name="graded_at"),
        CheckConstraint("(graded_at IS NULL) = (score IS NULL)", name="graded_score"),
        CheckConstraint(f"score BETWEEN 0 AND {MAX_SCORE}", name="score"),
        Index("ix_homework_assignments_user_id", "user_id", "id"),
        Index("ix_homework_assignments_homework_id", "homework_id", "id"),
    )

    homework_id: Mapped[int] = mapped_column(ForeignKey("homework.id", ondelete="RESTRICT"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(String(16))
    """`pending` is a recording that waits to be graded automatically."""
    content: Mapped[str | None] = mapped_column(Text)
    """The submission's text."""
    revision: Mapped[int] = mapped_column(default=0)
    """How often something was handed in."""
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[int | None]
    feedback: Mapped[str | None] = mapped_column(Text)
    graded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    graded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    """None where it was graded automatically."""
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    """None where the student handed it in as one of a group or course."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HomeworkFile(Row):
    """A file that belongs to homework, or to what one student handed in. Served by signed address, or to those whom it concerns."""

    __tablename__ = "homework_files"
    __table_args__ = (
        CheckConstraint("NOT is_recording OR assignment_id IS NOT NULL", name="recording"),
        Index("ix_homework_files_homework_id", "homework_id", "id"),
        Index("ix_homework_files_assignment_id", "assignment_id", "id"),
    )

    homework_id: Mapped[int] = mapped_column(ForeignKey("homework.id", ondelete="CASCADE"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("homework_assignments.id", ondelete="CASCADE"))
    """Whose submission it is part of; None for what the author handed out."""
    name: Mapped[str] = mapped_column(String(255), unique=True)
    """Its name in the store."""
    filename: Mapped[str] = mapped_column(String(255))
    """The name that its owner gave it, for people to read."""
    size: Mapped[int] = mapped_column(BigInteger)
    is_recording: Mapped[bool] = mapped_column(default=False)
    """Whether it is an oral submission."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
