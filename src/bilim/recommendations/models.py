"""What recommendations are computed from ahead of time. Both tables are counted anew every night and hold nothing that is not elsewhere."""

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId


class NextLessonCount(Base):
    """How many of those who finished a lesson finished a certain other one next. Only the most frequent ones of each lesson are kept."""

    __tablename__ = "next_lesson_counts"
    __table_args__ = (CheckConstraint("learners BETWEEN 1 AND sampled", name="learners"),)

    lesson_id: Mapped[int] = mapped_column(BigId, ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    next_lesson_id: Mapped[int] = mapped_column(BigId, ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True)
    learners: Mapped[int]
    sampled: Mapped[int]
    """Of so many who finished the first lesson."""


class PopularLesson(Base):
    """The lessons with which most learners begin, of each level, and of all levels under the empty key."""

    __tablename__ = "popular_lessons"

    level_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    """See `rules.level_key`."""
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """From 1, the most popular first."""
    lesson_id: Mapped[int] = mapped_column(BigId, ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    learners: Mapped[int]
    """How many joined the course that it begins."""
