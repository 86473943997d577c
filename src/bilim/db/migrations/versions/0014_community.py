"""The forum and feedback

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_IS_SHOWN = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """The forum and feedback."""
    op.create_table(
        "forum_categories",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_categories")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "forum_topics",
        sa.Column("id", BigId, nullable=False),
        sa.Column("category_id", BigId, nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("rank IN (0, 1)", name=op.f("ck_forum_topics_rank")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_forum_topics_author_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["category_id"], ["forum_categories.id"], name=op.f("fk_forum_topics_category_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_topics")),
        sqlite_autoincrement=True,
    )
    shown = {"unique": False, "sqlite_where": _IS_SHOWN, "postgresql_where": _IS_SHOWN}
    op.create_index("ix_forum_topics_shown", "forum_topics", ["rank", "id"], **shown)
    op.create_index("ix_forum_topics_of_category", "forum_topics", ["category_id", "rank", "id"], **shown)
    op.create_index(op.f("ix_forum_topics_category_id"), "forum_topics", ["category_id"], unique=False)
    op.create_index(op.f("ix_forum_topics_author_id"), "forum_topics", ["author_id"], unique=False)
    op.create_table(
        "forum_posts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("topic_id", BigId, nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("parent_id < id", name=op.f("ck_forum_posts_parent_id")),
        sa.CheckConstraint("depth BETWEEN 0 AND 20 AND (depth = 0) = (parent_id IS NULL)", name=op.f("ck_forum_posts_depth")),
        sa.CheckConstraint("(content IS NULL) = (deleted_at IS NOT NULL)", name=op.f("ck_forum_posts_content")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_forum_posts_author_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["topic_id"], ["forum_topics.id"], name=op.f("fk_forum_posts_topic_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["topic_id", "parent_id"], ["forum_posts.topic_id", "forum_posts.id"], name="fk_forum_posts_parent", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forum_posts")),
        sa.UniqueConstraint("topic_id", "id", name=op.f("uq_forum_posts_topic_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_forum_posts_author_id"), "forum_posts", ["author_id"], unique=False)
    op.create_index("ix_forum_posts_parent", "forum_posts", ["topic_id", "parent_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 0 AND 5", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_feedback_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_user_id", "feedback", ["user_id", "id"], unique=False)


def downgrade() -> None:
    """Back to before the forum; what was written there is lost."""
    for table in ("feedback", "forum_posts", "forum_topics", "forum_categories"):
        op.drop_table(table)
