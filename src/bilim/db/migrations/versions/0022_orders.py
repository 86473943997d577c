"""Orders, payments of them by services, what the services say, and what was granted

Revision ID: 0022
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0022"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables of the ledger of services."""
    op.add_column("payments", sa.Column("expires_at", UtcDateTime(), nullable=True))
    op.add_column("payments", sa.Column("captured_at", UtcDateTime(), nullable=True))
    _create_orders()
    _create_transactions()
    _create_grants()
    _create_records()


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item_key", sa.String(length=128), nullable=False),
        sa.Column("course_id", BigId, nullable=True),
        sa.Column("plan_id", BigId, nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("group_id", BigId, nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'course' AND course_id IS NOT NULL AND plan_id IS NULL AND group_id IS NULL)"
            " OR (kind = 'plan' AND plan_id IS NOT NULL AND days > 0 AND course_id IS NULL AND group_id IS NULL)"
            " OR (kind = 'tuition' AND group_id IS NOT NULL AND course_id IS NULL AND plan_id IS NULL)",
            name=op.f("ck_orders_kind"),
        ),
        sa.CheckConstraint("status IN ('open', 'closed', 'granted', 'revoked', 'void')", name=op.f("ck_orders_status")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_orders_amount")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_orders_course_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_orders_group_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["plan_id"], ["subscription_plans.id"], name=op.f("fk_orders_plan_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_orders_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_orders_course_id"), "orders", ["course_id"])
    op.create_index(op.f("ix_orders_group_id"), "orders", ["group_id"])
    op.create_index(op.f("ix_orders_plan_id"), "orders", ["plan_id"])
    op.create_index("ix_orders_item_key", "orders", ["user_id", "item_key"])
    op.create_index(
        "uq_orders_open",
        "orders",
        ["user_id", "item_key"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "checkouts",
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_checkouts_order_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_checkouts_payment_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_checkouts")),
        sa.UniqueConstraint("number", name=op.f("uq_checkouts_number")),
    )
    op.create_index(op.f("ix_checkouts_order_id"), "checkouts", ["order_id"])


def _create_transactions() -> None:
    op.create_table(
        "provider_transactions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("provider_txn_id", sa.String(length=255), nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=True),
        sa.Column("provider_time", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("captured_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('cancelled', 'refunded')) = (cancelled_at IS NOT NULL)", name=op.f("ck_provider_transactions_cancelled_at")
        ),
        sa.CheckConstraint(
            "(state IN ('captured', 'refunded')) = (captured_at IS NOT NULL)", name=op.f("ck_provider_transactions_captured_at")
        ),
        sa.CheckConstraint("state IN ('created', 'captured', 'cancelled', 'refunded')", name=op.f("ck_provider_transactions_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_provider_transactions_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_provider_transactions_payment_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_transactions")),
        sa.UniqueConstraint("provider", "provider_txn_id", name=op.f("uq_provider_transactions_provider_provider_txn_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_provider_transactions_expiring",
        "provider_transactions",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'created'"),
        postgresql_where=sa.text("state = 'created'"),
    )
    op.create_index("ix_provider_transactions_payment_id", "provider_transactions", ["payment_id", "id"])
    op.create_index("ix_provider_transactions_provider_time", "provider_transactions", ["provider", "provider_time", "id"])
    op.create_index(
        "uq_provider_transactions_created",
        "provider_transactions",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'created'"),
        postgresql_where=sa.text("state = 'created'"),
    )
    op.create_table(
        "fiscal_receipts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("transaction_id", BigId, nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("type IN ('PERFORM', 'CANCEL')", name=op.f("ck_fiscal_receipts_type")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["provider_transactions.id"], name=op.f("fk_fiscal_receipts_transaction_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fiscal_receipts")),
        sa.UniqueConstraint("transaction_id", "type", name=op.f("uq_fiscal_receipts_transaction_id_type")),
        sqlite_autoincrement=True,
    )


def _create_grants() -> None:
    op.create_table(
        "order_grants",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("made_enrollment", sa.Boolean(), nullable=False),
        sa.Column("subscription_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_grants_order_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_order_grants_payment_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_order_grants_subscription_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_grants")),
        sa.UniqueConstraint("order_id", name=op.f("uq_order_grants_order_id")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_order_grants_payment_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_grants_subscription_id"), "order_grants", ["subscription_id"])
    op.create_table(
        "balances",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_balances_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_balances_payment_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_balances_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balances")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_balances_payment_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_balances_user_id", "balances", ["user_id", "id"])


def _create_records() -> None:
    op.create_table(
        "payment_alerts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payment_id", BigId, nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_alerts_payment_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_alerts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_payment_alerts_kind", "payment_alerts", ["kind", "id"])
    op.create_index(op.f("ix_payment_alerts_payment_id"), "payment_alerts", ["payment_id"])
    op.create_table(
        "webhook_events",
        sa.Column("id", BigId, nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_webhook_events_provider_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_events_created_at", "webhook_events", ["created_at"])
    op.create_table(
        "payment_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_log")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_payment_log_created_at", "payment_log", ["created_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_column("payments", "captured_at")
    op.drop_column("payments", "expires_at")
    for table in ("payment_log", "webhook_events", "payment_alerts", "balances", "order_grants", "fiscal_receipts"):
        op.drop_table(table)
    for table in ("provider_transactions", "checkouts", "orders"):
        op.drop_table(table)
