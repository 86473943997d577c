"""What Stripe said, as far as the ledger does not keep it. Money of Stripe is in hundredths of `STRIPE_CURRENCY`, not in tiyin.

Every row is a fact that only grows: which events arrived in which order shows nowhere. What follows from the facts, such as who has a
subscription until when, is worked out anew after each of them: see `actions.access`.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime

_RENEWING = text("ended_at IS NULL")


class StripeSession(Base):
    """Where a payer comes back to from a payment's Checkout, written before Stripe is asked, so that asking again asks the same."""

    __tablename__ = "stripe_sessions"

    payment_id: Mapped[int] = mapped_column(BigId, ForeignKey("payments.id", ondelete="RESTRICT"), primary_key=True)
    success_url: Mapped[str] = mapped_column(Text)
    cancel_url: Mapped[str] = mapped_column(Text)


class StripeSubscription(Row):
    """A subscription at Stripe. What it says of itself is of its latest event, by Stripe's clock."""

    __tablename__ = "stripe_subscriptions"
    __table_args__ = (Index("ix_stripe_subscriptions_renewing", "user_id", sqlite_where=_RENEWING, postgresql_where=_RENEWING),)

    stripe_id: Mapped[str] = mapped_column(String(255), unique=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), index=True)
    """The payment with which it began; its order names the plan."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    status: Mapped[str | None] = mapped_column(String(32))
    """Stripe's word: active, past_due, unpaid, canceled …; None until an event of the subscription itself came."""
    is_cancelling: Mapped[bool] = mapped_column(default=False)
    """Whether it ends by itself and is not renewed any more."""
    period_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the period began for which Stripe wants to be paid, or was."""
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_by: Mapped[str | None] = mapped_column(String(255))
    """The event that said so, and its time: an earlier one changes nothing any more."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grace_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id", ondelete="RESTRICT"), index=True)
    """The days that were given while a renewal could not be paid."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StripeInvoice(Row):
    """An invoice of a subscription, for a period of it. Once paid it stays paid."""

    __tablename__ = "stripe_invoices"
    __table_args__ = (
        CheckConstraint("status IN ('failed', 'paid')", name="status"),
        CheckConstraint("starts_at < ends_at", name="ends_at"),
        Index("ix_stripe_invoices_of", "of_id", "ends_at"),
    )

    stripe_id: Mapped[str] = mapped_column(String(255), unique=True)
    of_id: Mapped[int] = mapped_column(ForeignKey("stripe_subscriptions.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id", ondelete="RESTRICT"), index=True)
    """What was granted for it; None where it is not paid, or the money was not what was asked."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StripeCharge(Row):
    """Money at Stripe by its payment intent: how much of it went back, and whose it is."""

    __tablename__ = "stripe_charges"
    __table_args__ = (CheckConstraint("refunded >= 0", name="refunded"),)

    payment_intent: Mapped[str] = mapped_column(String(255), unique=True)
    invoice: Mapped[str | None] = mapped_column(String(255), index=True)
    """The invoice that it paid, where it is a subscription's."""
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    """All that went back until now: the largest number that was told."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StripeDispute(Row):
    """A payer's bank doubts a payment. While it is open, what the payment granted is suspended."""

    __tablename__ = "stripe_disputes"
    __table_args__ = (CheckConstraint("status IN ('warning', 'open', 'won', 'lost')", name="status"),)

    stripe_id: Mapped[str] = mapped_column(String(255), unique=True)
    payment_intent: Mapped[str] = mapped_column(String(255), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(16))
    is_suspending: Mapped[bool] = mapped_column(default=False)
    """Whether something is suspended for it now."""
    rest_seconds: Mapped[int | None] = mapped_column(BigInteger)
    """How much of a subscription was left when it was suspended."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
