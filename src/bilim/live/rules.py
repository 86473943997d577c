"""Bounds of sockets, and why the server closes one. No I/O."""

from collections.abc import Collection
from datetime import timedelta
from enum import IntEnum
from urllib.parse import urlsplit

from msgspec import Struct

from bilim.limits.rules import Limit

TICKET_SECONDS = 30
"""How long a ticket opens a socket: it is asked for just before."""
TICKETS = Limit("live-ticket", 60, timedelta(minutes=1))
"""A minute and user: a lost connection is tried again every few seconds at most."""
MAX_MESSAGE = 64 * 1024
"""Bytes of one message. Descriptions of a session with several cameras take some 20 KB."""
MAX_UNSENT_MESSAGES = 256
MAX_UNSENT_BYTES = 512 * 1024
"""What waits for one slow reader at most, beside what the kernel holds."""
SOCKETS_OF_USER = 10
"""Open at once in one process: tabs and devices."""
PROTOCOL = "bilim"
"""The subprotocol that is agreed upon."""
_TICKET_PREFIX = "ticket."


class Close(IntEnum):
    """Why the server closes a socket. Numbers under 4000 are the protocol's own (RFC 6455, section 7.4.1)."""

    LEFT = 1000
    SHUTTING_DOWN = 1001
    BINARY = 1003
    TOO_LARGE = 1009
    FULL = 1013
    MALFORMED = 4400
    TICKET = 4401
    ORIGIN = 4403
    NOT_FOUND = 4404
    LOST = 4408
    REPLACED = 4409
    ENDED = 4410
    FLOOD = 4429
    SLOW = 4430
    NO_PLACE = 4431
    FAILED = 4500


class Rate(Struct, frozen=True):
    """How fast a client may send: `burst` at once, then `per_second`."""

    burst: float
    per_second: float


MESSAGES = Rate(200, 20)
"""Joining a room of ten takes some hundred: a description and ten candidates for each of the others."""
BYTES = Rate(2 * 1024 * 1024, 128 * 1024)


class Bucket:
    """What is left of a rate: it fills with time and is emptied by use."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._left = rate.burst
        self._at = now

    def take(self, amount: float, now: float) -> bool:
        """Take an amount at a moment, in seconds of any clock; False where less is left, and nothing is taken then.

        >>> bucket = Bucket(Rate(2, 1), 0.0)
        >>> [bucket.take(1, now) for now in (0.0, 0.0, 0.5, 1.5)]
        [True, True, False, True]
        """
        self._left = min(self._rate.burst, self._left + (now - self._at) * self._rate.per_second)
        self._at = now
        if self._left < amount:
            return False
        self._left -= amount
        return True


def ticket_in(subprotocols: Collection[str]) -> str | None:
    """The ticket among the subprotocols that a client offers: browsers can send no header, and addresses are logged.

    >>> ticket_in(["bilim", "ticket.abc"])
    'abc'
    """
    return next((each.removeprefix(_TICKET_PREFIX) for each in subprotocols if each.startswith(_TICKET_PREFIX)), None)


def is_origin_allowed(origin: str | None, host: str | None, allowed: Collection[str]) -> bool:
    """Whether a page of an origin may open sockets here.

    Programs name no origin. Pages of this server may always; of others all, where none are listed.

    >>> is_origin_allowed("https://evil.example", "school.example", ["https://app.school.example"])
    False
    """
    if origin is None or not allowed or origin.lower() in allowed:
        return True
    return host is not None and urlsplit(origin).netloc.lower() == host.lower()
