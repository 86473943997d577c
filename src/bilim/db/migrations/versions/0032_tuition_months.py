"""Months of tuition that were granted, each once

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_FILL = """
    INSERT INTO tuition_months (order_id, user_id, group_id, year, month)
    SELECT min(orders.id), orders.user_id, orders.group_id, payment_months.year, payment_months.month
    FROM orders
    JOIN order_grants ON order_grants.order_id = orders.id AND order_grants.revoked_at IS NULL
    JOIN payment_months ON payment_months.payment_id = order_grants.payment_id
    WHERE orders.kind = 'tuition'
    GROUP BY orders.user_id, orders.group_id, payment_months.year, payment_months.month
"""
"""A month that was paid twice until now is the earlier order's."""


def upgrade() -> None:
    """One row for each month that stands granted."""
    op.create_table(
        "tuition_months",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_tuition_months_order_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tuition_months_user_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_tuition_months_group_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tuition_months")),
        sa.UniqueConstraint("user_id", "group_id", "year", "month", name=op.f("uq_tuition_months_user_id_group_id_year_month")),
    )
    for column in ("order_id", "group_id"):
        op.create_index(f"ix_tuition_months_{column}", "tuition_months", [column])
    op.execute(_FILL)


def downgrade() -> None:
    """The months stand beside their payments too."""
    op.drop_table("tuition_months")
