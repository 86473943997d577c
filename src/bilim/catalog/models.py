"""Courses, their sections, lessons and words; who bought which course; versions, and requests to publish.

What counts as history (purchases, and in other slices enrolments, completions, certificates, reviews) points here with RESTRICT:
the database itself refuses to delete what has history, and the action hides it instead.
"""

import secrets
from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime

_TIYIN = BigInteger
MAX_KEY = 64


def new_key() -> str:
    """A key under which a course, section or lesson that was written here is found again after it was exported."""
    return secrets.token_hex(8)


def _unique_key(table: str, column: str, condition: str) -> Index:
    """One thing a key, among those that the condition says."""
    where = text(condition)
    return Index(f"uq_{table}_external_key", column, "external_key", unique=True, sqlite_where=where, postgresql_where=where)


class Category(Row):
    """A kind of course; made by the first course that names it."""

    __tablename__ = "categories"

    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), unique=True)


class Course(Row):
    """A course. Prices are tiyin; a course whose price is 0 is free."""

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("discount_price >= 0", name="discount_price"),
        Index("ix_courses_shown", "deleted_at", "id", "is_published", "instructor_id"),
        _unique_key("courses", "instructor_id", "deleted_at IS NULL"),
    )

    instructor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    title: Mapped[str] = mapped_column(String(255))
    published_title: Mapped[str | None] = mapped_column(String(255))
    """The title before the last change that was made while it was published: what learners know a withdrawn course by."""
    description: Mapped[str | None] = mapped_column(Text)
    short_description: Mapped[str | None] = mapped_column(Text)
    difficulty_level: Mapped[str] = mapped_column(String(50))
    thumbnail_url: Mapped[str | None] = mapped_column(String(2000))
    is_published: Mapped[bool] = mapped_column(default=False)
    is_featured: Mapped[bool] = mapped_column(default=False)
    estimated_duration: Mapped[int] = mapped_column(default=0)
    """Minutes."""
    language: Mapped[str | None] = mapped_column(String(50))
    price: Mapped[int] = mapped_column(_TIYIN, default=0)
    discount_price: Mapped[int] = mapped_column(_TIYIN, default=0)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="SET NULL"), index=True)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    requirements: Mapped[list[str]] = mapped_column(JSON, default=list)
    learning_outcomes: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    external_key: Mapped[str | None] = mapped_column(String(MAX_KEY), default=new_key)
    """By which an import finds its instructor's course."""


class Section(Row):
    """A part of a course. A course without sections has one implicit section, made with its first lesson."""

    __tablename__ = "sections"
    __table_args__ = (
        Index(
            "uq_sections_implicit",
            "course_id",
            unique=True,
            sqlite_where=text("is_implicit"),
            postgresql_where=text("is_implicit"),
        ),
        Index("ix_sections_course_id", "course_id", "position", "id"),
        _unique_key("sections", "course_id", "external_key IS NOT NULL"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(255))
    position: Mapped[int] = mapped_column(default=0)
    is_implicit: Mapped[bool] = mapped_column(default=False)
    external_key: Mapped[str | None] = mapped_column(String(MAX_KEY), default=new_key)
    """By which an import finds a section of the course."""


class Lesson(Row):
    """A lesson. `course_id` repeats its section's, so that a course's lessons are one index away."""

    __tablename__ = "lessons"
    __table_args__ = (
        Index("ix_lessons_course_id", "course_id", "deleted_at", "position", "id"),
        Index("ix_lessons_section_id", "section_id", "position", "id"),
        _unique_key("lessons", "course_id", "deleted_at IS NULL"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    section_id: Mapped[int] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(255))
    content: Mapped[str] = mapped_column(Text, default="")
    video_url: Mapped[str | None] = mapped_column(String(2000))
    file: Mapped[str | None] = mapped_column(String(255))
    """The name of an uploaded file; served by signed address while the lesson is open to the viewer."""
    position: Mapped[int] = mapped_column(default=0)
    premium_only: Mapped[bool] = mapped_column(default=False)
    is_preview: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    external_key: Mapped[str | None] = mapped_column(String(MAX_KEY), default=new_key)
    """By which an import finds a lesson of the course."""


class Word(Row):
    """A word that a lesson teaches."""

    __tablename__ = "words"

    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    word: Mapped[str] = mapped_column(String(255))
    translation: Mapped[str] = mapped_column(String(500))
    ipa_pronunciation: Mapped[str | None] = mapped_column(String(255))


class Purchase(Row):
    """That somebody bought a course; `revoked_at` is set when the money went back."""

    __tablename__ = "purchases"
    __table_args__ = (UniqueConstraint("user_id", "course_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PriceDrop(Row):
    """That a course came to cost less. Prices are what a buyer was and is charged, in tiyin."""

    __tablename__ = "price_drops"
    __table_args__ = (
        CheckConstraint("price >= 0 AND price < earlier_price", name="price"),
        Index("ix_price_drops_course_id", "course_id", "id"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    earlier_price: Mapped[int] = mapped_column(_TIYIN)
    price: Mapped[int] = mapped_column(_TIYIN)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseSubmission(Row):
    """That an author asked for a course to be published. While it is not decided, the course is in review; there is one at a time."""

    __tablename__ = "course_submissions"
    __table_args__ = (
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("decision IN ('approved', 'rejected', 'withdrawn')", name="decision"),
        Index(
            "uq_course_submissions_waiting",
            "course_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("ix_course_submissions_course_id", "course_id", "id"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    submitted_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))
    """Of the outline that was submitted: what is approved must be the same."""
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)


class CourseVersion(Row):
    """What a course consisted of when it was published, never changed. Numbers begin with 1."""

    __tablename__ = "course_versions"
    __table_args__ = (UniqueConstraint("course_id", "number"), CheckConstraint("number > 0", name="number"))

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(255))
    sections_count: Mapped[int]
    lessons_count: Mapped[int]
    outline: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    """Sections in their order, each with its lessons; see `rules.OutlineSection`."""
    digest: Mapped[str] = mapped_column(String(64))
    published_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
