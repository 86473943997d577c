"""Health, version and metrics of the service."""

import time
from collections.abc import Iterable
from datetime import datetime

from litestar import get
from msgspec import Struct
from prometheus_client.core import GaugeMetricFamily

from bilim import __version__
from bilim.db.engine import Database, Tx
from bilim.db.outbox_tables import STATES
from bilim.http import metrics
from bilim.http.access import PUBLIC, may
from bilim.http.responses import RawResponse
from bilim.http.work import work
from bilim.jobs.handling import Handlers
from bilim.kit.actors import Actor
from bilim.ops import queries
from bilim.ops.queries import Backlog
from bilim.payments.actions.alerts import Alert
from bilim.payments.queries import stats

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
    """Whether the process answers. It does not query the database: a busy one must not cause a restart."""
    return Health("ok")


@get("/version", opt=PUBLIC, sync_to_thread=False, tags=["info"])
def version() -> Version:
    """The running version."""
    return Version(__version__)


class Status(Struct):
    """The state of the service, for people who are signed in."""

    status: str
    version: str
    database: str
    uptime_seconds: int
    time: datetime


@get("/api/v1/metrics", opt=may(queries.backlog), media_type="text/plain", tags=["metrics"])
@work
def read_metrics(tx: Tx, actor: Actor, db: Database, handlers: Handlers) -> RawResponse:
    """Requests by route, their time, the database's connections, the jobs that wait and alerts about money, in Prometheus's text format."""
    figures = [*_figures(queries.backlog(tx, actor), handlers.queues), _alerts(stats.open_alerts(tx))]
    return RawResponse(metrics.exposition(db.connections_in_use, db.connection_limit, *figures), 200, None, _EXPOSITION)


def _figures(backlog: list[Backlog], queues: Iterable[str]) -> list[GaugeMetricFamily]:
    """The outbox's figures: of the queues that have handlers, and of those that hold jobs all the same."""
    counts = GaugeMetricFamily("bilim_jobs", "Jobs that wait, that run, and that were given up.", labels=("queue", "state"))
    ages = GaugeMetricFamily("bilim_outbox_age_seconds", "Seconds that the oldest due job has waited.", labels=("queue",))
    found = {(each.queue, each.state): each for each in backlog}
    for queue in sorted({*queues, *(queue for queue, _ in found)}):
        each = [found.get((queue, state)) for state in STATES]
        for state, jobs in zip(STATES, each, strict=True):
            counts.add_metric((queue, state), jobs.count if jobs else 0)
        ages.add_metric((queue,), max(jobs.age if jobs else 0 for jobs in each))
    return [counts, ages]


def _alerts(found: dict[str, int]) -> GaugeMetricFamily:
    """Alerts about money that nobody has looked at; every kind, so that a rule can watch one before the first comes."""
    counts = GaugeMetricFamily("bilim_payment_alerts", "Alerts about money that nobody has looked at.", labels=("kind",))
    for kind in Alert:
        counts.add_metric((kind.value,), found.get(kind.value, 0))
    return counts


@get("/api/v1/metrics/status", opt=may(queries.database_answers), tags=["metrics"])
@work
def read_status(tx: Tx, actor: Actor) -> Status:
    """Whether the parts of the service answer."""
    return Status(
        status="ok" if queries.database_answers(tx, actor) else "degraded",
        version=__version__,
        database=tx.dialect,
        uptime_seconds=int(time.monotonic() - _STARTED),
        time=tx.local_now,
    )


ROUTES = [health, version, read_metrics, read_status]
