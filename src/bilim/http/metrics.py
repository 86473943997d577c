"""Figures of a running server, for Prometheus.

With several workers they are shared through the folder PROMETHEUS_MULTIPROC_DIR, which `bilim serve` sets.
"""

import os
from collections.abc import Collection
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_UNMATCHED = "unmatched"
"""The label of requests that matched no route: their paths come from clients and must not become labels."""

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

requests = Counter("bilim_requests", "Requests answered.", ("method", "route", "status"))
seconds = Histogram("bilim_request_seconds", "Seconds from a request's arrival to its answer's end.", ("method", "route"), buckets=_BUCKETS)
connections = Gauge("bilim_database_connections", "Database connections in use.", multiprocess_mode="livesum")
connection_limit = Gauge("bilim_database_connection_limit", "Database connections that may be used.", multiprocess_mode="livesum")


def observe(method: str, route: str | None, status: int, duration: float | None) -> None:
    """Count one answered request; `route` is its template (`/api/v1/courses/{id}`), None where none matched.

    Args:
        duration: seconds; None where they say nothing of the server, as of a stream that goes on while somebody else speaks.
    """
    counted, timed = _figures_of(method, route or _UNMATCHED, status)
    counted.inc()
    if duration is not None:
        timed.observe(duration)


@cache
def _figures_of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The two figures of a kind of request; there are as many kinds as routes, methods and statuses, so all are kept."""
    return requests.labels(method, route, str(status)), seconds.labels(method, route)


class LiveGauges:
    """Figures that are read for each exposition and so are the same in every worker, such as counts of rows."""

    def __init__(self, *figures: GaugeMetricFamily) -> None:
        self._figures = figures

    def collect(self) -> Collection[GaugeMetricFamily]:
        """The figures, in the interface of Prometheus's client."""
        return self._figures


def exposition(in_use: int, limit: int, *figures: GaugeMetricFamily) -> bytes:
    """All figures in Prometheus's text format, those of the other workers too, followed by the live ones."""
    connections.set(in_use)
    connection_limit.set(limit)
    registry = REGISTRY
    if os.environ.get(_SHARED):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    asked = CollectorRegistry()
    asked.register(LiveGauges(*figures))
    return generate_latest(registry) + generate_latest(asked)
