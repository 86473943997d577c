"""The base of all tables, and column types."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# SQLite makes row ids only for INTEGER PRIMARY KEY; PostgreSQL should have 64 bits.
BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime: stored in UTC, read in the school's time zone, which `Database` sets on the engine's dialect."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """The type of values, which a TypeDecorator does not define by itself."""
        return datetime

    def bind_processor(self, dialect: Dialect) -> Any:
        """Refuse a naive datetime, which is ambiguous. SQLite gets text that sorts like time."""
        is_sqlite = dialect.name == "sqlite"

        def process(value: datetime | None) -> Any:
            if value is None:
                return None
            if value.tzinfo is None:
                raise ValueError("a moment without a time zone")
            moment = value.astimezone(UTC)
            return moment.replace(tzinfo=None).isoformat(" ", "microseconds") if is_sqlite else moment

        return process

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Return times in the school's zone. SQLite's text is UTC without a zone; PostgreSQL's sessions have the zone."""
        if dialect.name != "sqlite":
            return None
        zone: tzinfo = getattr(dialect, "school_zone", UTC)
        read = datetime.fromisoformat

        def process(value: str | None) -> datetime | None:
            return None if value is None else read(value + "+00:00").astimezone(zone)

        return process


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
    """A table with an id that is never reused."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        own = cls.__dict__.get("__table_args__", ())
        cls.__table_args__ = (*own, {"sqlite_autoincrement": True})
        super().__init_subclass__(**kwargs)
