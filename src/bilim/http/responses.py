"""Answers that are already encoded."""

from typing import Any

import msgspec
from litestar import Response

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
        described = [] if status == 204 else [(b"content-type", media), (b"content-length", b"%d" % length)]
        self.raw_headers = [*described, *(headers or ())]

    def to_asgi_response(self, *_args: Any, **_kwargs: Any) -> Any:
        """The answer as an ASGI application."""
        return self._send

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - an ASGI application's signature
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})
