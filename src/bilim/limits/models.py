"""The table of windows."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base

MAX_KEY = 255


class Window(Base):
    """How many places of one limit one key has taken. Times are microseconds since 1970: databases add numbers alike, but not times."""

    __tablename__ = "limit_windows"

    key: Mapped[str] = mapped_column(String(MAX_KEY), primary_key=True)
    """`<limit>:<key>`, or `<limit>:<SHA-256 of the key>` where that would be too long."""
    began_at: Mapped[int] = mapped_column(BigInteger)
    """When the first place was taken; tells this window from the next one of the same key."""
    taken: Mapped[int]
    opens_at: Mapped[int] = mapped_column(BigInteger)
    """When the next place may be taken; 0 while places are free."""
    ends_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """When the window is over: counting starts over, and the row may be deleted."""
