"""Conversations with the tutor, and a ledger of tokens

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables of the tutor."""
    _create_ledger()
    _create_sessions()


def _create_ledger() -> None:
    op.create_table(
        "ai_token_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("replies", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("tokens_in >= 0 AND tokens_out >= 0 AND reserved >= 0 AND replies >= 0", name=op.f("ck_ai_token_days_counts")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ai_token_days")),
    )
    op.create_table(
        "ai_token_ceilings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_daily", sa.BigInteger(), nullable=True),
        sa.Column("school_daily", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", BigId, nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_ai_token_ceilings_one")),
        sa.CheckConstraint("person_daily >= 0 AND school_daily >= 0", name=op.f("ck_ai_token_ceilings_ceilings")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_ai_token_ceilings_updated_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_token_ceilings")),
    )
    op.create_index("ix_ai_token_ceilings_updated_by", "ai_token_ceilings", ["updated_by"])
    op.create_table(
        "ai_token_reservations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ai_token_reservations_amount")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ai_token_reservations_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_token_reservations")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ai_token_reservations_expires_at", "ai_token_reservations", ["expires_at"])
    op.create_index("ix_ai_token_reservations_user_id", "ai_token_reservations", ["user_id"])
    op.create_table(
        "ai_tokens",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("replies", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("tokens_in >= 0 AND tokens_out >= 0 AND reserved >= 0 AND replies >= 0", name=op.f("ck_ai_tokens_counts")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ai_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_ai_tokens")),
    )
    op.create_index("ix_ai_tokens_day", "ai_tokens", ["day"])


def _create_sessions() -> None:
    op.create_table(
        "ai_sessions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("lesson_id", BigId, nullable=True),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("answering", sa.String(length=32), nullable=True),
        sa.Column("answering_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(answering IS NULL) = (answering_until IS NULL)", name=op.f("ck_ai_sessions_answering")),
        sa.CheckConstraint("length(id) = 32", name=op.f("ck_ai_sessions_id")),
        sa.CheckConstraint("message_count >= 0", name=op.f("ck_ai_sessions_message_count")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name=op.f("fk_ai_sessions_lesson_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ai_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_sessions")),
    )
    op.create_index("ix_ai_sessions_lesson_id", "ai_sessions", ["lesson_id"])
    op.create_index("ix_ai_sessions_user_id", "ai_sessions", ["user_id", "created_at", "id"])
    op.create_table(
        "ai_messages",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audio_url", sa.String(length=255), nullable=True),
        sa.Column("analysis", sa.JSON(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("role IN ('user', 'assistant')", name=op.f("ck_ai_messages_role")),
        sa.ForeignKeyConstraint(["session_id"], ["ai_sessions.id"], name=op.f("fk_ai_messages_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_messages")),
        sa.UniqueConstraint("session_id", "position", name=op.f("uq_ai_messages_session_id_position")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("messages", "sessions", "tokens", "token_reservations", "token_ceilings", "token_days"):
        op.drop_table(f"ai_{table}")
