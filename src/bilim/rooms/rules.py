"""Bounds of rooms, who came late, and credentials for a TURN server. No I/O."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from msgspec import Struct

from bilim.limits.rules import Limit

DEFAULT_PARTICIPANTS = 10
"""Document 000, `webrtc/rooms/create`."""
MAX_PARTICIPANTS = 50
"""Everybody sends to everybody else: browsers do not manage more, and most not so many."""
CREATING = Limit("room", 100, timedelta(hours=1))
"""An hour and user."""

BEAT_SECONDS = 20
"""How often a process tells that its participants are still there."""
LOST_AFTER = timedelta(seconds=60)
"""Whose process told nothing for so long is no participant any more."""
IDLE_AFTER = timedelta(hours=24)
"""A room in which nobody was for so long is ended."""
KEPT_FOR = timedelta(days=30)
"""An ended room and who was in it; then both are deleted."""

LATE_AFTER_MINUTES = 10
_KEY_BYTES = 16
_PEER_BYTES = 9


def new_key() -> str:
    """The id of a room: 128 random bits. Whoever was given it may know that the room exists."""
    return secrets.token_urlsafe(_KEY_BYTES)


def new_peer() -> str:
    """The name of a participant for as long as they are connected."""
    return secrets.token_urlsafe(_PEER_BYTES)


def free_seat(taken: Iterable[int], seats: int) -> int | None:
    """The lowest free seat from 1, or None where all are taken.

    >>> free_seat([1, 3], 3), free_seat([2, 1], 2)
    (2, None)
    """
    occupied = set(taken)
    return next((seat for seat in range(1, seats + 1) if seat not in occupied), None)


def begins_at(opened_at: datetime, lesson_start: time | None) -> datetime:
    """When a lesson in a room begins: with the room, or at the group's hour where the room was open before.

    >>> from datetime import UTC
    >>> opened = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)
    >>> begins_at(opened, time(9)).time(), begins_at(opened, time(8)).time()
    (datetime.time(9, 0), datetime.time(8, 50))
    """
    if lesson_start is None:
        return opened_at
    return max(opened_at, datetime.combine(opened_at.date(), lesson_start, opened_at.tzinfo))


def status_of(came_at: datetime | None, began_at: datetime, late_after: timedelta) -> str:
    """The status of somebody who first came at this moment, or not at all (document 002: `keldi`, `kechikdi`, `kelmadi`)."""
    if came_at is None:
        return "kelmadi"
    return "kechikdi" if came_at > began_at + late_after else "keldi"


class IceTerms(Struct, frozen=True):
    """What helps peers to find each other: servers that tell a peer its address (STUN), and that pass its media on (TURN)."""

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    secret: str = ""
    """Shared with the TURN server (coturn's `static-auth-secret`)."""
    lifetime: timedelta = timedelta(hours=12)


class IceServer(Struct, omit_defaults=True):
    """An entry of `iceServers`, as browsers take it."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


def ice_servers(terms: IceTerms, user_id: int, now: datetime) -> list[IceServer]:
    """The servers for one person; those of TURN with a name and a password that work for a while.

    The password is what coturn computes with `use-auth-secret`: HMAC-SHA1 of the name `<expiry>:<user>`, in base64.
    """
    servers = [IceServer(list(terms.stun))] if terms.stun else []
    if terms.turn:
        username = f"{int((now + terms.lifetime).timestamp())}:{user_id}"
        digest = hmac.new(terms.secret.encode(), username.encode(), hashlib.sha1).digest()
        servers.append(IceServer(list(terms.turn), username, base64.b64encode(digest).decode()))
    return servers


def topic_of(room_id: str) -> str:
    """What tickets and channels of a room are named."""
    return f"room.{room_id}"[:64]
