"""Pure rules of homework."""

from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

import msgspec

HomeworkType = Literal["written", "oral", "quiz", "project"]
Status = Literal["assigned", "submitted", "pending", "graded"]
"""`pending` is a recording that waits to be graded automatically."""

MAX_FILES = 10
"""The most files of one homework, or of one submission."""
_MAX_DETAILS = 20_000
_MAX_DEPTH = 20
_MAX_FILENAME = 255
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def due_problem(due: datetime) -> str | None:
    """What is wrong with a due date: one outside any school's years, whose arithmetic would overflow near the ends of the calendar."""
    return None if _FIRST_YEAR <= due.year < _LAST_YEAR else "bad_due_date"


def details_problem(details: Any) -> str | None:
    """What is wrong with an object that is kept as it is sent: too large, or nested too deeply.

    >>> [details_problem(each) for each in ({"level": 3}, {"a": "b" * 20_000})]
    [None, 'details_too_large']
    """
    is_small = _depth(details) <= _MAX_DEPTH and len(msgspec.json.encode(details)) <= _MAX_DETAILS
    return None if is_small else "details_too_large"


def _depth(data: Any) -> int:
    """How deeply data is nested, found level by level: data may be nested as deeply as the parser allows."""
    level, depth = [data], 0
    while level and depth <= _MAX_DEPTH:
        inside = [list(each.values()) if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list))]
        level = [member for members in inside for member in members]
        depth += 1
    return depth


def in_zone(due: datetime, zone: tzinfo | None) -> datetime:
    """A due date without an offset is meant on the school's clock."""
    return due.replace(tzinfo=zone or UTC) if due.tzinfo is None else due


def is_late(submitted_at: datetime | None, due: datetime | None) -> bool | None:
    """Whether something was handed in after it was due, by the due date as it stands now; None where nothing was handed in."""
    return None if submitted_at is None else due is not None and submitted_at > due


def readable_filename(filename: str) -> str:
    r"""The name that somebody gave a file, without folders and control characters.

    >>> readable_filename("C:\\Users\\Ali\\insho.docx"), readable_filename("../..")
    ('insho.docx', 'file')
    """
    base = filename.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in base if character.isprintable()).strip(" .")
    return kept[-_MAX_FILENAME:] or "file"
