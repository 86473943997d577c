"""The connections of the SDKs of language models: bounded in time and size, and without redirects, which would carry a key elsewhere.

Imported with the first call, as the SDKs are.
"""

from collections.abc import AsyncIterator

import httpx2

MAX_ANSWER_BYTES = 2 * 1024 * 1024
_SECONDS = {"connect": 3.0, "read": 60.0, "write": 10.0, "pool": 5.0}
"""The fence around a model cuts reading short; SDKs switch time limits off where they are given none."""
_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=60)


class TooLarge(httpx2.TransportError):
    """An answer that no model gives."""


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._left = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLarge("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Reads no more of an answer than one may have. Compressed ones are refused: they could be any size once unpacked."""

    def __init__(self, most: int = MAX_ANSWER_BYTES) -> None:
        self._inner = httpx2.AsyncHTTPTransport(limits=_LIMITS)
        self._most = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        request.headers["accept-encoding"] = "identity"
        request.extensions["timeout"] = _SECONDS
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        if not isinstance(stream, httpx2.AsyncByteStream) or response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise TooLarge("the answer is compressed")
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=_Bounded(stream, self._most), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def client() -> httpx2.AsyncClient:
    """A client for an SDK."""
    return httpx2.AsyncClient(transport=BoundedTransport(), follow_redirects=False, trust_env=False)


def seconds_to_wait(headers: object) -> int | None:
    """What an answer's `Retry-After` says, in whole seconds; None where it says nothing that can be read."""
    value = getattr(headers, "get", {}.get)("retry-after")
    return min(int(value), 3600) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else None
