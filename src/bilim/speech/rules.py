"""Bounds of speech. No I/O."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from bilim.files.kinds import StagedFile
from bilim.files.store import Found
from bilim.kit.errors import Problem
from bilim.kit.text import fold
from bilim.limits.rules import Limit

FOLDER = "tts"
"""Of spoken texts under the uploads; public, as the documents show its addresses."""
MAX_CHARS = 5_000
"""Of one text: some six minutes, and what a free account has a month."""
MAX_LANGUAGE = 35
"""The longest tag that the standard of language tags asks anybody to take (RFC 5646, section 4.4.1)."""
DEFAULT_LANGUAGE = "uz"
SPEAKING = Limit("tts", 60, timedelta(minutes=1))
"""CONTRACT section 8: 60 a minute and user."""


def unspeakable(text: str) -> str | None:
    """The problem of a text without a letter or a digit, such as one of emoji."""
    return None if any(char.isalnum() for char in text) else "nothing_to_say"


def to_sweep(found: Iterable[Found], now: datetime, keep: timedelta, most_bytes: int) -> list[str]:
    """The names of spoken texts to delete: those that are too old, and the oldest of the rest until they fit."""
    newest_first = sorted(found, key=lambda file: (file.written_at, file.name), reverse=True)
    doomed: list[str] = []
    size = 0
    for file in newest_first:
        size += file.size
        if now - file.written_at > keep or size > most_bytes:
            doomed.append(file.name)
    return doomed


_WORDS = re.compile(r"\w+(?:['’ʻʼ‘]\w+)*")
MAX_TEXT = 1_000
"""Characters of a text that is read to be judged: a minute's reading."""
MAX_RECORDING_BYTES = 25 * 1024 * 1024
TRANSCRIBING = Limit("stt", 60, timedelta(minutes=1))
"""CONTRACT section 8: 60 a minute and user."""
CONTRASTS = (
    "w-v", "th-s", "th-t", "dh-z", "dh-d", "ship-sheep", "man-men", "full-fool", "cut-cat", "ng-n", "final-voicing",
)  # fmt: skip
"""Sounds that can be listened for, as the engine knows them."""


def recording_problem(file: StagedFile) -> Problem | None:
    """What is wrong with an uploaded recording before it is decoded."""
    if file.size == 0:
        return Problem("file_empty")
    if file.size > MAX_RECORDING_BYTES:
        return Problem("recording_too_large", {"mebibytes": MAX_RECORDING_BYTES // (1024 * 1024)})
    return None


def contrasts_problem(names: list[str]) -> Problem | None:
    """The first unknown name of a sound, or one that stands twice."""
    for place, name in enumerate(names):
        if name not in CONTRASTS or name in names[:place]:
            return Problem("bad_contrast", {"contrast": name, "known": ", ".join(CONTRASTS)})
    return None


def expected_text(assignment: object) -> str:
    """What an oral assignment says is to be read: the text itself, or the one in an object of the author's front end; "" for none.

    >>> expected_text({"reference_text": "Good morning!"}), expected_text({"topic": "family"})
    ('Good morning!', '')
    """
    if isinstance(assignment, dict):
        found = [assignment[name] for name in ("text", "reference_text", "expected_text", "phrase") if name in assignment]
        assignment = found[0] if found else ""
    return assignment.strip()[:MAX_TEXT] if isinstance(assignment, str) else ""


def share_said(expected: str, heard: str) -> float:
    """How much of a text was heard, in per cent of its words, in their order.

    >>> share_said("Bugun havo juda yaxshi.", "bugun havo yaxshi")
    75.0
    """
    wanted, said = _WORDS.findall(fold(expected)), _WORDS.findall(fold(heard))
    found = SequenceMatcher(None, wanted, said, autojunk=False).get_matching_blocks()
    return 100 * sum(block.size for block in found) / len(wanted) if wanted else 0.0


def points_of(score: float, most: int) -> int:
    """A score of 0 to 100 as points of homework.

    >>> points_of(87.5, 20)
    18
    """
    return int(score * most / 100 + 0.5)


def of_tenths(tenths: Any) -> float:
    """A number that is stored in tenths, or a mean of such, with one decimal.

    >>> of_tenths(875)
    87.5
    """
    return round(float(tenths) / 10, 1)
