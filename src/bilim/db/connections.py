"""Connections to the database: how they are made, and how a read on one is ended."""

import sqlite3
import time
from datetime import tzinfo
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

_BUSY_SECONDS = 30
READ_SECONDS = 60.0
"""How long a read may take before it is ended, on either database."""
_STEPS_BETWEEN_LOOKS = 4_000
"""Of SQLite's virtual machine: about 0.2 ms."""
WATCH = "watch"
"""Where a connection's information has its watch."""
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an acknowledged answer or payment survives a power cut
    "foreign_keys=ON",
    f"busy_timeout={_BUSY_SECONDS * 1000}",
    "cache_size=-4000",  # KiB a connection; more finds nothing faster, since the kernel keeps the file in memory
)


_ENGINE: dict[str, Any] = {
    "max_overflow": 0,
    "pool_use_lifo": True,  # the connection used last has the warmest cache
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}


READER: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
"""Of PostgreSQL's connections that only read: nothing is open on them that a rollback would have to end."""


class Watch:
    """Ends what runs on an SQLite connection when its time is over or nobody waits for it any more."""

    __slots__ = ("is_interrupted", "until")

    def __init__(self) -> None:
        self.is_interrupted = False
        self.until = float("inf")

    def begin(self, seconds: float | None) -> None:
        """Let what runs from now on end in so many seconds, by default in the time that a read has."""
        self.is_interrupted = False
        self.until = time.monotonic() + (READ_SECONDS if seconds is None else seconds)

    def end(self) -> None:
        """Let it run as long as it takes."""
        self.is_interrupted = False
        self.until = float("inf")

    def look(self) -> bool:
        """Asked by SQLite every so often; true ends the statement."""
        return self.is_interrupted or time.monotonic() > self.until


def make_engine(url: str, zone: tzinfo, connections: int, **more: Any) -> Engine:
    """An engine with so many connections; times are shown in `zone`, which its dialect keeps."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS}, pool_size=connections, **_ENGINE, **more)
        event.listen(engine, "connect", _configure_sqlite)
    else:
        options = f"-c timezone={zone} -c statement_timeout={READ_SECONDS * 1000:.0f} -c lock_timeout=30000"
        engine = create_engine(parsed, connect_args={"options": options, "connect_timeout": 10}, pool_size=connections, **_ENGINE, **more)
    engine.dialect.school_zone = zone  # pyright: ignore[reportAttributeAccessIssue] - read by db.base.UtcDateTime
    return engine


def _configure_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    record.info[WATCH] = watch = Watch()
    connection.set_progress_handler(watch.look, _STEPS_BETWEEN_LOOKS)
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection, statement: str) -> None:
    """Begin on the driver itself. A listener for SQLAlchemy's `begin` would make every execute look for listeners too."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(statement)
    except sqlite3.Error as error:  # such as a lock that was not had in time
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, dialect=connection.dialect) from error
