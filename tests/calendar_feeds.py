"""Calendars for tests: subscribed to, read as a program reads them, and taken apart."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from httpx import Response
from icalendar import Calendar, Event

from world import Person, World

TOKEN = "/api/v1/calendar/token"
CALENDAR = "/api/v1/calendar/"


def subscribe(person: Person) -> str:
    """A fresh address of somebody's calendar, from the server's root."""
    made = person.post(TOKEN)
    assert made.status_code == 201, made.text
    return made.json()["path"]


def fetch(world: World, path: str) -> Response:
    """What somebody without a session is answered."""
    answer = world.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer


def events_of(document: bytes) -> list[Event]:
    """The events of a document, in its order."""
    return list(Calendar.from_ical(document).walk("VEVENT"))


def events(world: World, path: str) -> list[Event]:
    """The events at an address."""
    return events_of(fetch(world, path).content)


def summaries(world: World, path: str) -> list[str]:
    """What the events at an address are called."""
    return [str(event["summary"]) for event in events(world, path)]


def occurrences(event: Event, count: int) -> list[datetime | date]:
    """The first times at which an event is, as a program expands them: with their zone, or days."""
    start = event.decoded("dtstart")
    if "rrule" not in event:
        return [start]
    return list(_expanded(event, start, count))


def _expanded(event: Event, start: Any, count: int) -> Iterator[Any]:
    """By a library that knows only moments."""
    is_day = not isinstance(start, datetime)
    first = datetime.combine(start, datetime.min.time()) if is_day else start
    for moment in islice(rrulestr(event["rrule"].to_ical().decode(), dtstart=first), count):
        yield moment.date() if is_day else moment
