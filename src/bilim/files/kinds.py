"""Which files may be uploaded, by the extension of their name and the bytes they begin with."""

from codecs import getincrementaldecoder
from pathlib import PurePosixPath
from typing import Annotated

from msgspec import Struct

from bilim.kit.errors import Problem
from bilim.kit.inputs import Rule

MAX_FILE_BYTES = 300 * 1024 * 1024
"""CONTRACT section 5."""
HEAD = 32
"""How many first bytes tell a file's kind."""

_RIFF, _ZIP, _OLE = (0, b"RIFF"), (0, b"PK\x03\x04"), (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

_SIGNATURES: dict[str, tuple[tuple[tuple[int, bytes], ...], ...]] = {
    ".pdf": (((0, b"%PDF-"),),),
    ".png": (((0, b"\x89PNG\r\n\x1a\n"),),),
    ".jpg": (((0, b"\xff\xd8\xff"),),),
    ".jpeg": (((0, b"\xff\xd8\xff"),),),
    ".webp": ((_RIFF, (8, b"WEBP")),),
    ".gif": (((0, b"GIF8"),),),
    ".wav": ((_RIFF, (8, b"WAVE")),),
    ".mp3": (((0, b"ID3"),), *(((0, bytes((0xFF, second))),) for second in (0xFB, 0xFA, 0xF3, 0xF2))),
    ".mp4": (((4, b"ftyp"),),),
    ".m4a": (((4, b"ftyp"),),),
    ".webm": (((0, b"\x1a\x45\xdf\xa3"),),),
    ".ogg": (((0, b"OggS"),),),
    ".rtf": (((0, b"{\\rtf"),),),
    **dict.fromkeys((".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp", ".zip"), ((_ZIP,),)),
    **dict.fromkeys((".doc", ".ppt", ".xls"), ((_OLE,),)),
}
"""By extension: alternatives of what a file of the kind begins with, each as pairs of offset and bytes."""
_RECORDINGS = (".mp3", ".m4a", ".ogg", ".wav")
"""Extensions of audio that every browser plays."""
_SPOKEN = (*_RECORDINGS, ".webm", ".mp4")
"""Extensions of audio that browsers play, or record themselves."""
_TEXTS = (".txt", ".csv", ".md")
"""Extensions of plain text in UTF-8."""


class StagedFile(Struct, frozen=True):
    """An uploaded file in the store that nothing claims yet."""

    name: str
    """Its name in the store."""
    filename: str
    """The client's name for it; used only to tell its kind."""
    size: int
    head: bytes
    """The first bytes."""


def suffix(filename: str) -> str:
    """The extension of a client's file name, in lower case.

    >>> suffix("Mashq 1.PDF")
    '.pdf'
    """
    return PurePosixPath(filename.replace("\\", "/")).suffix.lower()


def file_problem(file: StagedFile) -> Problem | None:
    """What is wrong with an uploaded file: empty, too large, of a kind that is not allowed, or other than its name says."""
    return image_problem(file) or (None if _matches(suffix(file.filename), file.head) else Problem("wrong_file_kind"))


def image_problem(file: StagedFile) -> Problem | None:
    """What is wrong with an upload that should be an image, as far as its size tells; its content is judged when it is drawn."""
    return Problem("file_empty") if file.size == 0 else Problem("file_too_large") if file.size > MAX_FILE_BYTES else None


def pdf_problem(file: StagedFile) -> Problem | None:
    """What is wrong with an uploaded file that should be a PDF."""
    return file_problem(file) or (None if suffix(file.filename) == ".pdf" else Problem("no_pdf"))


def audio_problem(file: StagedFile) -> Problem | None:
    """What is wrong with an uploaded file that should be a recording."""
    return file_problem(file) or (None if suffix(file.filename) in _RECORDINGS else Problem("no_audio"))


def speech_problem(file: StagedFile) -> Problem | None:
    """What is wrong with an uploaded file that should be somebody's speech, as their browser or telephone recorded it."""
    return file_problem(file) or (None if suffix(file.filename) in _SPOKEN else Problem("no_speech"))


def documents_problem(files: list[StagedFile]) -> Problem | None:
    """What is wrong with the first wrong one of several uploaded files."""
    return next((problem for file in files if (problem := file_problem(file))), None)


def _matches(ending: str, head: bytes) -> bool:
    if ending in _TEXTS:
        return _is_text(head)
    return any(all(head[place : place + len(mark)] == mark for place, mark in marks) for marks in _SIGNATURES.get(ending, ()))


def _is_text(head: bytes) -> bool:
    """Whether bytes may begin a text in UTF-8; the last character may be cut."""
    try:
        return "\0" not in getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False


Document = Annotated[StagedFile, Rule(file_problem)]
"""A file of one of the allowed kinds, in an input."""
Pdf = Annotated[StagedFile, Rule(pdf_problem)]
"""A PDF, in an input."""
Audio = Annotated[StagedFile, Rule(audio_problem)]
"""A recording, in an input."""
Speech = Annotated[StagedFile, Rule(speech_problem)]
"""A recording of somebody's speech, in an input."""
Picture = Annotated[StagedFile, Rule(image_problem)]
"""An image, in an input."""
