"""Exams

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

import bilim.db.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Exams."""
    op.create_table(
        "exams",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("time_limit", sa.Integer(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", bilim.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_exams_code")),
        sa.CheckConstraint("time_limit >= 0", name=op.f("ck_exams_time_limit")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_exams_created_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_exams_subject_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exams")),
        sa.UniqueConstraint("code", name=op.f("uq_exams_code")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_exams_created_by"), "exams", ["created_by"], unique=False)
    op.create_index(op.f("ix_exams_subject_id"), "exams", ["subject_id"], unique=False)
    op.create_table(
        "exam_entries",
        sa.Column("exam_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name=op.f("fk_exam_entries_exam_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_exam_entries_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("exam_id", "student_id", name=op.f("pk_exam_entries")),
    )
    op.create_index(op.f("ix_exam_entries_student_id"), "exam_entries", ["student_id"], unique=False)
    op.create_table(
        "exam_questions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exam_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("written_answer_sample", sa.Text(), nullable=True),
        sa.CheckConstraint("kind = 'written' OR written_answer_sample IS NULL", name=op.f("ck_exam_questions_written_answer_sample")),
        sa.CheckConstraint("kind IN ('test', 'written')", name=op.f("ck_exam_questions_kind")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_exam_questions_position")),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name=op.f("fk_exam_questions_exam_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exam_questions_exam_id", "exam_questions", ["exam_id", "position", "id"], unique=False)
    op.create_table(
        "exam_results",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exam_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("correct_answers", sa.Integer(), nullable=False),
        sa.Column("total_questions", sa.Integer(), nullable=False),
        sa.Column("is_checked", sa.Boolean(), nullable=False),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("correct_answers BETWEEN 0 AND total_questions", name=op.f("ck_exam_results_correct_answers")),
        sa.CheckConstraint("is_checked = (checked_by IS NOT NULL)", name=op.f("ck_exam_results_checked_by")),
        sa.ForeignKeyConstraint(["checked_by"], ["users.id"], name=op.f("fk_exam_results_checked_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name=op.f("fk_exam_results_exam_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_exam_results_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_results")),
        sa.UniqueConstraint("exam_id", "student_id", name=op.f("uq_exam_results_exam_id_student_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_exam_results_checked_by"), "exam_results", ["checked_by"], unique=False)
    op.create_index("ix_exam_results_student_id", "exam_results", ["student_id", "id"], unique=False)
    op.create_table(
        "exam_options",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_correct", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_exam_options_position")),
        sa.ForeignKeyConstraint(["question_id"], ["exam_questions.id"], name=op.f("fk_exam_options_question_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_options")),
        sa.UniqueConstraint("question_id", "id", name=op.f("uq_exam_options_question_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "exam_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("result_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("option_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_answer", sa.Text(), nullable=True),
        sa.Column("is_correct", sa.Boolean(), nullable=False),
        sa.CheckConstraint("option_id IS NULL OR written_answer IS NULL", name=op.f("ck_exam_answers_one_answer")),
        sa.ForeignKeyConstraint(
            ["question_id", "option_id"],
            ["exam_options.question_id", "exam_options.id"],
            name="fk_exam_answers_option",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["question_id"], ["exam_questions.id"], name=op.f("fk_exam_answers_question_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["result_id"], ["exam_results.id"], name=op.f("fk_exam_answers_result_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_answers")),
        sa.UniqueConstraint("result_id", "question_id", name=op.f("uq_exam_answers_result_id_question_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exam_answers_question_id", "exam_answers", ["question_id", "option_id", "is_correct", "result_id"], unique=False)


def downgrade() -> None:
    """Undo: exams."""
    op.drop_table("exam_answers")
    op.drop_table("exam_options")
    op.drop_table("exam_results")
    op.drop_table("exam_questions")
    op.drop_table("exam_entries")
    op.drop_table("exams")
