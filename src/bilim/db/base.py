"""What every table is made of."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# SQLite makes row ids only for INTEGER PRIMARY KEY; PostgreSQL should have 64 bits.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware moment: stored in UTC, read in the school's time zone, which `Database` sets on the engine's dialect."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive moment: nobody could say which one it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Show a moment as the school's clock would. SQLite keeps no zone: what it holds is UTC."""
        if value is None:
            return None
        zone: tzinfo = getattr(dialect, "school_zone", UTC)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)


class Base(DeclarativeBase):
    """The base of all tables; names of constraints are fixed so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Row(Base):
    """A table with an id of its own that is never given out twice."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        own = cls.__dict__.get("__table_args__", ())
        cls.__table_args__ = (*own, {"sqlite_autoincrement": True})
        super().__init_subclass__(**kwargs)
