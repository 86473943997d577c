"""Practice and recommendations

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Practice and recommendations."""
    op.create_table(
        "word_reviews",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("word_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=True),
        sa.Column("stability", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=False),
        sa.Column("last_review", UtcDateTime(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('learning', 'review', 'relearning')", name=op.f("ck_word_reviews_state")),
        sa.CheckConstraint("(step IS NULL) = (state = 'review')", name=op.f("ck_word_reviews_step")),
        sa.CheckConstraint("reps > 0 AND lapses BETWEEN 0 AND reps", name=op.f("ck_word_reviews_reps")),
        sa.CheckConstraint("last_review < due", name=op.f("ck_word_reviews_due")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_word_reviews_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_word_reviews_word_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "word_id", name=op.f("pk_word_reviews")),
    )
    op.create_index("ix_word_reviews_due", "word_reviews", ["user_id", "due", "word_id"], unique=False)
    op.create_index(op.f("ix_word_reviews_word_id"), "word_reviews", ["word_id"], unique=False)

    op.create_table(
        "word_review_records",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("word_id", BigId, nullable=False),
        sa.Column("rep", sa.Integer(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name=op.f("ck_word_review_records_rating")),
        sa.CheckConstraint("rep > 0", name=op.f("ck_word_review_records_rep")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_word_review_records_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_word_review_records_word_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "word_id", "rep", name=op.f("pk_word_review_records")),
    )
    op.create_index(op.f("ix_word_review_records_word_id"), "word_review_records", ["word_id"], unique=False)

    op.create_table(
        "word_answers",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("word_id", BigId, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("wrong BETWEEN 0 AND answers", name=op.f("ck_word_answers_wrong")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_word_answers_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_word_answers_word_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "word_id", name=op.f("pk_word_answers")),
    )
    op.create_index(op.f("ix_word_answers_word_id"), "word_answers", ["word_id"], unique=False)

    op.create_table(
        "word_reminders",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_word_reminders_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_word_reminders")),
    )

    op.create_table(
        "next_lesson_counts",
        sa.Column("lesson_id", BigId, nullable=False),
        sa.Column("next_lesson_id", BigId, nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.CheckConstraint("learners BETWEEN 1 AND sampled", name=op.f("ck_next_lesson_counts_learners")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name=op.f("fk_next_lesson_counts_lesson_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["next_lesson_id"], ["lessons.id"], name=op.f("fk_next_lesson_counts_next_lesson_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "next_lesson_id", name=op.f("pk_next_lesson_counts")),
    )
    op.create_index(op.f("ix_next_lesson_counts_next_lesson_id"), "next_lesson_counts", ["next_lesson_id"], unique=False)

    op.create_table(
        "popular_lessons",
        sa.Column("level_key", sa.String(length=100), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("lesson_id", BigId, nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name=op.f("fk_popular_lessons_lesson_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("level_key", "place", name=op.f("pk_popular_lessons")),
    )
    op.create_index(op.f("ix_popular_lessons_lesson_id"), "popular_lessons", ["lesson_id"], unique=False)


def downgrade() -> None:
    """Undo: Practice and recommendations."""
    op.drop_index(op.f("ix_popular_lessons_lesson_id"), "popular_lessons")
    op.drop_table("popular_lessons")
    op.drop_index(op.f("ix_next_lesson_counts_next_lesson_id"), "next_lesson_counts")
    op.drop_table("next_lesson_counts")
    op.drop_table("word_reminders")
    op.drop_index(op.f("ix_word_answers_word_id"), "word_answers")
    op.drop_table("word_answers")
    op.drop_index(op.f("ix_word_review_records_word_id"), "word_review_records")
    op.drop_table("word_review_records")
    op.drop_index(op.f("ix_word_reviews_word_id"), "word_reviews")
    op.drop_index("ix_word_reviews_due", "word_reviews")
    op.drop_table("word_reviews")
