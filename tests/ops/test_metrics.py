"""Figures of a running server."""

import os
import re
import subprocess
import sys
from pathlib import Path

from world import World


def figure(text: str, name: str, **labels: str) -> float:
    wanted = ",".join(f'{key}="{value}"' for key, value in labels.items())
    found = re.search(rf"^{name}{re.escape('{' + wanted + '}') if wanted else ''} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_by_route_not_by_path(sqlite_world: World) -> None:
    admin = sqlite_world.admin()
    course = sqlite_world.course(sqlite_world.teacher())
    labels = {"method": "GET", "route": "/api/v1/courses/{id}", "status": "200"}
    before = figure(admin.get("/api/v1/metrics").text, "bilim_requests_total", **labels)
    for _ in range(3):
        sqlite_world.get(f"/api/v1/courses/{course['id']}")
    sqlite_world.get("/api/v1/nothing/secret-path")
    answer = admin.get("/api/v1/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert figure(answer.text, "bilim_requests_total", **labels) == before + 3
    assert figure(answer.text, "bilim_request_seconds_count", method="GET", route="/api/v1/courses/{id}") >= 3
    assert figure(answer.text, "bilim_requests_total", method="GET", route="unmatched", status="404") >= 1
    assert "secret-path" not in answer.text
    assert figure(answer.text, "bilim_database_connections") == 1
    assert figure(answer.text, "bilim_database_connection_limit") == 11


def test_health_and_status(sqlite_world: World) -> None:
    assert sqlite_world.get("/health").json() == sqlite_world.get("/api/v1/metrics/health").json() == {"status": "ok"}
    status = sqlite_world.student().get("/api/v1/metrics/status").json()
    assert (status["status"], status["database"], status["version"]) == ("ok", "sqlite", "1.0.0")
    assert status["time"].endswith("+05:00")


def test_workers_share_their_figures(tmp_path: Path) -> None:
    """Two processes that count, and a third that tells what both counted."""
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = "from bilim.http.metrics import observe; observe('GET', '/x', 200, 0.1)"
    tell = "from bilim.http.metrics import exposition; print(exposition(1, 2).decode())"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    told = subprocess.run([sys.executable, "-c", tell], env=environment, check=True, capture_output=True, text=True).stdout
    assert figure(told, "bilim_requests_total", method="GET", route="/x", status="200") == 2
