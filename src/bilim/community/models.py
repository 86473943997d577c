"""The forum's categories, topics and posts; feedback about the platform."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import BigId, Row, UtcDateTime

_IS_SHOWN = text("deleted_at IS NULL")


class ForumCategory(Row):
    """A part of the forum. One with topics is hidden when it is deleted, and its topics with it."""

    __tablename__ = "forum_categories"

    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ForumTopic(Row):
    """A topic. What opens it is its first post."""

    __tablename__ = "forum_topics"
    __table_args__ = (
        CheckConstraint("rank IN (0, 1)", name="rank"),
        Index("ix_forum_topics_shown", "rank", "id", sqlite_where=_IS_SHOWN, postgresql_where=_IS_SHOWN),
        Index("ix_forum_topics_of_category", "category_id", "rank", "id", sqlite_where=_IS_SHOWN, postgresql_where=_IS_SHOWN),
        Index("ix_forum_topics_category_id", "category_id"),
    )

    category_id: Mapped[int] = mapped_column(ForeignKey("forum_categories.id", ondelete="RESTRICT"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(SmallInteger)
    """Its place in lists before its id: `rules.PINNED` or `rules.USUAL`. A flag could not be the first column of an ascending index."""
    is_closed: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ForumPost(Row):
    """A post, plain text. A reply names the post of the same topic that it answers, which is always an older one: there are no cycles."""

    __tablename__ = "forum_posts"
    __table_args__ = (
        UniqueConstraint("topic_id", "id"),  # what a reply refers to, and the order in which a topic is read
        ForeignKeyConstraint(
            ["topic_id", "parent_id"], ["forum_posts.topic_id", "forum_posts.id"], name="fk_forum_posts_parent", ondelete="RESTRICT"
        ),
        CheckConstraint("parent_id < id", name="parent_id"),
        CheckConstraint("depth BETWEEN 0 AND 20 AND (depth = 0) = (parent_id IS NULL)", name="depth"),
        CheckConstraint("(content IS NULL) = (deleted_at IS NOT NULL)", name="content"),
        Index("ix_forum_posts_parent", "topic_id", "parent_id"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("forum_topics.id", ondelete="RESTRICT"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    depth: Mapped[int]
    """How many posts stand above it."""
    content: Mapped[str | None] = mapped_column(Text)
    """Null once it is deleted; it keeps its place while replies hang on it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Feedback(Row):
    """What somebody thinks of the platform."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 0 AND 5", name="rating"),
        Index("ix_feedback_user_id", "user_id", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    content: Mapped[str] = mapped_column(Text)
    rating: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
