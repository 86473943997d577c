"""Prepared statements: many values in one call of the driver, and no value forgotten."""

from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from bilim.db.engine import Database
from bilim.db.prepared import Prepared, watchers
from bilim.limits.models import Window

COUNT = Prepared(insert(Window).values({name: bindparam(name) for name in ("key", "began_at", "taken", "opens_at", "ends_at")}))


def window(key: str, taken: int) -> dict[str, str | int]:
    return {"key": key, "began_at": 1, "taken": taken, "opens_at": 0, "ends_at": 2}


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """The SQL of the prepared statements that run."""
    found: list[str] = []
    watchers.append(found.append)
    yield found
    watchers.remove(found.append)


@pytest.mark.parametrize(("numbers", "statements"), [(range(40), 1), (range(1), 1), (range(0), 0)])
def test_many_values_are_sent_as_one_statement(db: Database, sent: list[str], numbers: range, statements: int) -> None:
    with db.write() as tx:
        tx.run_many(COUNT, [window(f"k{number}", number) for number in numbers])
    assert len(sent) == statements
    with db.read() as tx:
        assert dict(tx.all(select(Window.key, Window.taken))) == {f"k{number}": number for number in numbers}


def test_where_one_of_many_values_is_refused_none_stays(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as tx:
        tx.run_many(COUNT, [window("same", 1), window("same", 2)])
    with db.read() as tx:
        assert tx.all(select(Window.key)) == []


def test_a_value_that_is_forgotten_is_an_error_and_not_a_null(db: Database) -> None:
    found = Prepared(select(Window.key).where(Window.key == bindparam("key"), Window.taken > bindparam("least")))
    with db.read() as tx, pytest.raises(KeyError, match="least"):
        tx.all(found, {"key": "k"})
