"""The engine and the unit of work: one transaction a request or job, committed at the edge.

SQLite writes begin with BEGIN IMMEDIATE. With the driver's default, two processes that read and then update lose updates or fail with
"database is locked"; waiting for the write lock at the start loses none. So a unit must know whether it writes.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import date, datetime, tzinfo
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, Select, bindparam, delete, insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from bilim.db.base import Base, Row
from bilim.db.connections import READER, WATCH, Watch, begin, make_engine
from bilim.db.inserting import INSERTING, prepared_insert
from bilim.db.outbox_tables import COLUMNS, JobRow, rows_of
from bilim.db.prepared import Plan, Prepared, PreparedSelection, Values
from bilim.db.select_into import Selection
from bilim.kit import clock
from bilim.kit.errors import NotFound
from bilim.kit.jobs import Job

S = TypeVar("S")

Query = Select[*tuple[Any, ...]]
"""A SELECT of any columns."""

_ENQUEUE = Prepared(insert(JobRow).inline().values({name: bindparam(name) for name in COLUMNS}))


_KEPT = 2
"""Connections that reads on SQLite keep: taking one out of SQLAlchemy's pool and bringing it back takes as long as a short read."""


class Tx:
    """One open transaction, and the time at which it began."""

    __slots__ = ("_plans", "_streams", "_watch", "connection", "enqueued", "now")

    def __init__(self, connection: Connection, now: datetime, plans: dict[Prepared, Plan]) -> None:
        self.connection = connection
        self.now = now
        self.enqueued: set[str] = set()
        """The queues of the jobs that were enqueued and are due."""
        self._plans = plans
        self._streams: list[Generator[list[Any]]] = []
        self._watch: Watch | None = connection.info.get(WATCH)

    def close(self) -> None:
        """Close the cursors of lists that were not read to their end: the connection would answer nothing before that."""
        for stream in self._streams:
            stream.close()

    def interrupt(self) -> None:
        """Cancel the running statement, from another thread: it fails with a database error."""
        if self._watch is not None:
            self._watch.is_interrupted = True
        else:
            driver: Any = self.connection.connection.dbapi_connection
            driver.cancel()

    @property
    def local_now(self) -> datetime:
        """The moment it began on the school's clock."""
        return self.now.astimezone(self.connection.dialect.school_zone)  # pyright: ignore[reportAttributeAccessIssue] - set by `make_engine`

    @property
    def today(self) -> date:
        """The date on the school's clock, whatever it is in UTC."""
        return self.local_now.date()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.connection.dialect.name

    def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run any statement; `values` are its parameters, or a list of them."""
        return self.connection.execute(statement, values)

    def run(self, statement: Prepared, values: Values) -> int:
        """Run a prepared statement that answers nothing; return how many rows it wrote."""
        return self._plan(statement).run(self.connection, values).rowcount

    def run_many(self, statement: Prepared, rows: list[Values]) -> None:
        """Run a prepared statement that answers nothing once for each of the values, in one round trip."""
        if len(rows) == 1:
            self.run(statement, rows[0])
        elif rows:
            self._plan(statement).run_many(self.connection, rows)

    def all(self, query: Executable | Prepared, values: Values | None = None) -> Sequence[Any]:
        """All rows, each a sequence of its columns."""
        if isinstance(query, Prepared):
            return self._plan(query).rows(self.connection, values or {})
        return self.connection.execute(query, values).all()

    def first(self, query: Executable | Prepared, values: Values | None = None) -> Any:
        """The first row as a sequence of its columns, or None."""
        if isinstance(query, Prepared):
            found = self._plan(query).rows(self.connection, values or {})
            return found[0] if found else None
        return self.connection.execute(query, values).first()

    def scalar(self, query: Executable | Prepared, values: Values | None = None) -> Any:
        """The first column of the first row, or None."""
        found = self.first(query, values)
        return None if found is None else found[0]

    def scalars(self, query: Executable | Prepared, values: Values | None = None) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.all(query, values)]

    def fetch_all(self, query: Selection[S] | PreparedSelection[S], values: Values | None = None) -> list[S]:
        """All rows as what the query selects into."""
        make = query.make
        return [make(*row) for row in self._found(query, values)]

    def fetch_first(self, query: Selection[S] | PreparedSelection[S], values: Values | None = None) -> S | None:
        """The first row as what the query selects into, or None."""
        found = self._found(query, values)
        return query.make(*found[0]) if found else None

    def fetch_one(self, query: Selection[S] | PreparedSelection[S], values: Values | None = None) -> S:
        """The first row as what the query selects into.

        Raises:
            NotFound: there is none.
        """
        found = self._found(query, values)
        if not found:
            raise NotFound
        return query.make(*found[0])

    def _found(self, query: Selection[Any] | PreparedSelection[Any], values: Values | None) -> Sequence[Any]:
        if isinstance(query, PreparedSelection):
            return self._plan(query).rows(self.connection, values or {})
        return self.connection.execute(query.query, values).all()

    def batches(self, query: Prepared, values: Values, size: int, *, alone: bool) -> Iterator[list[Any]]:
        """All rows of a prepared query, `size` at a time; see `Plan.batches`."""
        stream = self._plan(query).batches(self.connection, values, size, alone=alone)
        self._streams.append(stream)
        return stream

    def _plan(self, statement: Prepared) -> Plan:
        plan = self._plans.get(statement)
        if plan is None:
            plan = self._plans[statement] = Plan(statement, self.connection.dialect)
        return plan

    def insert(self, table: type[Row], **values: Any) -> int:
        """Insert one row and return its id. Raises IntegrityError where a constraint refuses it."""
        prepared = prepared_insert(table, tuple(values), self.dialect, returns_id=True)
        if prepared is not None:
            return self.scalar(prepared, values)
        return self.connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()

    def insert_unless_there(self, table: type[Row], **values: Any) -> int | None:
        """Insert one row and return its id; None, and nothing is written, where a unique constraint has such a row.

        All columns that have computed defaults must be among the values.
        """
        prepared = prepared_insert(table, tuple(values), self.dialect, returns_id=True, unless_there=True)
        assert prepared is not None  # noqa: S101
        return self.scalar(prepared, values)

    def insert_row(self, table: type[Base], **values: Any) -> None:
        """Insert one row of a table whose key is among the values. Raises IntegrityError where a constraint refuses it."""
        prepared = prepared_insert(table, tuple(values), self.dialect)
        if prepared is not None:
            self.run(prepared, values)
        else:
            self.connection.execute(insert(table).values(**values))

    def delete_unless_referenced(self, table: type[Row], row_id: int) -> bool:
        """Delete a row; False where a row that counts as history references it (with RESTRICT): then nothing is deleted."""
        try:
            with self.savepoint():
                self.connection.execute(delete(table).where(table.id == row_id))
        except IntegrityError:
            return False
        return True

    def enqueue(self, *jobs: Job, at: datetime | None = None) -> None:
        """Enqueue in this transaction; delivered at least once after its commit, not before `at`."""
        if jobs:
            self.run_many(_ENQUEUE, rows_of(jobs, self.now, at or self.now))
            if at is None or at <= self.now:
                self.enqueued.update(job.queue for job in jobs)

    def inserting(self, table: type[Base]) -> Any:
        """An INSERT that can say what to do on a conflict, in the database's dialect."""
        return INSERTING[self.dialect](table)

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """A part of the transaction that can fail alone; PostgreSQL needs it to go on after a refused statement."""
        with self.connection.begin_nested():
            yield


class Database:
    """An engine, and units of work on it."""

    def __init__(self, url: str, zone: tzinfo, connections: int) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = make_engine(url, zone, connections + _KEPT if self.is_sqlite else connections)
        self._reader = self.engine if self.is_sqlite else make_engine(url, zone, connections, **READER)
        self.connection_limit = connections if self.is_sqlite else 2 * connections
        self._kept = deque[Connection]()
        self._plans: dict[Prepared, Plan] = {}
        self._turn = Lock() if self.is_sqlite else nullcontext()
        self.wake: Callable[[set[str]], None] = lambda _queues: None
        """Called after a commit with the queues in which jobs were enqueued. A hint only: runners poll too."""

    @contextmanager
    def read(self, seconds: float | None = None) -> Generator[Tx]:
        """A unit that only reads, for a limited time: on SQLite from one snapshot.

        PostgreSQL's READ COMMITTED gives each statement its own moment with or without a transaction, so three round trips are saved.

        Args:
            seconds: how long it may take on SQLite, where that is less than other reads may.

        Raises:
            OperationalError: it took longer, or was interrupted.
        """
        with self._reading() as connection:
            if self.is_sqlite:
                begin(connection, "BEGIN")
                watch: Watch = connection.info[WATCH]
                watch.begin(seconds)
                try:
                    with closing(Tx(connection, clock.now(), self._plans)) as tx:
                        yield tx
                finally:
                    watch.end()
            else:
                with closing(Tx(connection, clock.now(), self._plans)) as tx:
                    yield tx

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        """A connection to read on; nothing is open on it, nor afterwards."""
        if not self.is_sqlite:
            with self._reader.connect() as connection:
                yield connection
            return
        try:
            connection = self._kept.pop()
        except IndexError:
            connection = self._reader.connect()
        try:
            yield connection
            connection.rollback()  # what SQLAlchemy began; what we began is the driver's
            connection.connection.rollback()
        except BaseException:
            connection.close()
            raise
        if len(self._kept) < _KEPT:
            self._kept.append(connection)
        else:
            connection.close()

    @contextmanager
    def snapshot(self) -> Generator[Tx]:
        """A unit that only reads, from one snapshot on either database."""
        frozen = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.execution_options(**frozen).connect() as connection:
            if self.is_sqlite:
                begin(connection, "BEGIN")
            with closing(Tx(connection, clock.now(), self._plans)) as tx:
                yield tx

    @contextmanager
    def write(self) -> Generator[Tx]:
        """A unit that may write: committed at the end, rolled back where an error leaves it.

        SQLite has one writer at a time. Threads of one process wait for each other here, in their order; SQLite's own busy wait sleeps, and
        some of them would starve.
        """
        with self._turn, self.engine.begin() as connection:
            if self.is_sqlite:
                begin(connection, "BEGIN IMMEDIATE")
            with closing(Tx(connection, clock.now(), self._plans)) as tx:
                yield tx
        if tx.enqueued:
            self.wake(tx.enqueued)

    @property
    def connections_in_use(self) -> int:
        """How many connections units hold at this moment."""
        pools = {self.engine.pool, self._reader.pool}
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool)) - len(self._kept)

    @property
    def engines(self) -> set[Engine]:
        """The engines, for code that counts or compares statements."""
        return {self.engine, self._reader}

    def close(self) -> None:
        """Close all connections."""
        while self._kept:
            self._kept.pop().close()
        for engine in self.engines:
            engine.dispose()


def violates(error: IntegrityError, constraint: str, *columns: str) -> bool:
    """Whether a constraint refused the statement: PostgreSQL names the constraint, SQLite the columns (`users.email_key`)."""
    text = str(error.orig)
    return constraint in text or (bool(columns) and f"UNIQUE constraint failed: {', '.join(columns)}" in text)
