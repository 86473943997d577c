"""Audit records, people made by staff, files of lessons

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import bilim.db.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Audit records, people made by staff, files of lessons."""
    op.create_table(
        "audit_records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("created_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_records")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.create_index("ix_audit_records_person_id", ["person_id", "id"], unique=False)

    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file", sa.String(length=255), nullable=True))

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_by_staff", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Undo: Audit records, people made by staff, files of lessons."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("made_by_staff")

    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.drop_column("file")

    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_records_person_id")

    op.drop_table("audit_records")
