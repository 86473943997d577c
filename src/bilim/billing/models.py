"""The ledger: payments of every kind, the months that tuition is paid for, and expenses. Amounts are tiyin."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, Row, UtcDateTime

_PENDING = text("status = 'pending'")


class Payment(Row):
    """Money that somebody paid. `refunded` of it went back; what counts is a captured payment's rest."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("refunded BETWEEN 0 AND amount", name="refunded"),
        CheckConstraint("kind IN ('tuition', 'course', 'plan')", name="kind"),
        CheckConstraint("kind <> 'tuition' OR group_id IS NOT NULL", name="tuition"),
        CheckConstraint("status IN ('pending', 'captured', 'cancelled')", name="status"),
        Index("ix_payments_payer_id", "payer_id", "id"),
        Index("ix_payments_pending", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    kind: Mapped[str] = mapped_column(String(16))
    provider: Mapped[str] = mapped_column(String(16))
    """`cash` for what was taken by hand, else the service that took the money."""
    status: Mapped[str] = mapped_column(String(16))
    payer_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    """Who paid; of tuition always the student."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    received_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when somebody may begin to pay what is pending; later it counts as cancelled. None of what was taken by hand."""
    captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a service took the money; None of what was taken by hand, which is there from the beginning."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaymentMonth(Row):
    """A month that a payment is for. Several payments may be for one month: instalments."""

    __tablename__ = "payment_months"
    __table_args__ = (UniqueConstraint("payment_id", "year", "month"), CheckConstraint("month BETWEEN 1 AND 12", name="month"))

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id", ondelete="CASCADE"))
    year: Mapped[int]
    month: Mapped[int]


class Expense(Row):
    """Money that was spent, on a member of the staff or on something else."""

    __tablename__ = "expenses"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    recipient: Mapped[str | None] = mapped_column(String(255))
    recipient_user: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MonthSum(Base):
    """What came in and was spent in a month of the school's clock, so that sums over all time read a row a month.

    Corrected in the transaction that writes a payment or an expense of that month: always in the month in which it was created, or, where a
    service took the money, captured.
    """

    __tablename__ = "month_sums"

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    income: Mapped[int] = mapped_column(BigInteger)
    """Captured payments of every kind less refunds, in tiyin."""
    expense: Mapped[int] = mapped_column(BigInteger)
