"""Bringing many rows of a table to what an import says: what is there is found and changed where it differs, what is not is added."""

from collections import deque
from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct, field
from sqlalchemy import bindparam, insert, update

from bilim.content.actions.report import ImportReport
from bilim.db.base import Row
from bilim.db.engine import Query, Tx
from bilim.kit.access import internal

_ROW = "row_id"


class StoredRow(Struct):
    """A row that is there."""

    id: int
    key: str | None
    name: Any
    """What it is found by where the import gives no key, such as a section's title."""
    columns: dict[str, Any]
    """What an import may change."""


class ImportedRow(Struct):
    """A row of the import."""

    key: str | None
    name: Any
    columns: dict[str, Any]
    """What it says."""
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])
    """The other columns of a new row."""


class _Known:
    """Rows that are there, each to be found once."""

    def __init__(self, rows: Iterable[StoredRow]) -> None:
        self._by_key: dict[str, StoredRow] = {}
        self._by_name: dict[Any, deque[StoredRow]] = {}
        self._found: set[int] = set()
        for row in rows:
            if row.key is not None:
                self._by_key[row.key] = row
            self._by_name.setdefault(row.name, deque()).append(row)

    def find(self, wanted: ImportedRow) -> StoredRow | None:
        """The row of a key; where there is no key, the first of the name that was not found before."""
        found = self._by_key.get(wanted.key) if wanted.key is not None else self._next_of(wanted.name)
        if found is not None:
            self._found.add(found.id)
        return found

    def _next_of(self, name: Any) -> StoredRow | None:
        rows = self._by_name.get(name, deque())
        while rows:
            row = rows.popleft()
            if row.id not in self._found:
                return row
        return None


@internal
def write_rows(
    tx: Tx,
    table: type[Row],
    kind: Literal["sections", "lessons", "words"],
    stored: Iterable[StoredRow],
    imported: list[ImportedRow],
    report: ImportReport,
    keys: Query | None = None,
    **when_changed: Any,
) -> list[int]:
    """Write the rows of an import; return their ids in the same order.

    Args:
        keys: a SELECT of key and id by which new rows are found again; without it their ids are not told (0).
        when_changed: columns that are set where another one changes.
    """
    known = _Known(stored)
    ids: dict[int, int] = {}
    changed: dict[int, dict[str, Any]] = {}
    for place in sorted(range(len(imported)), key=lambda place: imported[place].key is None):  # a name finds what no key names
        row = imported[place]
        found = known.find(row)
        if found is not None:
            ids[place] = found.id
            if (columns := found.columns | row.columns) != found.columns:
                changed[found.id] = columns | when_changed
    added = [place for place in range(len(imported)) if place not in ids]
    new = [imported[place].defaults | imported[place].columns for place in added]
    ids |= dict(zip(added, _insert_rows(tx, table, new, keys), strict=True))
    _update_rows(tx, table, changed)
    report.count(kind, "created", len(added))
    report.count(kind, "updated", len(changed))
    report.count(kind, "unchanged", len(imported) - len(added) - len(changed))
    return [ids[place] for place in range(len(imported))]


def _insert_rows(tx: Tx, table: type[Row], rows: list[dict[str, Any]], keys: Query | None) -> list[int]:
    """Insert rows of the same columns in one round trip; return their ids in the same order.

    RETURNING promises no order on SQLite, where SQLAlchemy would therefore send each row alone: rows are found by their keys instead.
    """
    if not rows:
        return []
    tx.execute(insert(table), rows)
    if keys is None:
        return [0] * len(rows)
    ids: dict[str, int] = dict(map(tuple, tx.all(keys)))
    return [ids[row["external_key"]] for row in rows]


def _update_rows(tx: Tx, table: type[Row], changes: dict[int, dict[str, Any]]) -> None:
    """Set the same columns of several rows, each to values of its own."""
    if not changes:
        return
    columns = {name: bindparam(f"new_{name}") for name in next(iter(changes.values()))}
    rows = [{_ROW: row_id, **{f"new_{name}": value for name, value in values.items()}} for row_id, values in changes.items()]
    tx.execute(update(table).where(table.id == bindparam(_ROW)).values(columns), rows)
