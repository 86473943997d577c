"""What people study and have finished."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime


class Enrollment(Row):
    """That somebody studies a course; `studied_at` is the last time they finished a lesson of it, at first when they joined."""

    __tablename__ = "enrollments"
    __table_args__ = (UniqueConstraint("user_id", "course_id"), Index("ix_enrollments_studied", "user_id", "studied_at"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    studied_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Completion(Row):
    """That somebody finished a lesson: the one record behind every surface's progress."""

    __tablename__ = "completions"
    __table_args__ = (UniqueConstraint("user_id", "lesson_id"), Index("ix_completions_user_id", "user_id", "id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="RESTRICT"), index=True)
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LearnerTotal(Base):
    """How many lessons somebody finished, and on how many days in a row: so that figures read a row a learner, not one a lesson.

    Written in the transaction that writes a completion.
    """

    __tablename__ = "learner_totals"
    __table_args__ = (Index("ix_learner_totals_completed_lessons", "completed_lessons"),)

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    completed_lessons: Mapped[int]
    streak_days: Mapped[int]
    """Days in a row, on the school's clock, up to `last_day`."""
    longest_streak: Mapped[int]
    last_day: Mapped[date]
    """The last day on which a lesson was finished."""


class Certificate(Row):
    """A certificate, with all it says as it was on the day of issue. One a person and course; those without a course are any number."""

    __tablename__ = "certificates"
    __table_args__ = (UniqueConstraint("user_id", "course_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"), index=True)
    holder: Mapped[str] = mapped_column(String(410))
    """The person's name when it was issued."""
    title: Mapped[str] = mapped_column(String(255))
    course_name: Mapped[str] = mapped_column(String(255))
    level_completed: Mapped[str | None] = mapped_column(String(50))
    description: Mapped[str | None] = mapped_column(Text)
    verification_code: Mapped[str] = mapped_column(String(64), unique=True)
    issue_date: Mapped[datetime] = mapped_column(UtcDateTime)
    is_valid: Mapped[bool] = mapped_column(default=True)


class Review(Row):
    """What an enrolled person thinks of a course: one a person and course."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_reviews_course_id", "course_id", "id"),
        Index("ix_reviews_course_rating", "course_id", "rating", "id"),
        Index("ix_reviews_rating", "rating", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"))
    rating: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReviewReply(Base):
    """What the instructor of the course answered to a review."""

    __tablename__ = "review_replies"

    review_id: Mapped[int] = mapped_column(BigId, ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseRating(Base):
    """How many reviews of each number of stars a course has, so that its average reads a row a course, not one a review.

    Corrected in the transaction that writes, changes or deletes a review. A course that was never reviewed has no row.
    """

    __tablename__ = "course_ratings"
    __table_args__ = (CheckConstraint("stars_1 >= 0 AND stars_2 >= 0 AND stars_3 >= 0 AND stars_4 >= 0 AND stars_5 >= 0", name="stars"),)

    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True)
    stars_1: Mapped[int] = mapped_column(default=0)
    stars_2: Mapped[int] = mapped_column(default=0)
    stars_3: Mapped[int] = mapped_column(default=0)
    stars_4: Mapped[int] = mapped_column(default=0)
    stars_5: Mapped[int] = mapped_column(default=0)


class Wish(Row):
    """That somebody keeps a course for later."""

    __tablename__ = "wishes"
    __table_args__ = (UniqueConstraint("user_id", "course_id"), Index("ix_wishes_user_id", "user_id", "id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
