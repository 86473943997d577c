"""Phrases to pronounce, practice sessions, attempts and their sums

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables of pronunciation."""
    op.create_table(
        "pronunciation_phrases",
        sa.Column("id", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=50), nullable=True),
        sa.Column("contrasts", sa.JSON(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_pronunciation_phrases_created_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pronunciation_phrases")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pronunciation_phrases_public", "pronunciation_phrases", ["is_public", "level", "id"])
    op.create_index("ix_pronunciation_phrases_created_by", "pronunciation_phrases", ["created_by", "id"])
    op.create_table(
        "pronunciation_sessions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("completed_at >= started_at", name=op.f("ck_pronunciation_sessions_completed_at")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pronunciation_sessions_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pronunciation_sessions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pronunciation_sessions_user_id", "pronunciation_sessions", ["user_id", "id"])
    _create_attempts()
    _create_totals()


def _create_attempts() -> None:
    op.create_table(
        "pronunciation_attempts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("phrase_id", BigId, nullable=True),
        sa.Column("session_id", BigId, nullable=True),
        sa.Column("reference_text", sa.Text(), nullable=False),
        sa.Column("transcribed_text", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words_per_minute", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 1000", name=op.f("ck_pronunciation_attempts_score")),
        sa.ForeignKeyConstraint(
            ["phrase_id"], ["pronunciation_phrases.id"], name=op.f("fk_pronunciation_attempts_phrase_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["pronunciation_sessions.id"], name=op.f("fk_pronunciation_attempts_session_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pronunciation_attempts_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pronunciation_attempts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pronunciation_attempts_user_id", "pronunciation_attempts", ["user_id", "id"])
    op.create_index("ix_pronunciation_attempts_phrase_id", "pronunciation_attempts", ["phrase_id"])
    op.create_index("ix_pronunciation_attempts_session_id", "pronunciation_attempts", ["session_id", "score"])


def _create_totals() -> None:
    op.create_table(
        "pronunciation_words",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("score_sum", sa.BigInteger(), nullable=False),
        sa.Column("last_score", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pronunciation_words_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "word", name=op.f("pk_pronunciation_words")),
    )
    op.create_table(
        "pronunciation_contrasts",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("contrast", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("replaced", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pronunciation_contrasts_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "contrast", name=op.f("pk_pronunciation_contrasts")),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("contrasts", "words", "attempts", "sessions", "phrases"):
        op.drop_table(f"pronunciation_{table}")
