"""Mock tests

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_RUNNING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Mock tests."""
    op.create_table(
        "mock_tests",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_mock_tests_created_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_tests")),
        sa.UniqueConstraint("code", name=op.f("uq_mock_tests_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mock_tests_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mock_tests_created_by"), "mock_tests", ["created_by"], unique=False)

    op.create_table(
        "mock_keys",
        sa.Column("id", BigId, nullable=False),
        sa.Column("test_id", BigId, nullable=False),
        sa.Column("section", sa.String(length=9), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("conversion", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("conversion_source", sa.String(length=255), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", BigId, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("settled_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("section IN ('reading', 'listening')", name=op.f("ck_mock_keys_section")),
        sa.CheckConstraint("settled_version <= version", name=op.f("ck_mock_keys_settled_version")),
        sa.ForeignKeyConstraint(["test_id"], ["mock_tests.id"], name=op.f("fk_mock_keys_test_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_mock_keys_updated_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_keys")),
        sa.UniqueConstraint("test_id", "section", name=op.f("uq_mock_keys_test_id_section")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mock_keys_updated_by"), "mock_keys", ["updated_by"], unique=False)

    op.create_table(
        "mock_sections",
        sa.Column("id", BigId, nullable=False),
        sa.Column("test_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("audio_file", sa.String(length=255), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("question_count", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'listening') = (audio_file IS NOT NULL)", name=op.f("ck_mock_sections_audio_file")),
        sa.CheckConstraint("kind IN ('reading', 'writing', 'listening')", name=op.f("ck_mock_sections_kind")),
        sa.CheckConstraint("duration > 0 AND question_count > 0", name=op.f("ck_mock_sections_counts")),
        sa.ForeignKeyConstraint(["test_id"], ["mock_tests.id"], name=op.f("fk_mock_sections_test_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_sections")),
        sa.UniqueConstraint("test_id", "kind", name=op.f("uq_mock_sections_test_id_kind")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mock_sessions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("test_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_mock_sessions_sequence")),
        sa.CheckConstraint("started_at < ends_at", name=op.f("ck_mock_sessions_ends_at")),
        sa.CheckConstraint("started_at <= ended_at AND ended_at <= ends_at", name=op.f("ck_mock_sessions_ended_at")),
        sa.ForeignKeyConstraint(["test_id"], ["mock_tests.id"], name=op.f("fk_mock_sessions_test_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mock_sessions_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mock_sessions_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mock_sessions_due", "mock_sessions", ["ends_at"], unique=False, sqlite_where=_RUNNING, postgresql_where=_RUNNING)
    op.create_index("ix_mock_sessions_test_id", "mock_sessions", ["test_id", "id"], unique=False)
    op.create_index("ix_mock_sessions_user_id", "mock_sessions", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_mock_sessions_running", "mock_sessions", ["user_id", "test_id"], unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING
    )

    op.create_table(
        "mock_answers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("section", sa.String(length=9), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("raw_score", sa.Integer(), nullable=True),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("section IN ('reading', 'listening')", name=op.f("ck_mock_answers_section")),
        sa.CheckConstraint("(raw_score IS NULL) = (key_version IS NULL)", name=op.f("ck_mock_answers_key_version")),
        sa.CheckConstraint("band BETWEEN 0 AND 18", name=op.f("ck_mock_answers_band")),
        sa.ForeignKeyConstraint(["session_id"], ["mock_sessions.id"], name=op.f("fk_mock_answers_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_answers")),
        sa.UniqueConstraint("session_id", "section", name=op.f("uq_mock_answers_session_id_section")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mock_drafts",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("section", sa.String(length=9), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.CheckConstraint("section IN ('reading', 'writing', 'listening')", name=op.f("ck_mock_drafts_section")),
        sa.ForeignKeyConstraint(["session_id"], ["mock_sessions.id"], name=op.f("fk_mock_drafts_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "section", "question", name=op.f("pk_mock_drafts")),
    )
    op.create_table(
        "mock_scores",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("listening", sa.Integer(), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("writing", sa.Integer(), nullable=False),
        sa.Column("speaking", sa.Integer(), nullable=False),
        sa.Column("overall", sa.Integer(), nullable=False),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("listening BETWEEN 0 AND 18", name=op.f("ck_mock_scores_listening")),
        sa.CheckConstraint("overall = (listening + reading + writing + speaking + 2) / 4", name=op.f("ck_mock_scores_overall")),
        sa.CheckConstraint("reading BETWEEN 0 AND 18", name=op.f("ck_mock_scores_reading")),
        sa.CheckConstraint("speaking BETWEEN 0 AND 18", name=op.f("ck_mock_scores_speaking")),
        sa.CheckConstraint("writing BETWEEN 0 AND 18", name=op.f("ck_mock_scores_writing")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_mock_scores_created_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["session_id"], ["mock_sessions.id"], name=op.f("fk_mock_scores_session_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_scores")),
        sa.UniqueConstraint("session_id", name=op.f("uq_mock_scores_session_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mock_scores_created_by"), "mock_scores", ["created_by"], unique=False)

    op.create_table(
        "mock_writing_answers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("task_number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("teacher_comment", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("task_number IN (1, 2)", name=op.f("ck_mock_writing_answers_task_number")),
        sa.ForeignKeyConstraint(["session_id"], ["mock_sessions.id"], name=op.f("fk_mock_writing_answers_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_writing_answers")),
        sa.UniqueConstraint("session_id", "task_number", name=op.f("uq_mock_writing_answers_session_id_task_number")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Undo: Mock tests."""
    op.drop_table("mock_writing_answers")
    op.drop_index(op.f("ix_mock_scores_created_by"), "mock_scores")

    op.drop_table("mock_scores")
    op.drop_table("mock_drafts")
    op.drop_table("mock_answers")
    op.drop_index("uq_mock_sessions_running", "mock_sessions", sqlite_where=_RUNNING, postgresql_where=_RUNNING)
    op.drop_index("ix_mock_sessions_user_id", "mock_sessions")
    op.drop_index("ix_mock_sessions_test_id", "mock_sessions")
    op.drop_index("ix_mock_sessions_due", "mock_sessions", sqlite_where=_RUNNING, postgresql_where=_RUNNING)

    op.drop_table("mock_sessions")
    op.drop_table("mock_sections")
    op.drop_index(op.f("ix_mock_keys_updated_by"), "mock_keys")

    op.drop_table("mock_keys")
    op.drop_index(op.f("ix_mock_tests_created_by"), "mock_tests")

    op.drop_table("mock_tests")
