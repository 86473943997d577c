"""What may stand in an import, and what kinds of files there are. No I/O."""

import re
from collections.abc import Iterable
from typing import Any, Literal

from bilim.files.kinds import StagedFile, suffix
from bilim.kit.errors import FieldProblems, Problem

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_COURSES, MAX_SECTIONS, MAX_LESSONS, MAX_WORDS = 100, 1_000, 1_000, 10_000
"""The most of each in one import."""
MAX_PROBLEMS = 1_000
"""The most faults of an import that are named."""
MAX_IGNORED = 100
"""The most unknown fields that are named."""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")

Kind = Literal["image", "audio", "video", "document", "text", "archive", "other"]
_KINDS: dict[Kind, tuple[str, ...]] = {
    "image": (".png", ".jpg", ".jpeg", ".webp", ".gif"),
    "audio": (".wav", ".mp3", ".m4a", ".ogg"),
    "video": (".mp4", ".webm"),
    "document": (".pdf", ".rtf", ".doc", ".ppt", ".xls", ".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp"),
    "text": (".txt", ".csv", ".md"),
    "archive": (".zip",),
}
_KIND_OF: dict[str, Kind] = {ending: kind for kind, endings in _KINDS.items() for ending in endings}


def kind_of(name: str) -> Kind:
    """What kind of file a name tells of.

    >>> kind_of("files/a1/x.PDF"), kind_of("public/images/y.webp"), kind_of("files/a1/z")
    ('document', 'image', 'other')
    """
    return _KIND_OF.get(suffix(name), "other")


def import_file_problem(file: StagedFile) -> Problem | None:
    """What is wrong with an uploaded file that should be an import, as far as its size tells; its content is judged when it is read."""
    if file.size > MAX_FILE_BYTES:
        return Problem("import_too_large", {"bound": MAX_FILE_BYTES // 1024 // 1024})
    return Problem("file_empty") if file.size == 0 else None


def key_problem(key: str) -> Problem | None:
    """What is wrong with the key of a course, section or lesson, or None.

    >>> key_problem("english-a1/greetings"), key_problem("two words").code
    (None, 'bad_key')
    """
    return None if _KEY.fullmatch(key) else Problem("bad_key")


def repeated(field: str, values: Iterable[str | None], code: str) -> list[FieldProblems]:
    """For each row, of which one field's value is told, the problem where a row before it has the same; None is never the same.

    >>> [list(each) for each in repeated("key", ["a", "b", "a", None, None], "key_twice")]
    [[], [], ['key'], [], []]
    """
    seen: set[str] = set()
    found: list[FieldProblems] = []
    for value in values:
        found.append({field: [Problem(code)]} if value in seen else {})
        if value is not None:
            seen.add(value)
    return found


def merged(row: FieldProblems, **lists: list[FieldProblems]) -> FieldProblems:
    """The problems of a row and of the lists inside it; lists without problems are left out."""
    return {**row, **{name: problems for name, problems in lists.items() if any(problems)}}


def unknown_fields(data: Any, fields: dict[str, Any], place: str = "") -> list[str]:
    """The places of fields that an import does not know, up to `MAX_IGNORED`: most often a known one misspelt.

    Args:
        data: plain data, already known to fit.
        fields: the known names; of a name that holds a list of objects, in turn the names in these.

    >>> unknown_fields({"title": "T", "words": [{"wrod": "x"}]}, {"title": None, "words": {"word": None}})
    ['words[0].wrod']
    """
    found: list[str] = []
    for name, value in data.items():
        if name not in fields:
            found.append(f"{place}{name[:100]}")
        elif fields[name] and isinstance(value, list):
            for number, item in enumerate(value):
                found += unknown_fields(item, fields[name], f"{place}{name}[{number}].")
                if len(found) >= MAX_IGNORED:
                    break
    return found[:MAX_IGNORED]
