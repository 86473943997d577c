"""One clock, which tests can set; days turn at the school's midnight."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit import clock
from kit.repeatable import repeatable

TASHKENT = ZoneInfo("Asia/Tashkent")


def test_now_says_which_moment_it_is() -> None:
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 18, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 19, 0, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 12, 31, 19, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_turns_at_midnight_in_tashkent(monkeypatch: pytest.MonkeyPatch, moment: datetime, day: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert clock.today(TASHKENT) == day


@repeatable
@given(st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - bounds
def test_today_is_the_date_on_a_clock_there(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: moment)
        assert clock.today(zone) == (moment.replace(tzinfo=None) + timedelta(minutes=minutes)).date()
