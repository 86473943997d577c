"""The two databases, each as one connection of its raw driver."""

import sqlite3
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg.types.json import set_json_loads

ZONE = "Asia/Tashkent"
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "cache_size=-4000",
)
"""The product's, which `bench.same` compares."""

_zone = ZoneInfo(ZONE)
_decode = msgspec.json.Decoder(list[str]).decode
_decode_any = msgspec.json.Decoder().decode


def local(moment: datetime) -> datetime:
    """A moment on the school's clock."""
    return moment.astimezone(_zone)


class Sqlite:
    """One connection of the standard library's driver, set up as the product sets up its own."""

    sqlite = True

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in SQLITE_PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self.execute = self.connection.execute
        self.execute_many = self.connection.executemany
        self.commit = self.connection.commit
        self.texts = _decode
        self.json = _decode_any

    def begin(self, *, writes: bool) -> None:
        """Begin a transaction."""
        self.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    def bound(self, moment: datetime) -> str:
        """A moment as SQLite keeps it: UTC, without a zone."""
        return moment.isoformat(" ", "microseconds")[:26]

    def day(self, moment: datetime) -> str:
        """A moment's day on the school's clock, as it is bound."""
        return local(moment).date().isoformat()

    def date(self, day: str) -> date:
        """A stored day."""
        return date.fromisoformat(day)

    def month(self, moment: datetime) -> str:
        """The first day of a moment's month on the school's clock, as it is bound."""
        return local(moment).date().replace(day=1).isoformat()

    def uuid(self, value: UUID) -> str:
        """A UUID as SQLite keeps it."""
        return value.hex

    def shown_uuid(self, stored: str) -> UUID:
        """A stored UUID."""
        return UUID(stored)

    def cursor(self, text: str, named: dict[str, Any]) -> Any:
        """A cursor of rows that are not all held at once."""
        return self.execute(text, named)

    def shown(self, moment: str) -> datetime:
        """A stored moment on the school's clock."""
        return datetime.fromisoformat(moment + "+00:00").astimezone(_zone)


class Postgresql:
    """One connection of psycopg; its session has the school's zone, so moments come as they are shown.

    Reads end with a commit too: psycopg forgets its prepared statements at a rollback, and PostgreSQL would parse and plan each anew.
    """

    sqlite = False

    def __init__(self, url: str) -> None:
        options = f"-c timezone={ZONE} -c statement_timeout=60000 -c lock_timeout=30000"
        self.connection = psycopg.connect(url.replace("+psycopg", ""), options=options)
        set_json_loads(msgspec.json.decode, self.connection)
        self.execute = self.connection.cursor().execute
        self.execute_many = self.connection.cursor().executemany
        self.commit = self.connection.commit

    def begin(self, *, writes: bool) -> None:
        """Psycopg begins with the first statement."""

    def bound(self, moment: datetime) -> datetime:
        """A moment as it is bound."""
        return moment

    def day(self, moment: datetime) -> date:
        """A moment's day on the school's clock, as it is bound."""
        return local(moment).date()

    def date(self, day: date) -> date:
        """A stored day."""
        return day

    def month(self, moment: datetime) -> date:
        """The first day of a moment's month on the school's clock, as it is bound."""
        return local(moment).date().replace(day=1)

    def uuid(self, value: UUID) -> UUID:
        """A UUID as it is bound."""
        return value

    def shown_uuid(self, stored: UUID) -> UUID:
        """A stored UUID."""
        return stored

    def cursor(self, text: str, named: dict[str, Any]) -> Any:
        """A cursor of rows: the driver holds them all, which costs the least time."""
        return self.execute(text, named)

    def shown(self, moment: datetime) -> datetime:
        """A stored moment on the school's clock."""
        return moment

    def texts(self, value: list[str]) -> list[str]:
        """A JSON column, which psycopg has decoded."""
        return value

    def json(self, value: Any) -> Any:
        """The same of any shape."""
        return value
