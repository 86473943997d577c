"""Files: uploaded and generated ones, of which some are everyone's and all others need a signed address; and this program's own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.types import ASGIApp
from starlette.responses import FileResponse, Response

from bilim.http.access import PUBLIC
from bilim.http.services import CoreServices, Http
from bilim.kit import clock
from bilim.kit.errors import NotFound

PUBLIC_FOLDERS = ("public", "tts")
"""Folders of the uploads that are everyone's: pictures of courses, and speech that was made of text (CONTRACT section 5)."""
_STATIC = Path(__file__).parents[1] / "static"

_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")
"""Names as the store gives them. Nothing else is looked for on the disk: no `..` in any spelling, nothing hidden, no other letters."""
_RANGE = re.compile(r" ?([0-9]{1,15})-([0-9]{0,15})| ?-[0-9]{1,15}")
_MOST_RANGES = 8

_SHOWN = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
"""Content types of what a browser may show. Everything else, such as HTML and SVG, is saved and never shown as a page of ours."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
_SAVED = {
    ".doc": "application/msword",
    ".ppt": "application/vnd.ms-powerpoint",
    ".xls": "application/vnd.ms-excel",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".zip": "application/zip",
}
"""Content types by which a phone finds the program that opens what it saved."""
_OWN_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
_SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
"""Runs nothing, should a browser show a file as a page. Readers of PDFs do not start in a sandbox, so PDFs have none."""
_FOREVER = "public, max-age=31536000, immutable"
"""A stored file never changes: what replaces it has another name."""
_A_DAY = "public, max-age=86400"


def _own_files() -> dict[str, Path]:
    return {file.relative_to(_STATIC).as_posix(): file for file in _STATIC.rglob("*") if file.suffix in _OWN_TYPES}


_OWN_FILES = _own_files()
"""This program's own files by name. No other name is looked up, so no path leads elsewhere."""


@get(["/uploads/{name:path}", "/media/{name:path}"], opt=PUBLIC, include_in_schema=False)
async def stored_file(request: Http, name: FromPath[str]) -> ASGIApp:
    """A stored file, in ranges where requested. An unsigned, forged or expired address is a 404, which does not reveal what exists."""
    services: CoreServices = request.app.state.services
    name = name.strip("/")
    file = _found(services.settings.uploads, name)
    if file is None:
        raise NotFound
    if name.partition("/")[0] in PUBLIC_FOLDERS:
        caching = _FOREVER
    elif services.signer.allows(request.scope["path"], request.query_params):
        caching = f"private, max-age={_seconds_left(request.query_params)}"
    else:
        raise NotFound
    return _sent(request, file, _SHOWN, caching)


@get("/static/{name:path}", opt=PUBLIC, include_in_schema=False)
async def own_file(request: Http, name: FromPath[str]) -> ASGIApp:
    """A file that belongs to this program, such as an avatar's picture."""
    file = _OWN_FILES.get(name.strip("/"))
    if file is None:
        raise NotFound
    return _sent(request, file, _OWN_TYPES, _A_DAY)


def _found(uploads: Path, name: str) -> Path | None:
    """The stored file of a name; none where the name is no store's, or leads out of its folder by a link."""
    if not _NAME.fullmatch(name):
        return None
    root = uploads.resolve()
    try:
        file = (root / name).resolve()
        return file if file.is_relative_to(root / name.partition("/")[0]) and file.is_file() else None
    except OSError:  # a name that is longer than any file's
        return None


def _seconds_left(query: Mapping[str, str]) -> int:
    """For how long an address that was found to be signed stays so."""
    return max(0, int(query["expires"]) - int(clock.now().timestamp()))


def _sent(request: Http, file: Path, shown: Mapping[str, str], caching: str) -> ASGIApp:
    """The answer with a file, or with the news that the client's copy is good still."""
    headers, suffix = {"cache-control": caching}, file.suffix.lower()
    media_type = shown.get(suffix) or _SAVED.get(suffix, "application/octet-stream")
    if suffix not in shown:
        headers["content-disposition"] = "attachment"
    if media_type != "application/pdf":
        headers["content-security-policy"] = _SANDBOX
    answer = FileResponse(file, headers=headers, media_type=media_type, stat_result=file.stat())
    if answer.headers["etag"] in request.headers.get("if-none-match", ""):
        kept = {name: answer.headers[name] for name in ("etag", "cache-control", "last-modified")}
        return Response(status_code=304, headers=kept)  # type: ignore[return-value]

    async def send_file(scope: Any, receive: Any, send: Any) -> None:
        asked = [(name, value) for name, value in scope["headers"] if name != b"range" or _is_range(value.decode("latin-1"))]
        method = "HEAD" if scope.get("bilim.head") else scope["method"]
        await answer({**scope, "headers": asked, "method": method}, receive, send)

    return send_file


def _is_range(header: str) -> bool:
    """Whether parts of a file are asked for as players and readers of PDFs do. Any other header is ignored, as RFC 9110 allows.

    >>> [_is_range(header) for header in ("bytes=0-99, -5", "bytes=9-", "bytes=9-5", "lines=1-2")]
    [True, True, False, False]
    """
    unit, _, ranges = header.partition("=")
    parts = [_RANGE.fullmatch(part) for part in ranges.split(",", _MOST_RANGES)]
    return unit == "bytes" and len(parts) <= _MOST_RANGES and all(part and int(part[1] or 0) <= int(part[2] or 10**15) for part in parts)


ROUTES = [stored_file, own_file]
