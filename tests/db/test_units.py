"""A unit of work has one moment, which tests can set; days turn at the school's midnight."""

from datetime import UTC, date, datetime

import pytest

from bilim.db.engine import Database
from bilim.kit import clock


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
