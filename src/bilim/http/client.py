"""Who called, as far as the network tells."""

from typing import Any

from litestar import Request
from msgspec import Struct


class Client(Struct, frozen=True):
    """The caller's end of the connection, behind a proxy that FORWARDED_ALLOW_IPS names the one that it tells of."""

    address: str
    """An IPv4 or IPv6 address; empty where the server was not told, such as on a local socket."""


def client_of(request: Request[Any, Any, Any]) -> Client:
    """Who sent a request."""
    return Client(request.client.host if request.client else "")
