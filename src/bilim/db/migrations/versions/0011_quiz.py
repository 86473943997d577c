"""Tests of the learning platform

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_RUNNING = sa.text("ended_at IS NULL")
_WAITING = sa.text("pending > 0")
_TYPES = (
    "'multiple_choice', 'multiple_select', 'true_false_not_given', 'short_answer', 'gap_fill', 'matching', 'ordering', 'numeric', 'essay'"
)


def upgrade() -> None:
    """Tests, papers, attempts."""
    op.create_table(
        "quiz_tests",
        sa.Column("id", BigId, nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("test_type", sa.String(length=50), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("duration_minutes >= 0", name=op.f("ck_quiz_tests_duration_minutes")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_quiz_tests_created_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_tests")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quiz_tests_created_by"), "quiz_tests", ["created_by"], unique=False)
    op.create_index("ix_quiz_tests_test_type", "quiz_tests", ["test_type", "id"], unique=False)

    op.create_table(
        "quiz_sections",
        sa.Column("id", BigId, nullable=False),
        sa.Column("test_id", BigId, nullable=False),
        sa.Column("section_type", sa.String(length=50), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("passage", sa.Text(), nullable=True),
        sa.Column("audio_url", sa.String(length=2000), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("order_index", sa.Integer(), nullable=False),
        sa.CheckConstraint("duration_minutes >= 0 AND order_index >= 0", name=op.f("ck_quiz_sections_counts")),
        sa.ForeignKeyConstraint(["test_id"], ["quiz_tests.id"], name=op.f("fk_quiz_sections_test_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_sections")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quiz_sections_test_id", "quiz_sections", ["test_id", "order_index", "id"], unique=False)

    op.create_table(
        "quiz_questions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("section_id", BigId, nullable=False),
        sa.Column("question_type", sa.String(length=20), nullable=False),
        sa.Column("question_text", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("order_index", sa.Integer(), nullable=False),
        sa.CheckConstraint("marks >= 0 AND order_index >= 0", name=op.f("ck_quiz_questions_counts")),
        sa.CheckConstraint(f"question_type IN ({_TYPES})", name=op.f("ck_quiz_questions_question_type")),
        sa.ForeignKeyConstraint(["section_id"], ["quiz_sections.id"], name=op.f("fk_quiz_questions_section_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quiz_questions_section_id", "quiz_questions", ["section_id", "order_index", "id"], unique=False)

    op.create_table(
        "quiz_papers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("test_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["test_id"], ["quiz_tests.id"], name=op.f("fk_quiz_papers_test_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_papers")),
        sa.UniqueConstraint("test_id", "version", name=op.f("uq_quiz_papers_test_id_version")),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "quiz_attempts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("test_id", BigId, nullable=False),
        sa.Column("paper_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("total_score", sa.Integer(), nullable=True),
        sa.Column("max_score", sa.Integer(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=True),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("graded_by", BigId, nullable=True),
        sa.Column("graded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (scores IS NULL)", name=op.f("ck_quiz_attempts_scores")),
        sa.CheckConstraint("(ended_at IS NULL) = (total_score IS NULL)", name=op.f("ck_quiz_attempts_total_score")),
        sa.CheckConstraint("pending >= 0", name=op.f("ck_quiz_attempts_pending")),
        sa.CheckConstraint("started_at < ends_at", name=op.f("ck_quiz_attempts_ends_at")),
        sa.CheckConstraint("started_at <= ended_at AND (ends_at IS NULL OR ended_at <= ends_at)", name=op.f("ck_quiz_attempts_ended_at")),
        sa.CheckConstraint("total_score BETWEEN 0 AND max_score", name=op.f("ck_quiz_attempts_max_score")),
        sa.ForeignKeyConstraint(["graded_by"], ["users.id"], name=op.f("fk_quiz_attempts_graded_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["paper_id"], ["quiz_papers.id"], name=op.f("fk_quiz_attempts_paper_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["test_id"], ["quiz_tests.id"], name=op.f("fk_quiz_attempts_test_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_quiz_attempts_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quiz_attempts_due", "quiz_attempts", ["ends_at"], unique=False, sqlite_where=_RUNNING, postgresql_where=_RUNNING)
    op.create_index(op.f("ix_quiz_attempts_graded_by"), "quiz_attempts", ["graded_by"], unique=False)
    op.create_index(op.f("ix_quiz_attempts_paper_id"), "quiz_attempts", ["paper_id"], unique=False)
    op.create_index("ix_quiz_attempts_test_id", "quiz_attempts", ["test_id", "user_id", "id"], unique=False)
    op.create_index("ix_quiz_attempts_user_id", "quiz_attempts", ["user_id", "id"], unique=False)
    op.create_index(
        "ix_quiz_attempts_waiting", "quiz_attempts", ["test_id", "id"], unique=False, sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_index(
        "uq_quiz_attempts_running", "quiz_attempts", ["user_id", "test_id"], unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING
    )

    op.create_table(
        "quiz_answers",
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("question_id", BigId, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["quiz_attempts.id"], name=op.f("fk_quiz_answers_attempt_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name=op.f("pk_quiz_answers")),
    )


def downgrade() -> None:
    """Undo: tests, papers, attempts."""
    for table in ("quiz_answers", "quiz_attempts", "quiz_papers", "quiz_questions", "quiz_sections", "quiz_tests"):
        op.drop_table(table)
