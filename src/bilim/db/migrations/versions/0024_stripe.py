"""What Stripe said, and refunds that admins want

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ASKED = sa.text("status = 'asked'")
_RENEWING = sa.text("ended_at IS NULL")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT")


def upgrade() -> None:
    """Facts that Stripe tells, and refunds."""
    op.create_table(
        "stripe_sessions",
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("success_url", sa.Text(), nullable=False),
        sa.Column("cancel_url", sa.Text(), nullable=False),
        _to("stripe_sessions", "payment_id", "payments"),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_stripe_sessions")),
    )
    _create_subscriptions()
    _create_charges()
    op.create_table(
        "refund_requests",
        sa.Column("id", BigId, nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("money", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("requested_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("amount > 0 AND money > 0", name=op.f("ck_refund_requests_amount")),
        sa.CheckConstraint("status IN ('asked', 'done', 'failed')", name=op.f("ck_refund_requests_status")),
        _to("refund_requests", "payment_id", "payments"),
        _to("refund_requests", "requested_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_requests")),
        sa.UniqueConstraint("number", name=op.f("uq_refund_requests_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_refund_requests_payment_id", "refund_requests", ["payment_id", "id"])
    op.create_index(op.f("ix_refund_requests_requested_by"), "refund_requests", ["requested_by"])
    op.create_index(
        "uq_refund_requests_asked", "refund_requests", ["payment_id"], unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED
    )


def _create_subscriptions() -> None:
    op.create_table(
        "stripe_subscriptions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("payment_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("is_cancelling", sa.Boolean(), nullable=False),
        sa.Column("period_starts_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("told_by", sa.String(length=255), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("grace_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _to("stripe_subscriptions", "payment_id", "payments"),
        _to("stripe_subscriptions", "user_id", "users"),
        _to("stripe_subscriptions", "grace_id", "subscriptions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_subscriptions")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_stripe_subscriptions_stripe_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_stripe_subscriptions_renewing", "stripe_subscriptions", ["user_id"], sqlite_where=_RENEWING, postgresql_where=_RENEWING
    )
    op.create_index(op.f("ix_stripe_subscriptions_payment_id"), "stripe_subscriptions", ["payment_id"])
    op.create_index(op.f("ix_stripe_subscriptions_grace_id"), "stripe_subscriptions", ["grace_id"])
    op.create_table(
        "stripe_invoices",
        sa.Column("id", BigId, nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("of_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("subscription_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('failed', 'paid')", name=op.f("ck_stripe_invoices_status")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_stripe_invoices_ends_at")),
        _to("stripe_invoices", "of_id", "stripe_subscriptions"),
        _to("stripe_invoices", "subscription_id", "subscriptions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_invoices")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_stripe_invoices_stripe_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stripe_invoices_of", "stripe_invoices", ["of_id", "ends_at"])
    op.create_index(op.f("ix_stripe_invoices_subscription_id"), "stripe_invoices", ["subscription_id"])


def _create_charges() -> None:
    op.create_table(
        "stripe_charges",
        sa.Column("id", BigId, nullable=False),
        sa.Column("payment_intent", sa.String(length=255), nullable=False),
        sa.Column("invoice", sa.String(length=255), nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("refunded >= 0", name=op.f("ck_stripe_charges_refunded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_charges")),
        sa.UniqueConstraint("payment_intent", name=op.f("uq_stripe_charges_payment_intent")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stripe_charges_invoice"), "stripe_charges", ["invoice"])
    op.create_table(
        "stripe_disputes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("payment_intent", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("is_suspending", sa.Boolean(), nullable=False),
        sa.Column("rest_seconds", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('warning', 'open', 'won', 'lost')", name=op.f("ck_stripe_disputes_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_disputes")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_stripe_disputes_stripe_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stripe_disputes_payment_intent"), "stripe_disputes", ["payment_intent"])


def downgrade() -> None:
    """Drop them."""
    for table in ("refund_requests", "stripe_disputes", "stripe_charges", "stripe_invoices", "stripe_subscriptions", "stripe_sessions"):
        op.drop_table(table)
