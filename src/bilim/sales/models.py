"""What instructors earn. Amounts are tiyin."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import BigId, Row, UtcDateTime

_SALES = text("amount > 0")


class SaleLine(Row):
    """A line of an instructor's statement: a course that was sold, or, below 0, money of it that went back. Never changed or deleted."""

    __tablename__ = "sale_lines"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("share_percent BETWEEN 0 AND 100", name="share_percent"),
        CheckConstraint("(amount > 0 AND share BETWEEN 0 AND amount) OR (amount < 0 AND share BETWEEN amount AND 0)", name="share"),
        Index("uq_sale_lines_payment_id", "payment_id", unique=True, sqlite_where=_SALES, postgresql_where=_SALES),
        Index("ix_sale_lines_payment_id", "payment_id", "id"),
        Index("ix_sale_lines_instructor_id", "instructor_id", "created_at", "id"),
    )

    payment_id: Mapped[int] = mapped_column(BigId, ForeignKey("payments.id", ondelete="RESTRICT"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"), index=True)
    instructor_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    """Who taught the course when it was sold."""
    amount: Mapped[int] = mapped_column(BigInteger)
    share_percent: Mapped[int]
    """The instructor's share when it was sold: a later change of the setting changes no line."""
    share: Mapped[int] = mapped_column(BigInteger)
    """What the line gives the instructor: see `rules.share_of`."""
    balance: Mapped[int] = mapped_column(BigInteger)
    """The sum of the shares of all the instructor's lines up to this one."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Never before the instructor's line before."""
