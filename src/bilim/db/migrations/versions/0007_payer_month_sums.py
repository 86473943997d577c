"""Payers of payments, sums of months

Revision ID: 0007
Revises: 0006
"""

from collections import defaultdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from bilim.db.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BATCH = 2_000


def upgrade() -> None:
    """Payers of payments, sums of months: those of the months so far are counted here."""
    op.drop_index("ix_payments_student_id", "payments")
    op.drop_index("ix_payments_status", "payments")
    op.execute("ALTER TABLE payments RENAME COLUMN student_id TO payer_id")
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps the name in the table's text, where nothing asks for it
        op.execute("ALTER TABLE payments RENAME CONSTRAINT fk_payments_student_id TO fk_payments_payer_id")
    op.create_index("ix_payments_payer_id", "payments", ["payer_id", "id"], unique=False)
    sums = op.create_table(
        "month_sums",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("income", sa.BigInteger(), nullable=False),
        sa.Column("expense", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_month_sums")),
    )
    counted = ("amount", sa.BigInteger()), ("created_at", UtcDateTime())
    payments = sa.table("payments", sa.column("status"), sa.column("refunded"), *(sa.column(*each) for each in counted))
    expenses = sa.table("expenses", *(sa.column(*each) for each in counted))
    captured = sa.select(payments.c.amount - payments.c.refunded, payments.c.created_at).where(payments.c.status == "captured")
    income, expense = _by_month(captured), _by_month(sa.select(expenses.c.amount, expenses.c.created_at))
    rows = [{"month": month, "income": income[month], "expense": expense[month]} for month in sorted({*income, *expense})]
    op.bulk_insert(sums, rows)


def _by_month(amounts: sa.Select[Any]) -> defaultdict[date, int]:
    """The sums of amounts by the month of the school's clock in which each was written."""
    zone = context.config.attributes["zone"]
    sums: defaultdict[date, int] = defaultdict(int)
    for amount, created_at in op.get_bind().execute(amounts, execution_options={"yield_per": _BATCH}):
        sums[created_at.astimezone(zone).date().replace(day=1)] += amount
    return sums


def downgrade() -> None:
    """Undo: Payers of payments, sums of months."""
    op.drop_table("month_sums")
    op.drop_index("ix_payments_payer_id", "payments")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE payments RENAME CONSTRAINT fk_payments_payer_id TO fk_payments_student_id")
    op.execute("ALTER TABLE payments RENAME COLUMN payer_id TO student_id")
    op.create_index("ix_payments_student_id", "payments", ["student_id", "id"], unique=False)
    op.create_index("ix_payments_status", "payments", ["status", "amount", "refunded"], unique=False)
