"""Learners' sessions with interactive lessons

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions and interactions."""
    op.create_table(
        "lesson_sessions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("lesson_id", BigId, nullable=True),
        sa.Column("lesson_type", sa.String(length=50), nullable=False),
        sa.Column("topic", sa.String(length=255), nullable=True),
        sa.Column("difficulty", sa.String(length=50), nullable=False),
        sa.Column("avatar_id", sa.Integer(), nullable=False),
        sa.Column("interaction_count", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("answering", sa.String(length=32), nullable=True),
        sa.Column("answering_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(answering IS NULL) = (answering_until IS NULL)", name=op.f("ck_lesson_sessions_answering")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_lesson_sessions_ended_at")),
        sa.CheckConstraint("interaction_count >= 0", name=op.f("ck_lesson_sessions_interaction_count")),
        sa.ForeignKeyConstraint(["lesson_id"], ["interactive_lessons.id"], name=op.f("fk_lesson_sessions_lesson_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_lesson_sessions_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_sessions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_lesson_sessions_lesson_id"), "lesson_sessions", ["lesson_id"], unique=False)
    op.create_index("ix_lesson_sessions_user_id", "lesson_sessions", ["user_id", "id"], unique=False)
    op.create_table(
        "lesson_interactions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user_message", sa.Text(), nullable=False),
        sa.Column("ai_response", sa.Text(), nullable=False),
        sa.Column("audio_url", sa.String(length=255), nullable=True),
        sa.Column("is_spoken", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["lesson_sessions.id"], name=op.f("fk_lesson_interactions_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_interactions")),
        sa.UniqueConstraint("session_id", "position", name=op.f("uq_lesson_interactions_session_id_position")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Undo: sessions and interactions."""
    op.drop_table("lesson_interactions")
    op.drop_index("ix_lesson_sessions_user_id", "lesson_sessions")
    op.drop_index(op.f("ix_lesson_sessions_lesson_id"), "lesson_sessions")
    op.drop_table("lesson_sessions")
