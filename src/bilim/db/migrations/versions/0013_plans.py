"""Plans, subscriptions, quotas, learners' totals

Revision ID: 0013
Revises: 0012
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from bilim.db.base import BigId, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BATCH = 2_000
_IS_PREMIUM = sa.text("is_premium")
_SUBSCRIBED = sa.text("premium_until IS NOT NULL")
_NOT_REVOKED = sa.text("revoked_at IS NULL")
_PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    """Plans, subscriptions, quotas; learners' totals of the lessons finished so far are counted here."""
    op.add_column("users", sa.Column("premium_until", UtcDateTime(), nullable=True))
    op.create_index("ix_users_is_premium", "users", ["id"], sqlite_where=sa.text("is_premium = 1"), postgresql_where=_IS_PREMIUM)
    op.create_index("ix_users_premium_until", "users", ["premium_until"], sqlite_where=_SUBSCRIBED, postgresql_where=_SUBSCRIBED)
    op.create_index("ix_payments_pending", "payments", ["id"], sqlite_where=_PENDING, postgresql_where=_PENDING)
    _create_plans()
    _create_usage()
    totals = op.create_table(
        "learner_totals",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("completed_lessons", sa.Integer(), nullable=False),
        sa.Column("streak_days", sa.Integer(), nullable=False),
        sa.Column("longest_streak", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_learner_totals_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_learner_totals")),
    )
    op.create_index("ix_learner_totals_completed_lessons", "learner_totals", ["completed_lessons"])
    op.bulk_insert(totals, list(_totals()))


def _create_plans() -> None:
    quotas = "gpt4o_requests_quota >= 0 AND stt_requests_quota >= 0 AND tts_chars_quota >= 0 AND pronunciation_analysis_quota >= 0"
    op.create_table(
        "subscription_plans",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("stripe_price_id", sa.String(length=255), nullable=False),
        sa.Column("gpt4o_requests_quota", sa.Integer(), nullable=False),
        sa.Column("stt_requests_quota", sa.Integer(), nullable=False),
        sa.Column("tts_chars_quota", sa.Integer(), nullable=False),
        sa.Column("pronunciation_analysis_quota", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("price >= 0", name=op.f("ck_subscription_plans_price")),
        sa.CheckConstraint("duration_days > 0", name=op.f("ck_subscription_plans_duration_days")),
        sa.CheckConstraint(quotas, name=op.f("ck_subscription_plans_quotas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_plans")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("plan_id", BigId, nullable=False),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("grant_key", sa.String(length=255), nullable=True),
        sa.Column("granted_by", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_subscriptions_ends_at")),
        sa.CheckConstraint("duration_days > 0", name=op.f("ck_subscriptions_duration_days")),
        sa.CheckConstraint("source IN ('admin', 'payment')", name=op.f("ck_subscriptions_source")),
        sa.CheckConstraint("source <> 'payment' OR grant_key IS NOT NULL", name=op.f("ck_subscriptions_grant_key")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["plan_id"], ["subscription_plans.id"], name=op.f("fk_subscriptions_plan_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["granted_by"], ["users.id"], name=op.f("fk_subscriptions_granted_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("grant_key", name=op.f("uq_subscriptions_grant_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscriptions_user_id", "subscriptions", ["user_id", "ends_at"])
    op.create_index(op.f("ix_subscriptions_plan_id"), "subscriptions", ["plan_id"])
    op.create_index(op.f("ix_subscriptions_granted_by"), "subscriptions", ["granted_by"])
    running = {"sqlite_where": _NOT_REVOKED, "postgresql_where": _NOT_REVOKED}
    op.create_index("ix_subscriptions_running", "subscriptions", ["ends_at", "starts_at"], **running)


def _create_usage() -> None:
    used = "gpt4o_requests >= 0 AND stt_requests >= 0 AND tts_chars >= 0 AND pronunciation_analysis >= 0"
    op.create_table(
        "ai_usage",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("gpt4o_requests", sa.BigInteger(), nullable=False),
        sa.Column("stt_requests", sa.BigInteger(), nullable=False),
        sa.Column("tts_chars", sa.BigInteger(), nullable=False),
        sa.Column("pronunciation_analysis", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(used, name=op.f("ck_ai_usage_used")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ai_usage_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "period", name=op.f("pk_ai_usage")),
    )
    op.create_index("ix_ai_usage_ends_at", "ai_usage", ["ends_at"])
    op.create_table(
        "ai_reservations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ai_reservations_amount")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ai_reservations_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_reservations")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ai_reservations_user_id", "ai_reservations", ["user_id", "expires_at"])


def _totals() -> Iterator[dict[str, Any]]:
    """How many lessons each learner finished, and on how many days in a row of the school's clock."""
    zone = context.config.attributes["zone"]
    finished = sa.table("completions", sa.column("user_id"), sa.column("completed_at", UtcDateTime()))
    in_order = sa.select(finished.c.user_id, finished.c.completed_at).order_by(finished.c.user_id, finished.c.completed_at)
    rows = op.get_bind().execute(in_order, execution_options={"yield_per": _BATCH})
    for user_id, group in groupby(rows, key=itemgetter(0)):
        count, streak, longest, last = 0, 0, 0, date.min
        for _, moment in group:
            day = moment.astimezone(zone).date()
            if day > last:
                streak = streak + 1 if day - timedelta(days=1) == last else 1
                last = day
            count, longest = count + 1, max(longest, streak)
        yield {"user_id": user_id, "completed_lessons": count, "streak_days": streak, "longest_streak": longest, "last_day": last}


def downgrade() -> None:
    """Undo: Plans, subscriptions, quotas, learners' totals."""
    for table in ("learner_totals", "ai_reservations", "ai_usage", "subscriptions", "subscription_plans"):
        op.drop_table(table)
    op.drop_index("ix_payments_pending", "payments")
    op.drop_index("ix_users_premium_until", "users")
    op.drop_index("ix_users_is_premium", "users")
    op.drop_column("users", "premium_until")
