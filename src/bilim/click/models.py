"""What only Click says of a transaction."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, UtcDateTime


class ClickPayment(Base):
    """The number under which Click itself knows a transaction's payment, which payers see and reversals name."""

    __tablename__ = "click_payments"

    transaction_id: Mapped[int] = mapped_column(BigId, ForeignKey("provider_transactions.id", ondelete="RESTRICT"), primary_key=True)
    paydoc_id: Mapped[int] = mapped_column(BigInteger)
    disputed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When Click called a completed payment failed. It stays granted until Click, asked by us, says the same."""
