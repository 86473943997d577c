"""Signed, expiring addresses, by which files can be fetched without signing in (CONTRACT section 5)."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from bilim.kit import clock

_CONTEXT = b"bilim file address\0"
_MAX_DIGITS = 12
_STEP = 60
"""Seconds for which a file's address stays the same, so that a browser which is given it again finds its own copy."""


class Signer:
    """Signs paths from the root with a key that only the server knows."""

    def __init__(self, secret: str, minutes: int) -> None:
        self._key = hmac.new(secret.encode(), _CONTEXT, hashlib.sha256).digest()
        self._seconds = minutes * 60

    def sign(self, path: str) -> str:
        """The path with an expiry (seconds since 1970, up to the end of a minute) and a signature of both."""
        path = path.rstrip("/")
        expires = -(-(int(clock.now().timestamp()) + self._seconds) // _STEP) * _STEP
        return f"{quote(path)}?expires={expires}&signature={self._signature(path, expires)}"

    def allows(self, path: str, query: Mapping[str, str]) -> bool:
        """Whether a request's query holds our signature of its path, not yet expired."""
        expires, signature = query.get("expires", ""), query.get("signature", "")
        if not (expires.isascii() and expires.isdigit()) or len(expires) > _MAX_DIGITS:
            return False
        if int(expires) < clock.now().timestamp():
            return False
        return hmac.compare_digest(self._signature(path.rstrip("/"), int(expires)).encode(), signature.encode())

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self._key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
