"""The run: build, compare, measure, print."""

import argparse
import os
import re
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct
from msgspec.structs import replace

from bench import certificate, report
from bench.centre import unmark
from bench.data import FULL, QUICK, Content, Scale, build
from bench.databases import DEFAULT_SERVER, postgresql_database, postgresql_version, sqlite_file
from bench.growth import first_answer, grown
from bench.measure import Spread, measure, spread
from bench.same import changed_sql, differing
from bench.scenarios import ATTENDANCE, GROWING, Scenario, alone, scenarios
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
    for name in ("SQLite", "PostgreSQL"):
        if options.database not in (None, name.lower()):
            continue
        if name == "PostgreSQL" and version is None:
            _say("\n== PostgreSQL: not measured, since no server answers; --postgresql names another")
            continue
        with tempfile.TemporaryDirectory(prefix="bilim_bench_") as folder:
            make = partial(sqlite_file, Path(folder)) if name == "SQLite" else partial(postgresql_database, options.postgresql)
            with make("whole") as whole, make("tenth") as tenth:
                _measure_on(whole, tenth, Path(folder), plan, name, options.only)
    if options.only is None:
        _say("\n" + report.certificate(certificate.measured()))
    _say(f"The run took {time.monotonic() - begun:.0f} s; load {os.getloadavg()[0]:.1f} after it.")


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What requests cost beside the least they could cost.")
    parser.add_argument("--quick", action="store_true", help="smaller data and two short rounds: about two minutes")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="measure on one database")
    parser.add_argument("--only", metavar="REGEX", type=re.compile, help="only scenarios whose name it finds; no starts, no certificate")
    server = os.environ.get("TEST_POSTGRES_URL", DEFAULT_SERVER)
    parser.add_argument("--postgresql", metavar="URL", default=server, help="a server on which databases may be made (%(default)s)")
    return parser.parse_args()


def _postgresql(server: str) -> str | None:
    try:
        return postgresql_version(server)
    except psycopg.OperationalError:
        return None


def _measure_on(url: str, tenth: str, folder: Path, plan: Plan, name: str, only: re.Pattern[str] | None) -> None:
    environment = {"BILIM_HOME": str(folder), "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32), "ENVIRONMENT": "test"}
    upgrade(url)
    starts = None if only else _starts(environment, folder, plan.starts)
    begun = time.monotonic()
    with _filled(environment, plan.scale) as (content, unmark):
        asked = [each for each in scenarios(content, plan.scale, unmark) if only is None or only.search(each.name)]
        _say(f"\n== {name}: {report.scale(plan.scale)}; built in {time.monotonic() - begun:.0f} s")
        restarts = None if only else _starts(environment, folder, plan.starts)
        _compare(environment, folder, plan, asked, starts and restarts and (starts, restarts))
        _grow(environment, tenth, folder, plan, asked)


def _compare(environment: dict[str, str], folder: Path, plan: Plan, asked: list[Scenario], starts: tuple[Spread, Spread] | None) -> None:
    """Product and floor, in turn."""
    with ExitStack() as servers:
        product = servers.enter_context(serving(PRODUCT, environment, folder / "product.log"))
        floor = servers.enter_context(serving(FLOOR, environment, folder / "floor.log"))
        unlike = {scenario.label: where for scenario in asked if (where := differing(product, floor, scenario))}
        for label, where in unlike.items():
            _say(f"The floor is out of date, so there are no figures for {label!r}. Product and floor answer {where}")
        for line in changed_sql(load(environment), asked):
            _say(f"The floor is out of date, so the ratio says less. {line}")
        alike = [scenario for scenario in asked if scenario.label not in unlike]
        results = measure(product, floor, alike, plan.rounds, plan.seconds)
        found = starts and report.Costs(*starts, product.memory(), floor.memory())
    _say(report.table(results))
    if found:
        _say(report.costs(found))


def _grow(environment: dict[str, str], tenth: str, folder: Path, plan: Plan, asked: list[Scenario]) -> None:
    """What grows with the centre's data: on servers of their own, since what a server did before shows in its memory."""
    growing = [scenario for scenario in asked if scenario.name in GROWING]
    longest = [scenario for scenario in asked if scenario.name == ATTENDANCE]
    if longest:
        with serving(PRODUCT, environment, folder / "product.log") as product:
            _say(report.memory(first_answer(product, next(longest[0].asks))))
    if growing:
        upgrade(tenth)
        smaller = environment | {"DATABASE_URL": tenth}
        scale = replace(QUICK, centre=plan.scale.centre.tenth())
        with _filled(smaller, scale) as (content, unmark), ExitStack() as servers:
            small = {scenario.name: scenario for scenario in scenarios(content, scale, unmark)}
            few = servers.enter_context(serving(PRODUCT, smaller, folder / "product.log"))
            many = servers.enter_context(serving(PRODUCT, environment, folder / "product.log"))
            pairs = [(alone(small[scenario.name]), alone(scenario)) for scenario in growing]
            _say(report.growth(grown(few, many, pairs, plan.rounds, plan.seconds / 2)))


@contextmanager
def _filled(environment: dict[str, str], scale: Scale) -> Generator[tuple[Content, Callable[[], None]]]:
    """A database's content, and what forgets the attendance that was marked there."""
    settings = load(environment)
    database = open_database(settings)
    try:
        yield build(database.engine, scale, make_tokens(settings)), partial(unmark, database.engine)
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
