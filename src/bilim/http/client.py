"""The sender of a request by network address."""

from typing import Any

from litestar import Request
from msgspec import Struct


class Client(Struct, frozen=True):
    """The sender of a request; behind a proxy named in FORWARDED_ALLOW_IPS the client that the proxy reports."""

    address: str
    """An IPv4 or IPv6 address; empty where it is unknown, such as on a local socket."""


def client_of(request: Request[Any, Any, Any]) -> Client:
    """Who sent a request."""
    return Client(request.client.host if request.client else "")
