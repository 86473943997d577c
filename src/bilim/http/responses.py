"""Answers that are already encoded."""

from pathlib import Path
from typing import Any

import msgspec
from litestar import Response
from starlette.responses import FileResponse

JSON = b"application/json"

encode = msgspec.json.Encoder(decimal_format="number").encode


class RawResponse(Response[bytes]):
    """A body that is already bytes, sent as it is: Litestar's own response would encode and measure again."""

    def __init__(
        self,
        body: bytes,
        status: int,
        headers: list[tuple[bytes, bytes]] | None = None,
        media: bytes = JSON,
        length: int | None = None,
    ) -> None:
        self.body = body
        self.status_code = status
        length = len(body) if length is None else length
        described = [] if status in {204, 304} else [(b"content-type", media), (b"content-length", b"%d" % length)]
        self.raw_headers = [*described, *(headers or ())]

    def to_asgi_response(self, *_args: Any, **_kwargs: Any) -> Any:
        """The answer as an ASGI application."""
        return self._send

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - an ASGI application's signature
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


class Download(RawResponse):
    """A stored file to keep, in ranges where requested, under the name that its owner gave it."""

    def __init__(self, path: Path, filename: str) -> None:
        super().__init__(b"", 200)
        self._file: Any = FileResponse(path, filename=filename)

    def to_asgi_response(self, *_args: Any, **_kwargs: Any) -> Any:
        """The answer as an ASGI application."""
        return self._file
