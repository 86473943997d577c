"""Which pages of other origins may call the API, and what their browsers are told of it: the CORS protocol of the Fetch standard."""

from collections.abc import Collection, Mapping

import msgspec

from bilim.texts import text

_METHODS = b"GET, POST, PUT, PATCH, DELETE, OPTIONS"
_USUAL_HEADERS = b"authorization, content-type"
_EXPOSED = b"X-Total-Count, Link, Retry-After, X-Request-ID, Content-Disposition"
_REMEMBERED_SECONDS = b"86400"
_REFUSED = msgspec.json.encode({"detail": text("forbidden", {})})


def cors_headers(path: str, headers: Mapping[bytes, bytes], allowed: Collection[str]) -> list[tuple[bytes, bytes]]:
    """What every answer says of who may read it; nothing outside `/api`.

    Without `allowed` any origin may, with credentials (centre's document, CORS): it is echoed, since browsers refuse `*` with credentials.
    Where origins are listed, browsers keep answers from pages of all others. Caches are always told that the answer depends on the origin,
    or one kept for a program without an origin would be given to a page, which may then not read it.
    """
    if not path.startswith("/api/"):
        return []
    origin = headers.get(b"origin")
    vary = (b"vary", b"Origin")
    if origin is None or not _is_allowed(origin, allowed):
        return [vary]
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", _EXPOSED),
        vary,
    ]


def is_preflight(method: str, path: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser asks, before a page's request to the API, if it may be sent."""
    return method == "OPTIONS" and path.startswith("/api/") and b"origin" in headers and b"access-control-request-method" in headers


def preflight(headers: Mapping[bytes, bytes], allowed: Collection[str]) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """The status, body and headers that tell a browser, beside `cors_headers`, what a page may send; 403 to pages of other origins."""
    if not _is_allowed(headers[b"origin"], allowed):
        return 403, _REFUSED, [(b"content-type", b"application/json")]
    return (
        204,
        b"",
        [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", headers.get(b"access-control-request-headers", _USUAL_HEADERS)),
            (b"access-control-max-age", _REMEMBERED_SECONDS),
            (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers"),
        ],
    )


def _is_allowed(origin: bytes, allowed: Collection[str]) -> bool:
    """Whether pages of an origin may call. `null`, which sandboxed pages and files name, is one of "any" but cannot be listed."""
    return not allowed or origin.decode("latin-1").lower() in allowed
