"""A unit of work has one moment, which tests can set; days turn at the school's midnight."""

from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, bindparam, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from bilim.accounts.models import User
from bilim.db import connections
from bilim.db.engine import Database
from bilim.db.prepared import Prepared
from bilim.kit import clock
from bilim.kit.errors import NotFound
from bilim.settings import Settings


def test_now_says_which_moment_it_is() -> None:
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 18, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 19, 0, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 12, 31, 19, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 28, 19, 0, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_turns_at_midnight_in_tashkent(db: Database, monkeypatch: pytest.MonkeyPatch, moment: datetime, day: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    with db.read() as tx:
        assert tx.now == moment
        assert tx.local_now.date() == day


def test_connections_that_died_together_are_replaced_together(settings: Settings, backend: str, postgres: Engine) -> None:
    if backend == "sqlite":
        pytest.skip("SQLite has no server whose connections could die")
    db = Database(settings.database_url, settings.zone, 4)
    statement = Prepared(select(User.id))
    with ExitStack() as stack:
        units = [stack.enter_context(db.read()) for _ in range(4)]
        assert [tx.scalar(statement) for tx in units] == [1] * 4
    kill = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with postgres.connect() as connection:
        connection.execute(kill, {"name": make_url(settings.database_url).database})
    with pytest.raises(OperationalError), db.read() as tx:
        tx.scalar(statement)
    with ExitStack() as stack:
        units = [stack.enter_context(db.read()) for _ in range(4)]
        assert [tx.scalar(statement) for tx in units] == [1] * 4
    db.close()


def test_a_prepared_update_answers_what_it_returns_as_a_select_would(db: Database) -> None:
    new = update(User).where(User.id == bindparam("user_id")).values(phone="+998901234567")
    changing = Prepared(new.returning(User.id, User.created_at))
    with db.write() as tx:
        user_id, created_at = tx.first(changing, {"user_id": 1})
        assert tx.first(changing, {"user_id": 987654}) is None
    with db.read() as tx:
        assert [tuple(row) for row in tx.all(select(User.id, User.created_at, User.phone))] == [(user_id, created_at, "+998901234567")]


PHONE = select(User.phone).where(User.id == 1)


def test_each_read_sees_what_was_written_before_it(db: Database) -> None:
    """Though the connections of reads are kept, and whatever a read ran or ended with."""
    reads = [lambda tx: tx.scalar(PHONE), lambda tx: tx.scalar(Prepared(PHONE)), lambda tx: tx.scalar(text("SELECT nothing"))]
    for number, read in enumerate(reads * 2):
        with db.write() as tx:
            tx.execute(update(User).where(User.id == 1).values(phone=f"+{number}"))
        with suppress(OperationalError, ProgrammingError), db.read() as tx:
            assert read(tx) == f"+{number}"
        with suppress(NotFound), db.read() as tx:
            assert tx.scalar(PHONE) == f"+{number}"
            raise NotFound
        assert db.connections_in_use == 0


def test_reads_at_once_have_connections_of_their_own(db: Database) -> None:
    for _ in range(2):
        with ExitStack() as stack:
            units = [stack.enter_context(db.read()) for _ in range(4)]
            assert len({id(tx.connection) for tx in units}) == 4
            assert [tx.scalar(PHONE) for tx in units] == [None] * 4
            assert db.connections_in_use == 4
        assert db.connections_in_use == 0


def test_kept_connections_leave_room_for_all_others(settings: Settings) -> None:
    db = Database(settings.database_url, settings.zone, 2)
    with db.read(), db.read():
        pass
    with db.write() as writing, db.snapshot() as frozen:
        assert [tx.scalar(PHONE) for tx in (writing, frozen)] == [None] * 2
        assert db.connections_in_use == 2
    db.close()
    assert db.connections_in_use == 0


def test_what_sqlite_acknowledged_survives_a_power_cut() -> None:
    """Tests themselves wait for no disk: what they add overrides it."""
    assert connections._SQLITE_PRAGMAS.index("synchronous=FULL") < connections._SQLITE_PRAGMAS.index("synchronous=OFF")
