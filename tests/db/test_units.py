"""A unit of work has one moment, which tests can set; days turn at the school's midnight."""

from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, bindparam, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from bilim.accounts.models import User
from bilim.db import connections
from bilim.db.engine import Database
from bilim.db.prepared import Prepared
from bilim.kit import clock
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


def test_what_sqlite_acknowledged_survives_a_power_cut() -> None:
    """Tests themselves wait for no disk: what they add overrides it."""
    assert connections._SQLITE_PRAGMAS.index("synchronous=FULL") < connections._SQLITE_PRAGMAS.index("synchronous=OFF")
