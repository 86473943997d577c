"""Bounds of speech. No I/O."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bilim.files.store import Found
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
