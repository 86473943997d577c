"""Stored files: pictures and spoken texts for everyone, all others by a signed address only."""

from pathlib import Path
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.types import ASGIApp
from starlette.responses import FileResponse

from bilim.http.access import PUBLIC
from bilim.http.services import Http
from bilim.kit.errors import NotFound

_PUBLIC = ("public", "tts")
"""Folders under the uploads (CONTRACT section 5)."""


@get(["/uploads/{name:path}", "/media/{name:path}"], opt=PUBLIC, include_in_schema=False)
async def stored_file(request: Http, name: FromPath[str]) -> ASGIApp:
    """A stored file, in ranges where requested. An unsigned, forged or expired address is a 404, which does not reveal what exists."""
    services = request.app.state.services
    root = services.settings.uploads.resolve()
    file = (root / name.lstrip("/")).resolve()
    if not file.is_relative_to(root) or not _is_file(file):
        raise NotFound
    is_public = any(file.is_relative_to(root / folder) for folder in _PUBLIC)
    if not is_public and not services.signer.allows(request.scope["path"], request.query_params):
        raise NotFound
    response: Any = FileResponse(file, content_disposition_type="inline")
    return response


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is longer than any file's
        return False


ROUTES = [stored_file]
