"""Submissions and versions of courses

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_WAITING = sa.text("decided_at IS NULL")


def upgrade() -> None:
    """Both empty: what is published already has its first version when it is published or submitted next."""
    op.create_table(
        "course_submissions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("submitted_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("decision", sa.String(10)),
        sa.Column("decided_by", BigId),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_course_submissions_decided_at")),
        sa.CheckConstraint("decision IN ('approved', 'rejected', 'withdrawn')", name=op.f("ck_course_submissions_decision")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_submissions_course_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_course_submissions_submitted_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_course_submissions_decided_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_submissions")),
    )
    for column in ("submitted_by", "decided_by"):
        op.create_index(f"ix_course_submissions_{column}", "course_submissions", [column])
    op.create_index("ix_course_submissions_course_id", "course_submissions", ["course_id", "id"])
    op.create_index(
        "uq_course_submissions_waiting",
        "course_submissions",
        ["course_id"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    _create_versions()


def _create_versions() -> None:
    op.create_table(
        "course_versions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("sections_count", sa.Integer(), nullable=False),
        sa.Column("lessons_count", sa.Integer(), nullable=False),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("published_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_course_versions_number")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_versions_course_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_course_versions_published_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_versions")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_versions_course_id_number")),
    )
    op.create_index("ix_course_versions_published_by", "course_versions", ["published_by"])


def downgrade() -> None:
    """Take both away; nothing else names them."""
    op.drop_table("course_versions")
    op.drop_table("course_submissions")
