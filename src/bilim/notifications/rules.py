"""Kinds of notifications, their words, quiet hours and digests. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Literal, get_args

from bilim.texts import text

Kind = Literal[
    "new_lesson",
    "homework_assigned",
    "homework_graded",
    "certificate",
    "forum_reply",
    "payment",
    "exam_result",
    "mock_result",
    "test_result",
    "words_due",
    "review_reply",
    "price_drop",
    "course_updated",
    "course_version",
    "course_submitted",
    "course_approved",
    "course_rejected",
    "subscription_ending",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Channel = Literal["off", "instant", "digest"]
Language = Literal["uz", "ru", "en"]
DEFAULT_LANGUAGE: Language = "uz"
_LANGUAGES: dict[str, Language] = {name: name for name in get_args(Language)}
DEFAULT_CHANNEL: Channel = "off"
DEFAULT_DIGEST_HOUR = 19

PUSH_LASTS = timedelta(hours=36)
"""After how long a text is not sent to Telegram any more: longer than any quiet hours, and no news by then."""
DIGEST_LASTS = timedelta(hours=20)
"""After how long a digest is left to the next day's."""
DIGEST_LINES = 20
_LONGEST_LINE = 180
"""So that a digest is well under the 4,096 characters of a Telegram message."""


class _Known(dict[str, Any]):
    """Values by name; one that is not there is left blank, so that no old row can break a list."""

    def __missing__(self, name: str) -> str:
        return ""


def message_of(kind: str, data: Mapping[str, Any], language: str | None) -> str:
    """What a notification says, in a person's language or else in Uzbek.

    >>> message_of("certificate", {"course": "Ingliz tili"}, "en")
    'Your certificate for “Ingliz tili” is ready. Congratulations!'
    """
    return text(f"notification_{kind}", _Known(data), _language(language))


def _language(language: str | None) -> Language:
    return _LANGUAGES.get(language or "", DEFAULT_LANGUAGE)


def digest_of(messages: Sequence[str], total: int, language: str | None) -> str:
    """A digest of some messages, of so many in all.

    >>> digest_of(["Bir", "Ikki"], 3, None).splitlines()
    ['Yangi xabarlar: 3 ta', '• Bir', '• Ikki', '… va yana 1 ta']
    """
    shown = messages[:DIGEST_LINES]
    lines = [text("digest_title", {"count": total}, _language(language)), *(f"• {_shortened(message)}" for message in shown)]
    if total > len(shown):
        lines.append(text("digest_more", {"count": total - len(shown)}, _language(language)))
    return "\n".join(lines)


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST_LINE else message[: _LONGEST_LINE - 1] + "…"


def quiet_end(moment: datetime, start: time, end: time) -> datetime | None:
    """When the quiet hours end in which a moment lies, or None where it lies in none. Hours that end before they begin cross midnight.

    Args:
        moment: on the clock by which the hours are meant.

    >>> at = datetime.fromisoformat
    >>> str(quiet_end(at("2026-11-20T23:30+05:00"), time(22), time(7)))
    '2026-11-21 07:00:00+05:00'
    >>> quiet_end(at("2026-11-20T07:00+05:00"), time(22), time(7))
    """
    clock = moment.time()
    crosses_midnight = end < start
    is_quiet = clock >= start or clock < end if crosses_midnight else start <= clock < end
    if not is_quiet:
        return None
    is_tomorrow = crosses_midnight and clock >= start
    return datetime.combine(moment.date() + timedelta(days=is_tomorrow), end, moment.tzinfo)


def digest_moments(now: datetime, zone: tzinfo | None) -> dict[int, datetime]:
    """The hours of today's clock that have begun, each with its moment."""
    return {hour: datetime.combine(now.date(), time(hour), zone) for hour in range(now.hour + 1)}


_DAYS = 10**7
"""More than any day's number."""


def subject_of_day(course_id: int, day: date) -> int:
    """What a course's news of one day are about, as one number: several new lessons of a day are told as one.

    >>> subject_of_day(7, date(1, 1, 2)), subject_of_day(8, date(1, 1, 2))
    (70000002, 80000002)
    """
    return course_id * _DAYS + day.toordinal()


def plain_number(number: float) -> str:
    """A score as people write it: at most one decimal, none where it is whole.

    >>> plain_number(80.0), plain_number(66.6667)
    ('80', '66.7')
    """
    return f"{round(number, 1):g}"
