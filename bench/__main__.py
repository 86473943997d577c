"""The run: build, compare, measure, print."""

import argparse
import os
import secrets
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

from bench import certificate, report
from bench.data import FULL, QUICK, Content, Scale, build
from bench.databases import DEFAULT_SERVER, postgresql_database, postgresql_version, sqlite_file
from bench.measure import Spread, measure, spread
from bench.same import changed_sql, differing
from bench.scenarios import scenarios
from bench.servers import DOCUMENTED, FLOOR, PRODUCT, serving
from bilim.app import make_tokens, open_database
from bilim.db.migrate import upgrade
from bilim.settings import load


class Plan(Struct, frozen=True):
    """How much is measured."""

    scale: Scale
    rounds: int
    seconds: float
    """How long each turn of a server with a scenario lasts."""
    starts: int
    """How often a start is timed, on a database without data and again on one with."""


LONG = Plan(FULL, rounds=7, seconds=1.5, starts=3)
SHORT = Plan(QUICK, rounds=2, seconds=0.7, starts=1)


def main() -> None:
    """Measure what was asked for. The exit status says nothing about the figures."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended"))  # so that servers and databases go too
    plan = SHORT if options.quick else LONG
    begun = time.monotonic()
    version = _postgresql(options.postgresql)
    _say(report.machine(version))
    for kind in ("sqlite", "postgresql"):
        if options.only not in (None, kind):
            continue
        if kind == "postgresql" and version is None:
            _say("\n== PostgreSQL: not measured, since no server answers; --postgresql names another")
            continue
        with tempfile.TemporaryDirectory(prefix="bilim_bench_") as folder:
            made = sqlite_file(Path(folder)) if kind == "sqlite" else postgresql_database(options.postgresql)
            with made as url:
                _measure_on(url, Path(folder), plan, "SQLite" if kind == "sqlite" else "PostgreSQL")
    _say("\n" + report.certificate(certificate.measured()))
    _say(f"The run took {time.monotonic() - begun:.0f} s; load {os.getloadavg()[0]:.1f} after it.")


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What requests cost beside the least they could cost.")
    parser.add_argument("--quick", action="store_true", help="smaller data and two short rounds: about a minute")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="measure on one database")
    server = os.environ.get("TEST_POSTGRES_URL", DEFAULT_SERVER)
    parser.add_argument("--postgresql", metavar="URL", default=server, help="a server on which databases may be made (%(default)s)")
    return parser.parse_args()


def _postgresql(server: str) -> str | None:
    try:
        return postgresql_version(server)
    except psycopg.OperationalError:
        return None


def _measure_on(url: str, folder: Path, plan: Plan, name: str) -> None:
    environment = {"BILIM_HOME": str(folder), "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32), "ENVIRONMENT": "test"}
    settings = load(environment)
    upgrade(url)
    starts = _starts(environment, folder, plan.starts)
    begun = time.monotonic()
    content = _fill(settings, plan.scale)
    size = plan.scale
    _say(
        f"\n== {name}: {size.users:,} users, {size.courses:,} courses, {size.courses * 25:,} lessons, {size.completions:,} completed,"
        f" {size.reviews:,} reviews; built in {time.monotonic() - begun:.0f} s"
    )
    asked = scenarios(content, plan.scale)
    restarts = _starts(environment, folder, plan.starts)
    with ExitStack() as servers:
        product = servers.enter_context(serving(PRODUCT, environment, folder / "product.log"))
        floor = servers.enter_context(serving(FLOOR, environment, folder / "floor.log"))
        unlike = {scenario.label: where for scenario in asked if (where := differing(product, floor, scenario))}
        for label, where in unlike.items():
            _say(f"The floor is out of date, so there are no figures for {label!r}. Product and floor answer {where}")
        for line in changed_sql(settings, asked):
            _say(f"The floor is out of date, so the ratio says less. {line}")
        alike = [scenario for scenario in asked if scenario.label not in unlike]
        results = measure(product, floor, alike, plan.rounds, plan.seconds)
        found = report.Costs(starts, restarts, product.memory(), floor.memory())
    _say(report.table(results))
    _say(report.costs(found))


def _fill(settings: Any, scale: Scale) -> Content:
    database = open_database(settings)
    try:
        return build(database.engine, scale, make_tokens(settings))
    finally:
        database.close()


def _starts(environment: dict[str, str], folder: Path, times: int) -> Spread:
    """Seconds from `python -m uvicorn main:app` to the first answer. The very first start also makes the first superuser."""
    taken: list[float] = []
    for _ in range(times):
        with serving(DOCUMENTED, environment, folder / "start.log") as server:
            taken.append(server.started_in)
    return spread(taken)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
