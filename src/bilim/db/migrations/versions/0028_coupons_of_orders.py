"""The use of a coupon that lowered an order's price

Revision ID: 0028
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders know the use; those that are there had none."""
    op.add_column("orders", sa.Column("coupon_use_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("orders", "coupon_use_id")
