"""The floor's calendar: of a student with a group, deadlines and exams, written by hand."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from bench.floor import calendars_sql as sql
from bench.floor.drivers import local
from bench.floor.unit import db, dialect

PATH = "/api/v1/calendar/"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEGINNING = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//bilim//calendar//EN
CALSCALE:GREGORIAN
NAME:Darslar va muddatlar
X-WR-CALNAME:Darslar va muddatlar
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
X-WR-TIMEZONE:Asia/Tashkent
BEGIN:VTIMEZONE
TZID:Asia/Tashkent
COMMENT:This timezone only works from 2000-01-01 to 2038-01-01.
BEGIN:STANDARD
DTSTART:20000101T000000
TZNAME:+05
TZOFFSETFROM:+0500
TZOFFSETTO:+0500
END:STANDARD
END:VTIMEZONE
"""


def read_calendar(scope: Any) -> tuple[bytes, bytes]:
    """GET /api/v1/calendar/{secret}.ics; the document and its tag."""
    db.begin(writes=False)
    digest = sha256(scope["path"].removeprefix(PATH).removesuffix(".ics").encode()).hexdigest()
    viewer_id, role, language = db.execute(dialect(sql.SUBSCRIBER), {"digest": digest}).fetchone()
    assert (role, language) == ("student", None)
    first = local(datetime.now(UTC)).date() - timedelta(days=90)
    end = first + timedelta(days=90 + 366)
    since, until = (db.bound(_midnight(day)) for day in (first, end))
    asked = {"viewer_id": viewer_id, "since": since, "until": until, "first_day": _bound(first), "end_day": _bound(end)}
    lines = [_BEGINNING]
    lines += [_lesson(row) for row in db.execute(dialect(sql.LESSONS), asked).fetchall()]
    lines += [_deadline(row) for row in db.execute(dialect(sql.DEADLINES), asked).fetchall()]
    lines += [_exam(row) for row in db.execute(dialect(sql.EXAMS), asked).fetchall()]
    lines += [_sitting("mock", "Mock test", row) for row in db.execute(dialect(sql.MOCK_SITTINGS), asked).fetchall()]
    lines += [_sitting("test", "Test", row) for row in db.execute(dialect(sql.TEST_SITTINGS), asked).fetchall()]
    db.commit()
    document = ("".join(lines) + "END:VCALENDAR\n").replace("\n", "\r\n").encode()
    return document, f'"{sha256(document).hexdigest()[:32]}"'.encode()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, local(_EPOCH).tzinfo).astimezone(UTC)


def _bound(day: date) -> Any:
    return day.isoformat() if db.sqlite else day


def _lesson(row: Any) -> str:
    id_, group, subject, days, start, _, joined, created, updated = row
    assert start is None
    made, since = db.shown(created), db.shown(joined)
    weekdays = sorted(_DAYS.index(day) for day in days.split(","))
    first = since.date() + timedelta(days=min((weekday - since.weekday()) % 7 for weekday in weekdays))
    rule = f"RRULE:FREQ=WEEKLY;BYDAY={','.join(_DAYS[weekday][:2].upper() for weekday in weekdays)}\n"
    day = f"DTSTART;VALUE=DATE:{first:%Y%m%d}\n"
    return _event(_uid("lesson", id_, made), f"Dars: {group}", f"Fan: {subject}", day, made, max(db.shown(updated), since), rule)


def _deadline(row: Any) -> str:
    id_, title, text, group, course, due, status, _, created, updated, _ = row
    assert (title, course, status) == (None, None, None)
    made, name = db.shown(created), text if len(text) <= 80 else text[:80].rpartition(" ")[0] + "…"
    start = f"DTSTART:{db.shown(due).astimezone(UTC):%Y%m%dT%H%M%SZ}\n"
    told = f"Guruh: {group}\\nHali topshirilmagan"
    return _event(_uid("homework", id_, made), f"Uy vazifasi: {name}", told, start, made, db.shown(updated))


def _exam(row: Any) -> str:
    id_, title, subject, day, minutes, created, updated = row
    made, start = db.shown(created), f"DTSTART;VALUE=DATE:{db.date(day):%Y%m%d}\n"
    told = f"Fan: {subject}\\nVaqti: {minutes} daqiqa"
    return _event(_uid("exam", id_, made), f"Imtihon: {title}", told, start, made, db.shown(updated))


def _sitting(kind: str, called: str, row: Any) -> str:
    id_, title, started, ends, ended = row
    made, end = db.shown(started), db.shown(ended or ends)
    times = f"DTSTART:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}\nDTEND:{end.astimezone(UTC):%Y%m%dT%H%M%SZ}\n"
    changed = end if ended else made
    return _event(_uid(kind, id_, made), f"{called}: {title}", "", times, made, changed).replace("TRANSPARENT", "OPAQUE")


def _uid(kind: str, id_: int, made: datetime) -> str:
    return f"{kind}-{id_}-{(made - _EPOCH) // timedelta(microseconds=1)}@bilim"


def _event(uid: str, summary: str, description: str, start: str, made: datetime, changed: datetime, rule: str = "") -> str:
    """One event; its texts hold nothing that has to be escaped but the end of a line."""
    told = _folded(f"DESCRIPTION:{description}") if description else ""
    stamp, sequence = f"{changed.astimezone(UTC):%Y%m%dT%H%M%SZ}", (changed - made) // timedelta(seconds=1)
    return (
        f"BEGIN:VEVENT\n{_folded(f'SUMMARY:{summary}')}{start}DTSTAMP:{stamp}\nUID:{uid}\nSEQUENCE:{sequence}\n{rule}"
        f"CREATED:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}\n{told}LAST-MODIFIED:{stamp}\n"
        "TRANSP:TRANSPARENT\nEND:VEVENT\n"
    )


def _folded(line: str) -> str:
    """A line in pieces of 75 bytes at most, as RFC 5545 folds them."""
    pieces, size = [""], 0
    for character in line:
        length = len(character.encode())
        if size + length > 74:
            pieces.append(" ")
            size = 0
        pieces[-1] += character
        size += length
    return "\n".join(pieces) + "\n"
