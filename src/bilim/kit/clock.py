"""The one place that asks what time it is, so that tests can set the clock."""

from datetime import UTC, date, datetime, tzinfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: tzinfo) -> date:
    """The present date where the school is: days turn at that place's midnight."""
    return now().astimezone(zone).date()
