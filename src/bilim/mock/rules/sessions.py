"""The clock of a session: only its total time binds; the plan of its sections is a recommendation."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

SECTIONS = ("listening", "reading", "writing")
"""In the order in which a session goes through them."""
MARKED = ("reading", "listening")
"""The sections that a key marks; writing is read by a teacher."""
TASKS = (1, 2)
"""The tasks of writing."""


class PlannedSection(Struct):
    """When a section should be worked on; `duration` is in minutes."""

    section: str
    starts_at: datetime
    ends_at: datetime
    duration: int


def plan(started_at: datetime, durations: Mapping[str, int]) -> list[PlannedSection]:
    """The sections of a session one after another."""
    planned: list[PlannedSection] = []
    begins = started_at
    for section in SECTIONS:
        ends = begins + timedelta(minutes=durations[section])
        planned.append(PlannedSection(section, begins, ends, durations[section]))
        begins = ends
    return planned


def has_ended(ended_at: datetime | None, ends_at: datetime, now: datetime) -> bool:
    """Whether a session is over: a student ended it, or its time is up, whether or not the clock has closed it already."""
    return ended_at is not None or ends_at <= now


def seconds_left(ended_at: datetime | None, ends_at: datetime, now: datetime) -> int:
    """Whole seconds until a session's time is up; 0 once it is over."""
    return 0 if has_ended(ended_at, ends_at, now) else (ends_at - now) // timedelta(seconds=1)
