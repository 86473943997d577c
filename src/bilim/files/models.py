"""The table of claimed files."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, UtcDateTime


class StoredFile(Base):
    """A stored file that is in use by homework, a submission, a lesson or a course's picture. A file without a row is swept."""

    __tablename__ = "stored_files"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    """Its name in the store, a path under the uploads."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes; null for files that are older than this column."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
