"""The table of tickets."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, UtcDateTime

MAX_TOPIC = 64


class Ticket(Base):
    """A right to open one socket, once. The database keeps a ticket's digest: who reads the table can open nothing."""

    __tablename__ = "live_tickets"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256, in hexadecimal."""
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    topic: Mapped[str] = mapped_column(String(MAX_TOPIC))
    """What the socket is about."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
