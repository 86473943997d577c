"""Limits, networks that people signed in from

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import bilim.db.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Limits, networks that people signed in from. Wrong passwords of the last half hour are not taken over."""
    op.drop_table("failed_sign_ins")
    op.create_table(
        "limit_windows",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limit_windows")),
    )
    with op.batch_alter_table("limit_windows", schema=None) as batch_op:
        batch_op.create_index("ix_limit_windows_ends_at", ["ends_at"], unique=False)

    op.create_table(
        "known_networks",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("last_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_networks_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "network", name=op.f("pk_known_networks")),
    )


def downgrade() -> None:
    """Undo: Limits, networks that people signed in from."""
    op.drop_table("known_networks")
    with op.batch_alter_table("limit_windows", schema=None) as batch_op:
        batch_op.drop_index("ix_limit_windows_ends_at")

    op.drop_table("limit_windows")
    op.create_table(
        "failed_sign_ins",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", bilim.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_failed_sign_ins")),
    )
