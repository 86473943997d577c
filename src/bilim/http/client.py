"""The sender of a request by network address."""

from msgspec import Struct

from bilim.http.services import Http


class Client(Struct, frozen=True):
    """The sender of a request; behind a proxy named in FORWARDED_ALLOW_IPS the client that the proxy reports."""

    address: str
    """An IPv4 or IPv6 address; empty where it is unknown, such as on a local socket."""


def client_of(request: Http) -> Client:
    """Who sent a request."""
    return Client(request.client.host if request.client else "")
