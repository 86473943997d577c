"""Periods and lengths, whatever the date."""

# ruff: noqa: DTZ001, DTZ901 - Hypothesis adds the zones to naive bounds; calendars need none
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.plans import inputs
from bilim.plans.actions import plans as plan_actions
from bilim.plans.actions import quotas as quota_actions
from bilim.plans.actions import subscriptions as subscription_actions
from bilim.plans.queries import plans, quotas, subscriptions
from bilim.plans.rules import MAX_DAYS, Limits, Quota, end_of, month_of
from guarded import require_guarded, require_named_fields
from kit.repeatable import repeatable

ZONES = [ZoneInfo(name) for name in ("Asia/Tashkent", "Europe/London", "America/New_York", "Pacific/Apia", "UTC")]
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from(ZONES), allow_imaginary=False)
counts = st.builds(Limits, *[st.integers(0, 1000)] * 4)


@given(moments)
@repeatable
def test_a_month_holds_its_moments_and_meets_the_next(moment: datetime) -> None:
    month = month_of(moment)
    assert month.began_at <= moment < month.ends_at
    assert (month.began_at.day, month.ends_at.day, month.ends_at.time()) == (1, 1, month.began_at.time())
    following = month_of(month.ends_at)
    assert following.began_at == month.ends_at
    assert following.key > month.key == f"{moment:%Y-%m}"


@given(moments, st.integers(1, MAX_DAYS))
@repeatable
def test_days_are_days_of_the_calendar(begins: datetime, days: int) -> None:
    ends = end_of(begins, days)
    assert (ends.date() - begins.date()).days == days
    assert ends.time() == begins.time()
    assert ends.astimezone(UTC) > begins.astimezone(UTC)


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        (date(2026, 1, 31), 30, date(2026, 3, 2)),
        (date(2028, 1, 31), 30, date(2028, 3, 1)),
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 365, date(2029, 2, 28)),
        (date(2028, 2, 29), 1461, date(2032, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
)
def test_the_ends_of_months(begins: date, days: int, ends: date) -> None:
    assert end_of(datetime(begins.year, begins.month, begins.day), days).date() == ends


@given(counts, counts)
@repeatable
def test_what_is_left_is_never_below_nothing(limits: Limits, used: Limits) -> None:
    left = limits.less(used)
    for quota in Quota:
        assert left.of(quota) == max(limits.of(quota) - used.of(quota), 0)


def test_the_longest_time_ahead_can_be_stored() -> None:
    assert end_of(datetime(2100, 1, 1), MAX_DAYS) + timedelta(days=MAX_DAYS) < datetime.max


def test_functions_say_who_may_call_them() -> None:
    require_guarded(plan_actions, quota_actions, subscription_actions, plans, quotas, subscriptions)
    require_named_fields(inputs)
