"""Secrets that stand in an address, for programs that can send no header: made here, and kept out of logs."""

import re
import secrets

PREFIX = "private-"
"""By which they are known wherever they are written, and by which people know what they share."""
_BYTES = 32
_HIDDEN = PREFIX + "***"
_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_\-]+")


def make_secret() -> str:
    """A fresh secret of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def without_secrets(path: str) -> str:
    """A path as it may be logged.

    >>> without_secrets("/api/v1/calendar/private-Zx_9-a.ics"), without_secrets("/api/v1/courses/")
    ('/api/v1/calendar/private-***.ics', '/api/v1/courses/')
    """
    return _SECRET.sub(_HIDDEN, path) if PREFIX in path else path
