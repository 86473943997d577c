"""What only Click says of a transaction

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Click's own number of a payment."""
    op.create_table(
        "click_payments",
        sa.Column("transaction_id", BigId, nullable=False),
        sa.Column("paydoc_id", sa.BigInteger(), nullable=False),
        sa.Column("disputed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["provider_transactions.id"],
            name=op.f("fk_click_payments_transaction_id_provider_transactions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_click_payments")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("click_payments")
