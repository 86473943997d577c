"""Messages between the server and its engines (ADR 31): msgpack behind a length of four bytes, the same on both sides of the pipe."""

from typing import Any, TypeVar

import msgspec
from msgspec import Struct

M = TypeVar("M", bound=Struct)

HEADER = 4
"""Bytes of the length before each message, big-endian."""
MAX_BYTES = 64 * 1024 * 1024
"""The longest message: half an hour of speech as samples. Whoever reads a greater length is not reading our protocol."""


class BadFrame(ValueError):
    """A message that is too long, or is none."""


class Request(Struct, frozen=True):
    """What an engine is asked to do."""

    op: str
    """The operation's name in the engine's program."""
    params: dict[str, Any] = {}
    """Its keyword arguments: plain data, bytes included."""
    seconds: float = 60.0
    """How long the engine may take; it ends itself later than that, should nobody be left to do so."""


class Reply(Struct, frozen=True):
    """What an engine answers: a result, or an error's code."""

    result: Any = None
    """Plain data, bytes included."""
    error: str = ""
    params: dict[str, Any] = {}
    """What the error's text names."""


def encode(message: Struct) -> bytes:
    """A message with its length before it.

    Raises:
        BadFrame: it is too long.
    """
    body = msgspec.msgpack.encode(message)
    if len(body) > MAX_BYTES:
        raise BadFrame(f"a message of {len(body)} bytes")
    return len(body).to_bytes(HEADER, "big") + body


def length(header: bytes) -> int:
    """How many bytes follow a header.

    Raises:
        BadFrame: more than any message has.
    """
    size = int.from_bytes(header, "big")
    if size > MAX_BYTES:
        raise BadFrame(f"a message of {size} bytes")
    return size


def decode(body: bytes, kind: type[M]) -> M:
    """A message without its length.

    Raises:
        BadFrame: it is none of that kind.
    """
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise BadFrame(str(error)) from None
