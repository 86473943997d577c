"""The secrets by which calendars are read."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, UtcDateTime


class CalendarToken(Base):
    """The one secret address under which a person's calendar can be read, until it is revoked. The secret itself is not stored."""

    __tablename__ = "calendar_tokens"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """`kit.path_secrets.digest_of` the secret."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
