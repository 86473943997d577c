"""The tables behind `db.outbox`."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, Row, UtcDateTime

WAITING, DEAD = "waiting", "dead"


class Job(Row):
    """Something to do after the commit that wrote it; done jobs are deleted."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "lane", "state", "due_at", "id"),)

    lane: Mapped[str] = mapped_column(String(16))
    """Which queue it stands in: a slow or limited service must not hold up the others."""
    kind: Mapped[str] = mapped_column(String(40))
    """The name of its handler."""
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8))
    """`waiting`, or `dead` where it was tried too often; a dead one waits for an admin."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it may be taken: after a claim, when the claim's lease ends."""
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(500))
    """What went wrong last."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Pace(Base):
    """When something limited may happen next, shared by every process: a bot's messages, a chat's."""

    __tablename__ = "paces"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[int] = mapped_column(BigInteger)
    """Microseconds since 1970: databases add numbers alike, but not times."""
