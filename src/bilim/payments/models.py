"""Orders and their payments by services. Amounts are tiyin.

An order is what somebody buys, at a price that stays. Each attempt to pay it is a row of `payments` with a `checkouts` row beside it, under
a number of its own that one service is given; what the service says of it is a `provider_transactions` row. An order is granted once.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime

_OPEN = text("status = 'open'")
_CREATED = text("state = 'created'")
_ASKED = text("status = 'asked'")


class Order(Row):
    """What somebody buys: a course, a plan, or months of tuition; the price as it was when they asked for it."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("status IN ('open', 'closed', 'granted', 'revoked', 'void')", name="status"),
        CheckConstraint(
            "(kind = 'course' AND course_id IS NOT NULL AND plan_id IS NULL AND group_id IS NULL)"
            " OR (kind = 'plan' AND plan_id IS NOT NULL AND days > 0 AND course_id IS NULL AND group_id IS NULL)"
            " OR (kind = 'tuition' AND group_id IS NOT NULL AND course_id IS NULL AND plan_id IS NULL)",
            name="kind",
        ),
        Index("ix_orders_item_key", "user_id", "item_key"),
        Index("uq_orders_open", "user_id", "item_key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(16))
    item_key: Mapped[str] = mapped_column(String(128))
    """What is bought, in one text: see `rules.item_key`. Of one thing a person has one open order."""
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("subscription_plans.id", ondelete="RESTRICT"), index=True)
    days: Mapped[int | None]
    """How long the plan lasted when it was ordered."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"), index=True)
    title: Mapped[str] = mapped_column(String(255))
    """What payers and receipts are shown."""
    amount: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(16))
    """`closed` where the price changed and another order took its place: whoever pays it all the same gets what was paid for. `void` once
    another order of the same thing was granted."""
    coupon_use_id: Mapped[int | None] = mapped_column(BigInteger)
    """The coupon's use that lowered the price. No foreign key: a use that expires before it is paid is deleted."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Checkout(Base):
    """An attempt to pay an order by one service; its payment has the service, the amount, the status, and until when it may begin."""

    __tablename__ = "checkouts"

    payment_id: Mapped[int] = mapped_column(BigId, ForeignKey("payments.id", ondelete="RESTRICT"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="RESTRICT"), index=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    """By which the service, and whoever returns from it, names the payment: random, always 16 letters and digits."""
    url: Mapped[str | None] = mapped_column(Text)
    """Where it is paid, once the service's address is made."""


class ProviderTransaction(Row):
    """What a service says of a payment. A service's own transaction is known once."""

    __tablename__ = "provider_transactions"
    __table_args__ = (
        UniqueConstraint("provider", "provider_txn_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('created', 'captured', 'cancelled', 'refunded')", name="state"),
        CheckConstraint("(state IN ('captured', 'refunded')) = (captured_at IS NOT NULL)", name="captured_at"),
        CheckConstraint("(state IN ('cancelled', 'refunded')) = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        Index("uq_provider_transactions_created", "payment_id", unique=True, sqlite_where=_CREATED, postgresql_where=_CREATED),
        Index("ix_provider_transactions_expiring", "expires_at", sqlite_where=_CREATED, postgresql_where=_CREATED),
        Index("ix_provider_transactions_provider_time", "provider", "provider_time", "id"),
        Index("ix_provider_transactions_payment_id", "payment_id", "id"),
    )

    provider: Mapped[str] = mapped_column(String(16))
    provider_txn_id: Mapped[str] = mapped_column(String(255))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    """`created`: the service began and may capture; of one payment one may be so. `cancelled` ends that, `refunded` a captured one."""
    reason: Mapped[int | None]
    """Why it ended, by the service's own numbers."""
    provider_time: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it began by the service's clock."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on a `created` one is over, before anybody writes it down."""
    captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OrderGrant(Row):
    """What was granted for an order, once, and which payment paid it. `revoked_at` is set when its money went back."""

    __tablename__ = "order_grants"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="RESTRICT"), unique=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), unique=True)
    made_enrollment: Mapped[bool] = mapped_column(default=False)
    """Whether the payer joined the course by it; one who studied it before stays in it."""
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TuitionMonth(Row):
    """A month of a group's tuition that stands granted to a student by an order, once; gone when the order's money went back.

    Orders of overlapping months are different orders. This row is what only one of them gets.
    """

    __tablename__ = "tuition_months"
    __table_args__ = (UniqueConstraint("user_id", "group_id", "year", "month"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"), index=True)
    year: Mapped[int]
    month: Mapped[int]


class BalanceEntry(Row):
    """Money that was taken though nothing was left to grant for it, so that it is the payer's until it goes back."""

    __tablename__ = "balances"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"), Index("ix_balances_user_id", "user_id", "id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PaymentAlert(Row):
    """Something about money that a person must look at."""

    __tablename__ = "payment_alerts"
    __table_args__ = (Index("ix_payment_alerts_kind", "kind", "id"),)

    kind: Mapped[str] = mapped_column(String(32))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), index=True)
    detail: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookEvent(Row):
    """An event that a service sent, so that it counts once however often it comes."""

    __tablename__ = "webhook_events"
    __table_args__ = (UniqueConstraint("provider", "event_id"), Index("ix_webhook_events_created_at", "created_at"))

    provider: Mapped[str] = mapped_column(String(16))
    event_id: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaymentLog(Row):
    """What a service that showed its credentials sent, as it arrived but for secrets. Only added to, and deleted by age."""

    __tablename__ = "payment_log"
    __table_args__ = (Index("ix_payment_log_created_at", "created_at"),)

    provider: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(64))
    """The method or event."""
    outcome: Mapped[str] = mapped_column(String(64))
    """What it was answered, in a word or a number."""
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FiscalReceipt(Row):
    """A tax receipt of a transaction: one of its capture, one of its cancellation."""

    __tablename__ = "fiscal_receipts"
    __table_args__ = (UniqueConstraint("transaction_id", "type"), CheckConstraint("type IN ('PERFORM', 'CANCEL')", name="type"))

    transaction_id: Mapped[int] = mapped_column(ForeignKey("provider_transactions.id", ondelete="RESTRICT"))
    type: Mapped[str] = mapped_column(String(16))
    data: Mapped[str] = mapped_column(Text)
    """The receipt as the service sent it: JSON."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefundRequest(Row):
    """That an admin wants money of a payment to go back. Of one payment one is under way."""

    __tablename__ = "refund_requests"
    __table_args__ = (
        CheckConstraint("amount > 0 AND money > 0", name="amount"),
        CheckConstraint("status IN ('asked', 'done', 'failed')", name="status"),
        Index("uq_refund_requests_asked", "payment_id", unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("ix_refund_requests_payment_id", "payment_id", "id"),
    )

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Tiyin."""
    money: Mapped[int] = mapped_column(BigInteger)
    """What is asked of the service, in hundredths of its currency: decided once, so that asking again asks the same."""
    number: Mapped[str] = mapped_column(String(16), unique=True)
    """The idempotency key at the service."""
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(500))
    """Why it failed, in the service's words."""
    requested_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
