"""Uploaded files: checked by their content, stored under names of our own, never held in memory."""

import secrets
import shutil
from codecs import getincrementaldecoder
from pathlib import Path
from typing import IO, Any

from litestar.datastructures import UploadFile
from PIL import Image, UnidentifiedImageError

from bilim.kit.errors import Invalid

MAX_FILE_BYTES = 300 * 1024 * 1024
"""CONTRACT section 5."""
UPLOAD_LIMIT = MAX_FILE_BYTES + 1024 * 1024
"""The largest body of a route that takes a file: the file and its fields."""

_MAX_PIXELS = 40_000_000
_THUMBNAIL_SIZE = (1600, 1600)
_IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_HEAD = 32

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
"""What may be uploaded: an ending, and the ways in which a file of that kind may begin, each some bytes by their places."""
_TEXTS = (".txt", ".csv", ".md")
"""Endings of plain text in UTF-8, served as such."""

NOT_AN_IMAGE = "Upload a valid image: PNG, JPEG, WebP or GIF."
TOO_MANY_PIXELS = "This image has too many pixels."
WRONG_KIND = "Files of this kind cannot be uploaded, or the file is not what its name says."
TOO_LARGE = "The file is larger than 300 MiB."
EMPTY = "The submitted file is empty."


def store_image(upload: UploadFile, root: Path, field: str) -> str:
    """Store an image for everyone to see, and return its path from the server's root.

    It is drawn anew, at most 1,600 pixels wide and high: what else the file held (places, scripts, other formats) is gone.

    Raises:
        Invalid: no image of the allowed kinds, or one of over 40 million pixels, which is refused before it is decoded.
    """
    source = _file(upload, field)
    try:
        with Image.open(source, formats=_IMAGE_FORMATS) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise Invalid(None, **{field: TOO_MANY_PIXELS})
            image.thumbnail(_THUMBNAIL_SIZE)
            drawn = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except Image.DecompressionBombError:
        raise Invalid(None, **{field: TOO_MANY_PIXELS}) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Invalid(None, **{field: NOT_AN_IMAGE}) from None
    name = f"public/images/{secrets.token_urlsafe(16)}.webp"
    with _create(root / name) as target:
        drawn.save(target, "WEBP", quality=85)
    return f"/uploads/{name}"


def store_file(upload: UploadFile, root: Path, folder: str, field: str) -> str:
    """Store a file as it is, and return its name under the root. The name it came with says only what kind it is.

    Raises:
        Invalid: a kind that is not allowed, content of another kind, an empty or too large file.
    """
    source = _file(upload, field)
    ending = Path(upload.filename.replace("\\", "/")).suffix.lower()
    head = source.read(_HEAD)
    if not _matches(ending, head):
        raise Invalid(None, **{field: WRONG_KIND})
    source.seek(0)
    name = f"{folder}/{secrets.token_urlsafe(16)}{ending}"
    with _create(root / name) as target:
        shutil.copyfileobj(source, target, 1024 * 1024)
    return name


def delete_file(root: Path, name: str) -> None:
    """Delete a stored file, if it is still there."""
    (root / name).unlink(missing_ok=True)


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


def _file(upload: UploadFile, field: str) -> IO[bytes]:
    """The upload's content, from its beginning.

    Raises:
        Invalid: nothing in it, or too much.
    """
    source: Any = upload.file
    source.seek(0, 2)
    size = source.tell()
    source.seek(0)
    if size == 0:
        raise Invalid(None, **{field: EMPTY})
    if size > MAX_FILE_BYTES:
        raise Invalid(None, **{field: TOO_LARGE})
    return source


def _create(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")
