"""The outermost middleware: request ids, the access log, CORS, HEAD, malformed paths and headers of every answer."""

import re
import secrets
import time
from contextlib import suppress
from typing import Any

import msgspec

from bilim.files.kinds import StagedFile
from bilim.http import metrics
from bilim.http.cors import cors_headers, is_preflight, preflight
from bilim.http.event_stream import STREAMS
from bilim.http.logs import log_request, request_id
from bilim.http.services import CoreServices
from bilim.kit.errors import Unavailable
from bilim.kit.path_secrets import without_secrets
from bilim.texts import text

_encode = msgspec.json.Encoder().encode

# A number spelt as int() would take it but a URL should not: signs, underscores, digits of other scripts.
_ODD_NUMBER = re.compile(r"/(?![0-9]+(?:/|$))[+-]?[\d_]+(?:/|$)")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
]
_NOT_FOUND = _encode({"detail": text("not_found", {})})
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class OuterMiddleware:
    """An ASGI application around another. Its work needs no route and applies to errors too."""

    def __init__(self, app: Any, origins: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.origins = origins
        """Whose pages may call the API; all where empty."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        identity = given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(identity)
        method, path, status = scope["method"], scope["path"], 500
        extra = [*_ALWAYS, (b"x-request-id", identity.encode()), *cors_headers(path, headers, self.origins)]
        if b"authorization" in headers:
            extra.append((b"cache-control", b"no-store"))

        async def send_on(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *extra]
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            if is_preflight(method, path, headers):
                await _answer(send_on, *preflight(headers, self.origins))
            elif _ODD_NUMBER.search(path) or "\0" in path:
                await _answer(send_on, 404, _NOT_FOUND, [(b"content-type", b"application/json")])
            else:
                if method == "HEAD":
                    # a copy: the server reads its own to know that no body follows
                    scope = {**scope, "method": "GET", "bilim.head": True}
                await self.app(scope, receive, send_on)
        finally:
            if staged := scope.get("bilim.staged"):
                await _forget(scope, staged, status)
            duration = time.perf_counter() - started
            timed = None if STREAMS in scope else duration
            metrics.observe(method if method in _KNOWN_METHODS else "other", scope.get("path_template"), status, timed)
            _log_request(scope, method, path, status, duration)
            request_id.reset(token)


async def _forget(scope: Any, staged: list[StagedFile], status: int) -> None:
    """Delete the files of a refused request. If this process is killed first, the sweep deletes them."""
    if status < 400:
        return
    services: CoreServices = scope["litestar_app"].state.services
    for file in staged:
        with suppress(Unavailable):
            await services.pools.files.run(services.store.delete, file.name)


def _log_request(scope: Any, method: str, path: str, status: int, seconds: float) -> None:
    """The request's line. The query stays out: it may hold a signature."""
    facts = {"method": method, "path": without_secrets(path), "status": status, "ms": round(seconds * 1000, 2)}
    if claims := scope.get("bilim.claims"):
        facts["user_id"] = claims.user_id
    log_request(facts)


async def _answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = [] if status == 204 else [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*length, *headers]})
    await send({"type": "http.response.body", "body": body})
