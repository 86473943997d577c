"""Interactive lessons, and keys by which imports find courses, sections and lessons

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEYED = (
    ("courses", "instructor_id", sa.text("deleted_at IS NULL")),
    ("sections", "course_id", sa.text("external_key IS NOT NULL")),
    ("lessons", "course_id", sa.text("deleted_at IS NULL")),
)
_NEW_KEY = {"sqlite": "lower(hex(randomblob(8)))", "postgresql": "substr(replace(gen_random_uuid()::text, '-', ''), 1, 16)"}


def upgrade() -> None:
    """Interactive lessons, and keys by which imports find courses, sections and lessons."""
    op.create_table(
        "interactive_lessons",
        sa.Column("id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=True),
        sa.Column("avatar_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("video_url", sa.String(length=2000), nullable=True),
        sa.Column("difficulty", sa.String(length=50), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("estimated_duration", sa.Integer(), nullable=False),
        sa.Column("is_premium", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("estimated_duration >= 0", name=op.f("ck_interactive_lessons_estimated_duration")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_interactive_lessons_position")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_interactive_lessons_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactive_lessons")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_interactive_lessons_course_id"), "interactive_lessons", ["course_id"], unique=False)
    for table, column, where in _KEYED:
        op.add_column(table, sa.Column("external_key", sa.String(length=64), nullable=True))
        op.execute(f"UPDATE {table} SET external_key = {_NEW_KEY[op.get_context().dialect.name]}")  # noqa: S608 - names of ours
        op.create_index(
            f"uq_{table}_external_key", table, [column, "external_key"], unique=True, sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    """Undo: Interactive lessons, and keys by which imports find courses, sections and lessons."""
    for table, _, where in reversed(_KEYED):
        op.drop_index(f"uq_{table}_external_key", table, sqlite_where=where, postgresql_where=where)
        op.drop_column(table, "external_key")
    op.drop_index(op.f("ix_interactive_lessons_course_id"), "interactive_lessons")
    op.drop_table("interactive_lessons")
