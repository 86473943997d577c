"""Secrets that stand in an address, for programs that can send no header: made here, and kept out of logs."""

import re
import secrets
from hashlib import sha256

PREFIX = "private-"
"""By which they are known wherever they are written, and by which people know what they share."""
_BYTES = 32
_HIDDEN = PREFIX + "***"
_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_\-]+")


def make_secret() -> str:
    """A fresh secret of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """What is stored of a secret and looked up: it has too many bits to be guessed from its digest, so nothing slower is needed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def without_secrets(path: str) -> str:
    """A path as it may be logged.

    >>> without_secrets("/api/v1/calendar/private-Zx_9-a.ics"), without_secrets("/api/v1/courses/")
    ('/api/v1/calendar/private-***.ics', '/api/v1/courses/')
    """
    return _SECRET.sub(_HIDDEN, path) if PREFIX in path else path
