"""Who called, as far as the network tells."""

from msgspec import Struct

from bilim.http.services import Http


class Client(Struct, frozen=True):
    """The caller's end of the connection, behind a proxy that FORWARDED_ALLOW_IPS names the one that it tells of."""

    address: str
    """An IPv4 or IPv6 address; empty where the server was not told, such as on a local socket."""


def client_of(request: Http) -> Client:
    """Who sent a request."""
    return Client(request.client.host if request.client else "")
