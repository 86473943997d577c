"""Entries as iCalendar: read back by the library as they were written, by any zone, with any text."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from msgspec.structs import replace

from bilim.calendar import rules
from bilim.calendar.documents import document_of
from bilim.calendar.rules import Entry, Feed, Lesson
from calendar_feeds import events_of, occurrences

MADE = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
CHANGED = MADE + timedelta(hours=2, seconds=5, microseconds=999)
ENTRY = Entry(
    uid="homework-1-2@bilim",
    summary="Uy vazifasi: Insho",
    description="Guruh: A1\nTopshirilgan",
    start=datetime(2026, 11, 20, 18, 59, tzinfo=UTC),
    end=None,
    weekdays=(),
    is_busy=False,
    created_at=MADE,
    updated_at=CHANGED,
)
LESSON = replace(
    ENTRY,
    uid="lesson-1-2@bilim",
    start=datetime(2026, 11, 2, 9, 30),  # noqa: DTZ001 - on the school's clock
    end=datetime(2026, 11, 2, 11, 0),  # noqa: DTZ001 - the same
    weekdays=("MO", "WE"),
    is_busy=True,
)


def document(*entries: Entry, zone: str = "Asia/Tashkent", language: rules.Language = "uz") -> bytes:
    return document_of(Feed(language, list(entries)), zone)


def test_a_document_of_nothing_is_whole() -> None:
    calendar = Calendar.from_ical(document())
    assert (calendar["version"], calendar["prodid"], calendar["calscale"]) == ("2.0", "-//bilim//calendar//EN", "GREGORIAN")
    assert calendar["x-wr-calname"] == calendar["name"] == "Darslar va muddatlar"
    assert (calendar["x-wr-timezone"], calendar["x-published-ttl"]) == ("Asia/Tashkent", "PT1H")
    assert calendar.decoded("refresh-interval") == timedelta(hours=1)
    assert "method" not in calendar, "stamps say when rows changed, which a method would forbid"
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    assert Calendar.from_ical(document(language="ru"))["x-wr-calname"] == "Занятия и сроки"


def test_an_event_says_what_its_entry_says() -> None:
    (event,) = events_of(document(ENTRY))
    assert {name: str(event[name]) for name in ("uid", "summary", "description", "transp")} == {
        "uid": "homework-1-2@bilim",
        "summary": "Uy vazifasi: Insho",
        "description": "Guruh: A1\nTopshirilgan",
        "transp": "TRANSPARENT",
    }
    assert event.decoded("dtstart") == ENTRY.start
    changed = CHANGED.replace(microsecond=0)
    assert (event.decoded("created"), event.decoded("dtstamp"), event.decoded("last-modified")) == (MADE, changed, changed)
    assert event["sequence"] == 7205
    assert not {"dtend", "rrule"} & {name.lower() for name in event}
    (bare,) = events_of(document(replace(ENTRY, description="")))
    assert "description" not in bare


def test_a_day_is_a_day_and_takes_no_time() -> None:
    (event,) = events_of(document(replace(ENTRY, start=date(2026, 12, 1))))
    assert event.decoded("dtstart") == date(2026, 12, 1)
    assert b"DTSTART;VALUE=DATE:20261201\r\n" in event.to_ical()


def test_lessons_come_every_week_at_their_hour() -> None:
    (event,) = events_of(document(LESSON))
    zone = ZoneInfo("Asia/Tashkent")
    assert b"DTSTART;TZID=Asia/Tashkent:20261102T093000\r\n" in event.to_ical()
    assert occurrences(event, 3) == [datetime(2026, 11, day, 9, 30, tzinfo=zone) for day in (2, 4, 9)]
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=90)
    assert event["transp"] == "OPAQUE"


@pytest.mark.parametrize("zone", ["Asia/Tashkent", "Europe/Berlin", "America/New_York"])
def test_a_document_describes_its_zone_as_the_clock_goes(zone: str) -> None:
    """A program may know a zone by this description alone: lessons stay at their hour when the clocks change."""
    calendar = Calendar.from_ical(document(LESSON, zone=zone))
    (described,) = calendar.walk("VTIMEZONE")
    assert described["tzid"] == zone
    assert min(part["dtstart"].dt for part in described.subcomponents) == datetime(2000, 1, 1)  # noqa: DTZ001 - before every lesson
    clock, real = described.to_tz(lookup_tzid=False), ZoneInfo(zone)
    for month in range(1, 13):
        noon = datetime(2027, month, 28, 12)  # noqa: DTZ001 - a zone is given next
        assert noon.replace(tzinfo=clock).utcoffset() == noon.replace(tzinfo=real).utcoffset()


def test_one_process_may_write_for_two_zones() -> None:
    (tashkent,), (berlin,) = (events_of(document(LESSON, zone=zone)) for zone in ("Asia/Tashkent", "Europe/Berlin"))
    assert tashkent.decoded("dtstart").astimezone(UTC) < berlin.decoded("dtstart").astimezone(UTC)


def test_the_same_entries_make_the_same_bytes_in_their_order() -> None:
    assert document(ENTRY, LESSON) == document(replace(ENTRY), replace(LESSON)) != document(LESSON, ENTRY)
    assert document(ENTRY) != document(replace(ENTRY, summary="Uy vazifasi: Diktant"))


NASTY = [
    "Insho\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x",
    'A; B, "C" \\ \\n D:E',
    "x" * 200 + "ʻ" * 100,
    "BEGIN:VALARM\nTRIGGER:-PT1M",
    "\x0bEND:VCALENDAR\x85\u2028X-EVIL:1\u2029\x00",
]


@pytest.mark.parametrize("title", NASTY)
def test_what_people_type_stays_text(title: str) -> None:
    check_text(title)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_stays_text(title: str) -> None:
    check_text(title)


def check_text(typed: str) -> None:
    """A group and a subject of this name are written as one event, whose lines are its own and whose texts come back."""
    lesson = Lesson(1, typed, typed, "Mon", None, None, MADE, MADE, MADE)
    entry = rules.lesson_entry(lesson, "en")
    written = document(entry, ENTRY)
    first, second = events_of(written)
    assert (str(first["summary"]), str(first["description"])) == (entry.summary, entry.description)
    assert second["uid"] == ENTRY.uid
    lines = written.replace(b"\r\n ", b"").split(b"\r\n")
    assert len(lines) == len(document(replace(entry, summary="x"), ENTRY).replace(b"\r\n ", b"").split(b"\r\n"))
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert not [line for line in written.decode().splitlines() if line.startswith(("X-EVIL", "TRIGGER"))]
    kept = entry.summary.removeprefix("Lesson: ")
    assert kept.split() == kept.split(" ") or kept == ""
    assert [c for c in typed if c.isprintable() and not c.isspace()] == [c for c in kept if c.isprintable() and not c.isspace()]
