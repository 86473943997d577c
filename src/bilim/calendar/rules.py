"""What stands in a calendar: lessons, deadlines, exams and sittings as entries in a person's language. No I/O.

A calendar's address is given to services outside the school. So entries say what is when, and neither marks nor what is to be done.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from msgspec import Struct

from bilim.groups.rules import DAYS
from bilim.kit.text import tidy
from bilim.limits.rules import Limit
from bilim.notifications.rules import DEFAULT_LANGUAGE, Language
from bilim.texts import text

WRONG_TOKENS = Limit("calendar-token", 60, timedelta(minutes=10))
"""Unknown addresses asked for from one network. Calendars that were revoked are asked for a while yet, by everybody's devices."""

PAST = timedelta(days=90)
FUTURE = timedelta(days=366)
"""How far a calendar reaches from today; lessons have no end."""
MOST_LESSONS, MOST_HOMEWORK, MOST_EXAMS, MOST_SITTINGS = 100, 500, 200, 100
"""Entries of each kind, sittings of mock tests and of tests each: a calendar has 1,000 at most. The latest stay."""

_LONGEST_NAME = 80
TEXT_READ = 4 * _LONGEST_NAME
"""So much of a homework's text is read for its name: enough, however many spaces are between its words."""


class Lesson(Struct):
    """A group's weekly lessons, for somebody who is there since a moment. `days`, `start` and `end` are on the school's clock."""

    id: int
    group: str
    subject: str
    days: str
    start: time | None
    end: time | None
    since: datetime
    created_at: datetime
    updated_at: datetime


class Deadline(Struct):
    """Homework that is due. `status` is the viewer's, None where they did nothing yet; `is_author` says that they set it themselves."""

    id: int
    title: str | None
    text: str | None
    group: str | None
    course: str | None
    due_date: datetime
    status: str | None
    is_author: bool
    created_at: datetime
    updated_at: datetime
    status_at: datetime | None
    """When the status last changed."""


class ExamDay(Struct):
    """An exam on its day. `minutes` is 0 where it has no limit."""

    id: int
    title: str
    subject: str
    day: date
    minutes: int
    created_at: datetime
    updated_at: datetime


class Sitting(Struct):
    """A test that somebody began and whose time runs or ran."""

    id: int
    title: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None


class Entry(Struct, frozen=True):
    """One event of a calendar, once or every week."""

    uid: str
    summary: str
    description: str
    start: datetime | date
    """A moment in UTC, a naive one on the school's clock, or a whole day."""
    end: datetime | None
    """None: the day, or only the moment itself."""
    weekdays: tuple[str, ...]
    """`MO`, `WE`: on which days of every week it is from `start` on; empty for once."""
    is_busy: bool
    """Whether it takes its person's time."""
    created_at: datetime
    updated_at: datetime


class Feed(Struct):
    """Somebody's calendar, in their language."""

    language: Language
    entries: list[Entry]


def language_of(chosen: str | None) -> Language:
    """The language of somebody's calendar: the one in which they are notified.

    >>> language_of("ru"), language_of(None)
    ('ru', 'uz')
    """
    return chosen or DEFAULT_LANGUAGE  # type: ignore[return-value] - the table refuses all others


def lesson_entry(lesson: Lesson, language: Language) -> Entry:
    """A group's lessons as one weekly event without an end. Without an hour it is an event of whole days."""
    weekdays = [DAYS.index(day) for day in lesson.days.split(",")]
    first = first_lesson(lesson.since.date(), weekdays)
    start = datetime.combine(first, lesson.start) if lesson.start else first
    return Entry(
        uid=_uid("lesson", lesson.id, lesson.created_at),
        summary=_said("calendar_lesson", language, group=lesson.group),
        description=_said("calendar_subject", language, subject=lesson.subject),
        start=start,
        end=datetime.combine(first, lesson.end) if lesson.start and lesson.end else None,
        weekdays=tuple(DAYS[weekday][:2].upper() for weekday in sorted(weekdays)),
        is_busy=lesson.start is not None,
        created_at=lesson.created_at,
        updated_at=max(lesson.updated_at, lesson.since),
    )


def first_lesson(since: date, weekdays: Sequence[int]) -> date:
    """The first day from a day on that is one of some weekdays, 0 for Monday.

    >>> str(first_lesson(date(2026, 11, 20), [0, 2]))
    '2026-11-23'
    """
    return since + timedelta(days=min((weekday - since.weekday()) % len(DAYS) for weekday in weekdays))


def deadline_entry(deadline: Deadline, language: Language) -> Entry:
    """The moment at which homework is due, and how it stands with its student; its author has nothing to hand in."""
    title = deadline.title or _beginning(deadline.text or deadline.group or "")
    lines: list[str] = []
    if deadline.group is not None:
        lines.append(_said("calendar_group", language, group=deadline.group))
    if deadline.course is not None:
        lines.append(_said("calendar_course", language, course=deadline.course))
    if deadline.status or not deadline.is_author:
        lines.append(_said(f"calendar_{deadline.status or 'assigned'}", language))
    return Entry(
        uid=_uid("homework", deadline.id, deadline.created_at),
        summary=_said("calendar_homework", language, title=title),
        description="\n".join(lines),
        start=deadline.due_date.astimezone(UTC),
        end=None,
        weekdays=(),
        is_busy=False,
        created_at=deadline.created_at,
        updated_at=max(deadline.updated_at, deadline.status_at or deadline.updated_at),
    )


def exam_entry(exam: ExamDay, language: Language) -> Entry:
    """An exam as an event of its whole day: at what hour it is, the school says elsewhere."""
    lines = [_said("calendar_subject", language, subject=exam.subject)]
    if exam.minutes:
        lines.append(_said("calendar_minutes", language, minutes=exam.minutes))
    return Entry(
        uid=_uid("exam", exam.id, exam.created_at),
        summary=_said("calendar_exam", language, title=exam.title),
        description="\n".join(lines),
        start=exam.day,
        end=None,
        weekdays=(),
        is_busy=False,
        created_at=exam.created_at,
        updated_at=exam.updated_at,
    )


def sitting_entry(sitting: Sitting, kind: Literal["mock", "test"], language: Language) -> Entry:
    """A test from its beginning until it was handed in, or until its time is up."""
    return Entry(
        uid=_uid(kind, sitting.id, sitting.started_at),
        summary=_said(f"calendar_{kind}", language, title=sitting.title),
        description="",
        start=sitting.started_at.astimezone(UTC),
        end=(sitting.ended_at or sitting.ends_at).astimezone(UTC),
        weekdays=(),
        is_busy=True,
        created_at=sitting.started_at,
        updated_at=sitting.ended_at or sitting.started_at,
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _uid(kind: str, row_id: int, created_at: datetime) -> str:
    """The same in every feed and for ever: also where the school's address changes or a backup is restored elsewhere.

    The moment of creation tells apart the rows of two schools with the same number.
    """
    return f"{kind}-{row_id}-{(created_at - _EPOCH) // timedelta(microseconds=1)}@bilim"


def _said(code: str, language: Language, **params: Any) -> str:
    """A text with values that people typed, each made one line of characters that a calendar may hold."""
    return text(code, {name: _line(value) if isinstance(value, str) else value for name, value in params.items()}, language)


def _line(typed: str) -> str:
    r"""One line without control characters: programs that read calendars take some of them for ends of lines.

    >>> _line("Insho\r\nBEGIN:VEVENT\x85END\x07")
    'Insho BEGIN:VEVENT END'
    """
    return tidy(_CONTROLS.sub("", typed))


_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Those that are no white space, and halves of characters."""


def _beginning(text: str) -> str:
    """The first words of a text that is too long for a title.

    >>> _beginning("Mashq bajaring"), _beginning("mashq " * 20)[-13:], len(_beginning("a" * 99))
    ('Mashq bajaring', ' mashq mashq…', 80)
    """
    line = tidy(text)
    if len(line) <= _LONGEST_NAME:
        return line
    return (line[:_LONGEST_NAME].rpartition(" ")[0] or line[: _LONGEST_NAME - 1]) + "…"
