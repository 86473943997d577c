"""Whether the service runs, which version, and its figures."""

import time
from datetime import datetime
from typing import Any

from litestar import Request, get
from msgspec import Struct
from sqlalchemy import literal, select

from bilim import __version__
from bilim.db.engine import Tx
from bilim.http import metrics
from bilim.http.encoded import Encoded
from bilim.http.work import PUBLIC, Work, needs, work
from bilim.kit.actors import Role

_STARTED = time.monotonic()
_EXPOSITION = b"text/plain; version=0.0.4; charset=utf-8"


class Health(Struct):
    """That the process answers."""

    status: str


class Version(Struct):
    """The running version."""

    version: str


@get(["/health", "/api/v1/metrics/health"], opt=PUBLIC, sync_to_thread=False, tags=["health"])
def health() -> Health:
    """Whether the process answers. It asks nothing of the database: a busy one must not get the process restarted."""
    return Health("ok")


@get("/version", opt=PUBLIC, sync_to_thread=False, tags=["info"])
def version() -> Version:
    """The running version."""
    return Version(__version__)


class Status(Struct):
    """How the service is: what a signed-in person may know of it."""

    status: str
    version: str
    database: str
    uptime_seconds: int
    time: datetime


@get("/api/v1/metrics", opt=needs(Role.ADMIN), media_type="text/plain", tags=["metrics"])
@work
def read_metrics(tx: Tx, request: Request[Any, Any, Any]) -> str:  # noqa: ARG001 - `work` gives every reader its transaction
    """Requests by route, their time, and the database's connections, in Prometheus's text format."""
    routes: Work = request.app.state.work
    limit = routes.connections(request.app.state.settings.threads)
    return Encoded(metrics.exposition(routes.db.connections_in_use, limit), 200, None, _EXPOSITION)  # type: ignore[return-value]


@get("/api/v1/metrics/status", tags=["metrics"])
@work
def read_status(tx: Tx, request: Request[Any, Any, Any]) -> Status:
    """Whether the parts of the service answer."""
    answers = tx.scalar(select(literal(1))) == 1
    zone = request.app.state.settings.zone
    return Status(
        status="ok" if answers else "degraded",
        version=__version__,
        database=tx.connection.dialect.name,
        uptime_seconds=int(time.monotonic() - _STARTED),
        time=tx.now.astimezone(zone),
    )


ROUTES = [health, version, read_metrics, read_status]
