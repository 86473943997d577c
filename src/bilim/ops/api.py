"""Whether the service runs, and which version."""

from litestar import get
from msgspec import Struct

from bilim import __version__
from bilim.http.work import PUBLIC


class Health(Struct):
    """That the process answers."""

    status: str


class Version(Struct):
    """The running version."""

    version: str


@get("/health", opt=PUBLIC, sync_to_thread=False, tags=["health"])
def health() -> Health:
    """Whether the process answers. It asks nothing of the database: a busy one must not get the process restarted."""
    return Health("ok")


@get("/version", opt=PUBLIC, sync_to_thread=False, tags=["info"])
def version() -> Version:
    """The running version."""
    return Version(__version__)


ROUTES = [health, version]
