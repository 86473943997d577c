"""A calendar as an iCalendar document (RFC 5545), by the library `icalendar`: it escapes texts and folds lines.

The same entries make the same bytes, whenever they are written: an event is stamped with the moment at which its row last changed, which
RFC 5545 (section 3.8.7.2) asks for in a document without a METHOD.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bilim.calendar.rules import Entry, Feed
from bilim.notifications.rules import Language
from bilim.texts import text

REFRESH = timedelta(hours=1)
"""How often programs are asked to look again."""

_END = b"END:VCALENDAR\r\n"
_FIRST_DAY = date(2000, 1, 1)
"""From when the zone's offsets are described; no lesson is earlier."""
_REMEMBERED = 8192
"""Events in memory, with their entries a kilobyte or two each. Writing one takes the library the better part of a millisecond, and the same
ones are asked for by every device of everybody in a group, again and again."""


def document_of(feed: Feed, zone: str) -> bytes:
    """The document of a calendar.

    Args:
        zone: the school's time zone, such as `Asia/Tashkent`.
    """
    return b"".join([_beginning(feed.language, zone), *(_event(entry, zone) for entry in feed.entries), _END])


# The library takes longer to import than the rest of a route's modules together: whoever reads no calendar need not wait for it.


@lru_cache(maxsize=64)
def _beginning(language: Language, zone: str) -> bytes:
    """All that stands before the events."""
    from icalendar import Calendar, Timezone

    calendar = Calendar()
    calendar.add("prodid", "-//bilim//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    name = text("calendar_name", {}, language)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(Timezone.from_tzid(zone, first_date=_FIRST_DAY))
    return calendar.to_ical().removesuffix(_END)


@lru_cache(maxsize=_REMEMBERED)
def _event(entry: Entry, zone: str) -> bytes:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("summary", entry.summary)
    if entry.description:
        event.add("description", entry.description)
    event.add("dtstart", _in_zone(entry.start, zone))
    if entry.end:
        event.add("dtend", _in_zone(entry.end, zone))
    if entry.weekdays:
        event.add("rrule", {"freq": "weekly", "byday": entry.weekdays})
    event.add("transp", "OPAQUE" if entry.is_busy else "TRANSPARENT")
    event.add("created", entry.created_at.astimezone(UTC))
    event.add("dtstamp", entry.updated_at.astimezone(UTC))
    event.add("last-modified", entry.updated_at.astimezone(UTC))
    event.add("sequence", (entry.updated_at - entry.created_at) // timedelta(seconds=1))
    return event.to_ical()


def _in_zone(moment: datetime | date, zone: str) -> datetime | date:
    """A moment with its zone; a day has none."""
    return moment.replace(tzinfo=ZoneInfo(zone)) if isinstance(moment, datetime) and moment.tzinfo is None else moment
