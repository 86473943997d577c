"""Coupons, and their uses. Amounts and prices are tiyin."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime

MAX_CODE = 32


class Coupon(Row):
    """A code that lowers the price of courses: by a percentage or by an amount, of one course, of an instructor's, or of all."""

    __tablename__ = "coupons"
    __table_args__ = (
        CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="reduction"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("min_price >= 0", name="min_price"),
        CheckConstraint("max_uses > 0", name="max_uses"),
        CheckConstraint("used >= 0 AND used <= taken AND (max_uses IS NULL OR taken <= max_uses)", name="taken"),
        CheckConstraint("starts_at < ends_at", name="ends_at"),
        Index("ix_coupons_instructor_id", "instructor_id", "id"),
    )

    code: Mapped[str] = mapped_column(String(MAX_CODE))
    """As it is shown."""
    code_key: Mapped[str] = mapped_column(String(MAX_CODE), unique=True)
    """As it is looked for: see `rules.key_of`. A deleted coupon keeps its code."""
    percent: Mapped[int | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    """The only course that it is for."""
    instructor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    """Whose courses alone it is for, and who manages it; null for what admins made for all instructors."""
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    min_price: Mapped[int] = mapped_column(BigInteger, default=0)
    """The least price of a course that it lowers."""
    max_uses: Mapped[int | None]
    """How many people may use it; null for any number."""
    taken: Mapped[int] = mapped_column(default=0)
    """Uses that are held or settled: rows of `coupon_uses`."""
    used: Mapped[int] = mapped_column(default=0)
    """Those that are settled."""
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on it is not valid."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CouponUse(Row):
    """That somebody uses a coupon, once: held while they pay, until `expires_at`; settled from `used_at` on."""

    __tablename__ = "coupon_uses"
    __table_args__ = (
        UniqueConstraint("coupon_id", "user_id"),
        CheckConstraint("(used_at IS NULL) <> (expires_at IS NULL)", name="used_at"),
        CheckConstraint("charged BETWEEN 0 AND price", name="charged"),
        Index("ix_coupon_uses_expires_at", "coupon_id", "expires_at"),
    )

    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id", ondelete="RESTRICT"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"), index=True)
    price: Mapped[int] = mapped_column(BigInteger)
    """What the course cost without the coupon."""
    charged: Mapped[int] = mapped_column(BigInteger)
    """What it costs with it."""
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on nobody is expected to pay: the use is free again, without anybody's doing."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
