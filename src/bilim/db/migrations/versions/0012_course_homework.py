"""Homework of courses, assignments, submissions and their files

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


_NEVER_REUSED = {"sqlite_autoincrement": True}


def _last_id() -> int | None:
    """The highest id that homework ever had, which SQLite forgets with the table that a batch replaces."""
    if op.get_bind().dialect.name != "sqlite":
        return None
    return op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'homework'")).scalar()


def _go_on_from(last: int | None) -> None:
    """Let new homework have ids above the highest one that there ever was."""
    if last is not None:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'homework'")
        op.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('homework', :last)").bindparams(last=last))


def upgrade() -> None:
    """Homework of courses, assignments, submissions and their files. Homework so far is of groups, and its students know of it."""
    last = _last_id()
    with op.batch_alter_table("homework", table_kwargs=_NEVER_REUSED) as table:
        table.alter_column("group_id", existing_type=BigId, nullable=True)
        table.add_column(sa.Column("course_id", BigId, nullable=True))
        table.add_column(sa.Column("lesson_id", BigId, nullable=True))
        table.add_column(sa.Column("title", sa.String(255), nullable=True))
        table.add_column(sa.Column("description", sa.Text(), nullable=True))
        table.add_column(sa.Column("instructions", sa.Text(), nullable=True))
        table.add_column(sa.Column("due_date", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("max_score", sa.Integer(), nullable=False, server_default="100"))
        table.add_column(sa.Column("is_published", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("metadata", sa.JSON(), nullable=True))
        table.add_column(sa.Column("oral_assignment", sa.JSON(), nullable=True))
        table.add_column(sa.Column("deleted_at", UtcDateTime(), nullable=True))
        table.create_foreign_key(op.f("fk_homework_course_id"), "courses", ["course_id"], ["id"], ondelete="RESTRICT")
        table.create_foreign_key(op.f("fk_homework_lesson_id"), "lessons", ["lesson_id"], ["id"], ondelete="RESTRICT")
        table.drop_constraint(op.f("ck_homework_content"), type_="check")
        table.create_check_constraint(op.f("ck_homework_group_or_course"), "(group_id IS NULL) <> (course_id IS NULL)")
        table.create_check_constraint(op.f("ck_homework_lesson"), "lesson_id IS NULL OR course_id IS NOT NULL")
        table.create_check_constraint(op.f("ck_homework_content"), "course_id IS NOT NULL OR text IS NOT NULL OR file IS NOT NULL")
        table.create_check_constraint(op.f("ck_homework_title"), "course_id IS NULL OR title IS NOT NULL")
        table.create_check_constraint(op.f("ck_homework_max_score"), "max_score BETWEEN 1 AND 100")
    with op.batch_alter_table("homework", table_kwargs=_NEVER_REUSED) as table:  # what is written from now on says so itself
        table.alter_column("max_score", existing_type=sa.Integer(), server_default=None)
        table.alter_column("is_published", existing_type=sa.Boolean(), server_default=None)
    _go_on_from(last)
    op.create_index("ix_homework_course_id", "homework", ["course_id", "id"])
    op.create_index("ix_homework_lesson_id", "homework", ["lesson_id", "id"])

    op.create_table(
        "homework_assignments",
        sa.Column("id", BigId, nullable=False),
        sa.Column("homework_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("graded_at", UtcDateTime(), nullable=True),
        sa.Column("graded_by", BigId, nullable=True),
        sa.Column("assigned_by", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('assigned', 'submitted', 'pending', 'graded')", name=op.f("ck_homework_assignments_status")),
        sa.CheckConstraint("(status = 'assigned') = (submitted_at IS NULL)", name=op.f("ck_homework_assignments_submitted_at")),
        sa.CheckConstraint("(status = 'graded') = (graded_at IS NOT NULL)", name=op.f("ck_homework_assignments_graded_at")),
        sa.CheckConstraint("(graded_at IS NULL) = (score IS NULL)", name=op.f("ck_homework_assignments_graded_score")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_homework_assignments_score")),
        sa.ForeignKeyConstraint(["homework_id"], ["homework.id"], name=op.f("fk_homework_assignments_homework_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_homework_assignments_user_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["graded_by"], ["users.id"], name=op.f("fk_homework_assignments_graded_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["assigned_by"], ["users.id"], name=op.f("fk_homework_assignments_assigned_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homework_assignments")),
        sa.UniqueConstraint("homework_id", "user_id", name=op.f("uq_homework_assignments_homework_id_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_homework_assignments_homework_id", "homework_assignments", ["homework_id", "id"])
    op.create_index("ix_homework_assignments_user_id", "homework_assignments", ["user_id", "id"])
    op.create_index(op.f("ix_homework_assignments_graded_by"), "homework_assignments", ["graded_by"])
    op.create_index(op.f("ix_homework_assignments_assigned_by"), "homework_assignments", ["assigned_by"])

    op.create_table(
        "homework_files",
        sa.Column("id", BigId, nullable=False),
        sa.Column("homework_id", BigId, nullable=False),
        sa.Column("assignment_id", BigId, nullable=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("is_recording", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("NOT is_recording OR assignment_id IS NOT NULL", name=op.f("ck_homework_files_recording")),
        sa.ForeignKeyConstraint(["homework_id"], ["homework.id"], name=op.f("fk_homework_files_homework_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["homework_assignments.id"], name=op.f("fk_homework_files_assignment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homework_files")),
        sa.UniqueConstraint("name", name=op.f("uq_homework_files_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_homework_files_homework_id", "homework_files", ["homework_id", "id"])
    op.create_index("ix_homework_files_assignment_id", "homework_files", ["assignment_id", "id"])


def downgrade() -> None:
    """Undo: only homework of groups stays, without submissions."""
    op.drop_table("homework_files")
    op.drop_table("homework_assignments")
    op.execute("DELETE FROM homework WHERE group_id IS NULL")
    op.drop_index("ix_homework_lesson_id", "homework")
    op.drop_index("ix_homework_course_id", "homework")
    last = _last_id()
    with op.batch_alter_table("homework", table_kwargs=_NEVER_REUSED) as table:
        for name in ("max_score", "title", "content", "lesson", "group_or_course"):
            table.drop_constraint(op.f(f"ck_homework_{name}"), type_="check")
        table.drop_constraint(op.f("fk_homework_lesson_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_homework_course_id"), type_="foreignkey")
        for name in ("deleted_at", "oral_assignment", "metadata", "is_published", "max_score", "due_date"):
            table.drop_column(name)
        for name in ("instructions", "description", "title", "lesson_id", "course_id"):
            table.drop_column(name)
        table.alter_column("group_id", existing_type=BigId, nullable=False)
        table.create_check_constraint(op.f("ck_homework_content"), "text IS NOT NULL OR file IS NOT NULL")
    _go_on_from(last)
