"""Rows made up for a table, and the table filled with them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, text

Rows = Iterator[dict[str, Any]]

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_BATCH = 5_000
_VOCABULARY = (
    "kitob maktab ustoz bilim savol javob hikoya tabiat dunyo shahar daraxt quyosh sahifa mashq natija daftar o‘yin til so‘z gap "
    "grammar lesson reading listening travel weather family market holiday kitchen history science picture garden letter"
)
WORDS = _VOCABULARY.split()


def fill(connection: Connection, table: Any, rows: Rows) -> None:
    """Insert rows, a batch at a time."""
    while batch := list(islice(rows, _BATCH)):
        connection.execute(insert(table), batch)


def moment(rng: random.Random) -> datetime:
    """A moment of the year 2025."""
    return EPOCH + timedelta(microseconds=rng.randrange(365 * 86_400 * 1_000_000))


def advance_sequences(connection: Connection, *tables: Any) -> None:
    """Rows came with ids of their own; PostgreSQL must go on after them."""
    for table in tables:
        name = table.__tablename__
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))
