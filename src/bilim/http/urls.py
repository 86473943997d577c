"""Absolute addresses of this server, as the caller reaches it."""

import re
from typing import Any

from bilim.http.services import Http
from bilim.http.signing import Signer

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


class Urls:
    """Makes addresses absolute: with PUBLIC_URL where it is set, else with the host of the request (CONTRACT section 5)."""

    def __init__(self, root: str, signer: Signer) -> None:
        self._root = root
        self._signer = signer

    def absolute(self, address: str | None) -> str | None:
        """An address from the server's root made absolute; others, and none, stay."""
        return self._root + address if address and address.startswith("/") else address

    def signed(self, path: str) -> str:
        """An absolute, expiring address of a private file; `path` is from the server's root."""
        return self._root + self._signer.sign(path)

    def signed_path(self, path: str) -> str:
        """The same from the server's root, as the learning surface shows files."""
        return self._signer.sign(path)


def root_of(request: Http, public_url: str) -> str:
    """Scheme and host under which this server is called. A Host header that is none is not repeated."""
    if public_url:
        return public_url
    scope: Any = request.scope
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        server, port = scope.get("server") or ("localhost", None)
        host = f"{server}:{port}" if port else str(server)
    return f"{scope['scheme']}://{host}"
