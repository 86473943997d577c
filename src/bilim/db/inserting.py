"""INSERTs of one row, prepared once for a table and the columns that are named: what `Tx.insert` and its like send."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import bindparam, literal
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bilim.db.base import Base
from bilim.db.prepared import Prepared

INSERTING: dict[str, Callable[[Any], Any]] = {"postgresql": postgresql_insert, "sqlite": sqlite_insert}
"""An INSERT that can say what to do on a conflict, by dialect."""


@cache
def prepared_insert(
    table: type[Base], names: tuple[str, ...], dialect: str, *, returns_id: bool = False, unless_there: bool = False
) -> Prepared | None:
    """The INSERT of a row whose attributes are named; their values are its parameters.

    None where other columns have defaults that are computed for each row: SQLAlchemy must run that itself.

    Args:
        returns_id: it answers the row's id.
        unless_there: it does nothing where a unique constraint has such a row.
    """
    columns: Any = table.__mapper__.columns
    defaults = {name: column.default for name, column in columns.items() if name not in names and column.default is not None}
    if not all(default.is_scalar for default in defaults.values()):
        return None
    given = {name: bindparam(name) for name in names}
    made = INSERTING[dialect](table.__table__).values(
        {columns[name]: value for name, value in given.items()}
        | {columns[name]: literal(default.arg, columns[name].type) for name, default in defaults.items()}
    )
    made = made.on_conflict_do_nothing() if unless_there else made
    return Prepared(made.returning(columns["id"]) if returns_id else made.inline())
