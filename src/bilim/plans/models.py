"""Plans, subscriptions, and what people used of their quotas.

Subscriptions are history: they point at people and plans with RESTRICT, so that a plan with subscriptions is hidden, not deleted.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime

_NOT_REVOKED = text("revoked_at IS NULL")


class Plan(Row):
    """What can be subscribed to. The price is tiyin; quotas are for a whole subscription, which lasts `duration_days`."""

    __tablename__ = "subscription_plans"
    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("duration_days > 0", name="duration_days"),
        CheckConstraint(
            "gpt4o_requests_quota >= 0 AND stt_requests_quota >= 0 AND tts_chars_quota >= 0 AND pronunciation_analysis_quota >= 0",
            name="quotas",
        ),
    )

    name: Mapped[str] = mapped_column(String(255))
    price: Mapped[int] = mapped_column(BigInteger)
    duration_days: Mapped[int]
    description: Mapped[str | None] = mapped_column(Text)
    stripe_price_id: Mapped[str] = mapped_column(String(255))
    gpt4o_requests_quota: Mapped[int]
    stt_requests_quota: Mapped[int]
    tts_chars_quota: Mapped[int]
    pronunciation_analysis_quota: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Subscription(Row):
    """A person's time with a plan, from `starts_at` until just before `ends_at`. Those of one person follow each other without a gap."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_at"),
        CheckConstraint("duration_days > 0", name="duration_days"),
        CheckConstraint("source IN ('admin', 'payment')", name="source"),
        CheckConstraint("source <> 'payment' OR grant_key IS NOT NULL", name="grant_key"),
        Index("ix_subscriptions_user_id", "user_id", "ends_at"),
        Index("ix_subscriptions_running", "ends_at", "starts_at", sqlite_where=_NOT_REVOKED, postgresql_where=_NOT_REVOKED),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("subscription_plans.id", ondelete="RESTRICT"), index=True)
    duration_days: Mapped[int]
    """The plan's when it was granted: a later change of the plan neither lengthens nor shortens it."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(16))
    grant_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    """What it was granted for, such as a payment: a second grant under the same key changes nothing, after a revocation neither."""
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    """The admin who granted it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AiUsage(Base):
    """What somebody used in one period: of a subscription, or a calendar month. What is reserved counts as used."""

    __tablename__ = "ai_usage"
    __table_args__ = (
        CheckConstraint("gpt4o_requests >= 0 AND stt_requests >= 0 AND tts_chars >= 0 AND pronunciation_analysis >= 0", name="used"),
        Index("ix_ai_usage_ends_at", "ends_at"),
    )

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    period: Mapped[str] = mapped_column(String(32), primary_key=True)
    """See `rules.Period`."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Since when it counts: the beginning of the period, or an admin's last reset."""
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gpt4o_requests: Mapped[int] = mapped_column(BigInteger, default=0)
    stt_requests: Mapped[int] = mapped_column(BigInteger, default=0)
    tts_chars: Mapped[int] = mapped_column(BigInteger, default=0)
    pronunciation_analysis: Mapped[int] = mapped_column(BigInteger, default=0)


class AiReservation(Row):
    """Units that were taken for a call of a provider which has not come back yet."""

    __tablename__ = "ai_reservations"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"), Index("ix_ai_reservations_user_id", "user_id", "expires_at"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    amount: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From then on nobody is expected to settle it: its units are free again, without anybody's doing."""
