"""Stored files: those under `public/` for everyone, all others by a signed address only."""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.types import ASGIApp
from starlette.responses import FileResponse

from bilim.http.access import PUBLIC
from bilim.kit.errors import NotFound


@get(["/uploads/{name:path}", "/media/{name:path}"], opt=PUBLIC, include_in_schema=False)
async def stored_file(request: Request[Any, Any, Any], name: FromPath[str]) -> ASGIApp:
    """A stored file, in ranges where asked. An unsigned, forged or expired address is a 404: nobody learns what exists."""
    state = request.app.state
    root = state.settings.uploads.resolve()
    file = (root / name.lstrip("/")).resolve()
    if not file.is_relative_to(root) or not file.is_file():
        raise NotFound
    if not file.is_relative_to(root / "public") and not state.signer.allows(request.scope["path"], request.query_params):
        raise NotFound
    response: Any = FileResponse(file, content_disposition_type="inline")
    return response


ROUTES = [stored_file]
