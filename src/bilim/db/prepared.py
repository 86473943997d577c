"""Statements that are compiled once and executed by the driver itself.

SQLAlchemy compiles the SQL and provides the processors of each type; what it would repeat at every execution (some 37 µs against the
driver's 4) is done once here. It is meant for statements that never change: constants of a module, or one for each kind of viewer.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from itertools import islice
from typing import Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, Dialect, Double, Executable, Select, func, select
from sqlalchemy.exc import DBAPIError

from bilim.db.select_into import Make, Selection

S = TypeVar("S")

Values = dict[str, Any]
Processor = Callable[[Any], Any]

_MAX_TEXTS = 64
"""A statement's texts that are kept, one for each length of its lists: pages have few lengths, but could have a thousand."""

watchers: list[Callable[[str], None]] = []
"""Called with the SQL of every prepared statement that runs, as SQLAlchemy's events are with all others: to count or compare them."""


def _tell_watchers(sql: str) -> None:
    for watcher in watchers:
        watcher(sql)


class Prepared:
    """A statement to run often. All that changes in it are bound parameters; lists are `bindparam(..., expanding=True)`."""

    __slots__ = ("statement",)

    def __init__(self, statement: Executable) -> None:
        self.statement = statement


class PreparedSelection(Prepared, Generic[S]):
    """A prepared SELECT that says what its rows become."""

    __slots__ = ("make",)

    def __init__(self, selection: Selection[S]) -> None:
        super().__init__(selection.query)
        self.make: Make[S] = selection.make


def counting(query: Select[*tuple[Any, ...]]) -> Select[int]:
    """A SELECT of the number of a query's rows, without what its other columns cost."""
    rows = query.with_only_columns(next(iter(query.selected_columns))).order_by(None)
    return select(func.count()).select_from(rows.subquery())


class _CompiledSql(Struct):
    """A statement's SQL for lists of certain lengths, and the names of its parameters in the driver's order."""

    sql: str
    names: list[str]
    is_positional: bool
    expansions: list[tuple[str, list[str]]]


class Plan:
    """A statement ready for one dialect."""

    def __init__(self, prepared: Prepared, dialect: Dialect) -> None:
        statement: Any = prepared.statement
        self._dialect = dialect
        module: Any = dialect.loaded_dbapi
        self._errors: type[Exception] = module.Error
        self._compiled: Any = statement.compile(dialect=dialect)
        binds: dict[str, Any] = {name: bind for bind, name in self._compiled.bind_names.items()}
        self._names = list(self._compiled.params)
        self._defaults: Values = {name: value for name, value in self._compiled.params.items() if not binds[name].required}
        self._lists = [name for name, bind in binds.items() if bind.expanding]
        self._writes = [(name, process) for name, bind in binds.items() if (process := _bind_processor(bind.type, dialect))]
        columns = getattr(statement, "exported_columns", ())  # of a SELECT, or what RETURNING names
        self._reads = [(place, process) for place, column in enumerate(columns) if (process := _result_processor(column.type, dialect))]
        self._texts: dict[tuple[int, ...], _CompiledSql] = {}

    def run(self, connection: Connection, values: Values) -> Any:
        """The driver's cursor. Errors of the driver come as SQLAlchemy's, as everywhere else."""
        return self._execute(connection, connection.connection.dbapi_connection, values)

    def run_many(self, connection: Connection, rows: list[Values]) -> None:
        """Run it once for each of the values, in one call of the driver. Not for statements with lists."""
        text = self._text({})
        sent = [self._sent(text, {**self._defaults, **values}) for values in rows]
        _tell_watchers(text.sql)
        driver: Any = connection.connection.dbapi_connection
        with closing(driver.cursor()) as cursor:
            try:
                cursor.executemany(text.sql, sent)
            except self._errors as error:
                raise self._wrap_error(connection, text.sql, error) from error

    def _execute(self, connection: Connection, cursor: Any, values: Values) -> Any:
        text, sent = self._bind(values)
        try:
            return cursor.execute(text, sent)
        except self._errors as error:
            raise self._wrap_error(connection, text, error) from error

    def _bind(self, values: Values) -> tuple[str, Any]:
        """The SQL for these values, and the values as the driver takes them."""
        bound = {**self._defaults, **values}
        text = self._text(bound)
        _tell_watchers(text.sql)
        return text.sql, self._sent(text, bound)

    def _sent(self, text: _CompiledSql, bound: Values) -> Any:
        """The values of all parameters as the driver takes them."""
        for name, process in self._writes:
            bound[name] = [process(each) for each in bound[name]] if name in self._lists else process(bound[name])
        for name, members in text.expansions:
            bound.update(zip(members, bound[name], strict=True))
        return [bound[name] for name in text.names] if text.is_positional else {name: bound[name] for name in text.names}

    def _wrap_error(self, connection: Connection, text: str, error: Exception) -> Exception:
        """The driver's error as SQLAlchemy's. Where the server is gone, all connections of the pool are replaced."""
        if self._dialect.is_disconnect(error, connection.connection.dbapi_connection, None):  # type: ignore[arg-type]
            connection.invalidate(error)
            connection.engine.dispose()
        return DBAPIError.instance(text, None, error, self._errors, dialect=self._dialect)  # type: ignore[return-value, arg-type]

    def batches(self, connection: Connection, values: Values, size: int, *, alone: bool) -> Generator[list[Any]]:
        """All rows, `size` at a time: never all at once.

        Args:
            alone: no other statement runs on this connection before the last batch. PostgreSQL then sends the rows as we read them;
                otherwise it keeps them in a cursor, which lives in a transaction and costs five round trips more. SQLite finds them
                on demand either way.
        """
        driver: Any = connection.connection.dbapi_connection
        if self._dialect.name == "postgresql":
            yield from (self._streamed if alone else self._kept)(connection, driver, values, size)
            return
        with closing(driver.cursor()) as cursor:
            self._execute(connection, cursor, values)
            while batch := self._fetch(connection, cursor, size):
                yield self._read(batch)

    def _fetch(self, connection: Connection, cursor: Any, size: int) -> list[Any]:
        """Some rows; SQLite finds them as they are fetched."""
        try:
            return cursor.fetchmany(size)
        except self._errors as error:
            raise self._wrap_error(connection, self._compiled.string, error) from error

    def _kept(self, connection: Connection, driver: Any, values: Values, size: int) -> Generator[list[Any]]:
        with driver.transaction(), closing(driver.cursor("rows")) as cursor:
            self._execute(connection, cursor, values)
            while batch := cursor.fetchmany(size):
                yield self._read(batch)

    def _streamed(self, connection: Connection, driver: Any, values: Values, size: int) -> Generator[list[Any]]:
        text, sent = self._bind(values)
        with closing(driver.cursor()) as cursor, closing(cursor.stream(text, sent, size=size)) as rows:
            try:
                while batch := list(islice(rows, size)):
                    yield self._read(batch)
            except self._errors as error:
                raise self._wrap_error(connection, text, error) from error

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """All rows, their values read as their types say."""
        cursor = self.run(connection, values)
        try:
            found = cursor.fetchall()
        except self._errors as error:  # SQLite finds rows as they are fetched
            raise self._wrap_error(connection, self._compiled.string, error) from error
        return self._read(found)

    def _read(self, found: list[Any]) -> list[Any]:
        if not self._reads:
            return found
        rows = [list(row) for row in found]
        for place, process in self._reads:
            for row in rows:
                row[place] = process(row[place])
        return rows

    def _text(self, values: Values) -> _CompiledSql:
        lengths = tuple(len(values[name]) for name in self._lists)
        text = self._texts.get(lengths)
        if text is None:
            if len(self._texts) >= _MAX_TEXTS:
                self._texts.clear()
            text = self._texts[lengths] = self._expand(values)
        return text

    def _expand(self, values: Values) -> _CompiledSql:
        """The SQL with as many places as the lists have members."""
        compiled = self._compiled
        if not self._lists:
            order, names = compiled.positiontup, self._names
            return _CompiledSql(compiled.string, list(order) if order else names, bool(order), [])
        state = compiled.construct_expanded_state(values)
        expansions = [(name, list(members)) for name, members in state.parameter_expansion.items()]
        order = state.positiontup
        names = [name for name in self._names if name not in self._lists] + [each for _, members in expansions for each in members]
        return _CompiledSql(state.statement, list(order) if order else names, bool(order), expansions)


def _bind_processor(kind: Any, dialect: Dialect) -> Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result_processor(kind: Any, dialect: Dialect) -> Processor | None:
    if isinstance(kind, Double):
        return None  # drivers give floats; SQLAlchemy's type asks for the column's number in the answer, which is not there yet
    return kind.dialect_impl(dialect).result_processor(dialect, None)
