"""When a group has a lesson. No I/O."""

from datetime import datetime, time

from bilim.groups.rules import DAYS
from bilim.kit.errors import Problem


def no_lesson_now(days: str | None, start: time | None, end: time | None, now: datetime) -> Problem | None:
    """Why there is no lesson at a moment of the school's clock, or None where there is one.

    Both ends count. A group without days meets on any, one without both times at any hour (document 002, section 8; CONTRACT section 8).
    """
    if days and DAYS[now.weekday()] not in days.split(","):
        return Problem("no_lesson_today", {"days": days})
    if start and end and not start <= now.time().replace(microsecond=0) <= end:
        return Problem("no_lesson_now", {"start": start, "end": end})
    return None
