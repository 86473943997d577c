"""The run: build, compare, measure, print."""

import argparse
import os
import re
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psycopg
from msgspec import Struct
from msgspec.structs import replace

from bench import certificate, report
from bench.beside_model import Pairs, beside_model
from bench.centre import unmark
from bench.data import FULL, QUICK, Content, Scale, build
from bench.databases import DEFAULT_SERVER, postgresql_database, postgresql_version, sqlite_file
from bench.exams import forget_submissions
from bench.figures import Figures, Run, read_run, write_run
from bench.growth import first_answer, grown
from bench.measure import Spread, measure, spread
from bench.mixed import Mix, mixed_load
from bench.mock import forget_starts
from bench.payments import KEYS, forget_calls
from bench.practice import forget_reviews
from bench.quiz import begin_anew, forget_attempts
from bench.same import changed_sql, differing
from bench.scenarios import ATTENDANCE, GROWING, Scenario, Undo, alone, scenarios
from bench.servers import DOCUMENTED, FLOOR, PRODUCT, serving
from bilim.app.factories import make_tokens
from bilim.app.services import open_database
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
    mix: Mix
    pairs: Pairs


class Options(Struct, frozen=True):
    """What was asked for."""

    plan: Plan
    database: str | None
    only: re.Pattern[str] | None
    postgresql: str
    json: Path | None
    before: Run | None


class Place(Struct, frozen=True):
    """Where one database is measured."""

    environment: dict[str, str]
    folder: Path


LONG = Plan(
    FULL, rounds=7, seconds=1.5, starts=3, mix=Mix(rounds=3, seconds=12, upload_bytes=100_000_000), pairs=Pairs(blocks=16, seconds=1.0)
)
SHORT = Plan(
    QUICK, rounds=2, seconds=0.7, starts=1, mix=Mix(rounds=1, seconds=6, upload_bytes=40_000_000), pairs=Pairs(blocks=4, seconds=0.5)
)
MIXED_LOAD, HANGING_MODEL = "mixed load", "hanging model"


def main() -> None:
    """Measure what was asked for. The exit status says nothing about the figures."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended"))  # so that servers and databases go too
    begun = time.monotonic()
    version = _postgresql(options.postgresql)
    run = Run(report.machine(version), quick=options.plan is SHORT)
    figures = Figures(run.figures, options.before.figures if options.before else {})
    _say(run.machine)
    if options.before:
        _say(report.earlier(options.before, run))
    for name in ("SQLite", "PostgreSQL"):
        if options.database not in (None, name.lower()):
            continue
        if name == "PostgreSQL" and version is None:
            _say("\n== PostgreSQL: not measured, since no server answers; --postgresql names another")
            continue
        with tempfile.TemporaryDirectory(prefix="bilim_bench_") as folder:
            make = partial(sqlite_file, Path(folder)) if name == "SQLite" else partial(postgresql_database, options.postgresql)
            with make("whole") as whole, make("tenth") as tenth:
                _measure_on(whole, tenth, Path(folder), options, name, figures.part(name))
        _write(options, run)
    if options.only is None:
        _say("\n" + report.certificate(certificate.measured(), figures.part("certificate")))
        _write(options, run)
    _say(f"The run took {time.monotonic() - begun:.0f} s; load {os.getloadavg()[0]:.1f} after it.")


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What requests cost beside the least they could cost.")
    parser.add_argument("--quick", action="store_true", help="smaller data and two short rounds: about three minutes")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="measure on one database")
    only = f"only scenarios whose name it finds, such as '{MIXED_LOAD}' or '{HANGING_MODEL}'; no starts, no certificate"
    parser.add_argument("--only", metavar="REGEX", type=re.compile, help=only)
    server = os.environ.get("TEST_POSTGRES_URL", DEFAULT_SERVER)
    parser.add_argument("--postgresql", metavar="URL", default=server, help="a server on which databases may be made (%(default)s)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures to a file")
    parser.add_argument(
        "--before", metavar="FILE", type=Path, help="print the figures of an earlier run, written by --json, beside today's"
    )
    asked = parser.parse_args()
    before = read_run(asked.before) if asked.before else None
    return Options(SHORT if asked.quick else LONG, asked.database, asked.only, asked.postgresql, asked.json, before)


def _write(options: Options, run: Run) -> None:
    """Write what is measured so far: a run that is ended early leaves its first part."""
    if options.json:
        write_run(options.json, run)


def _postgresql(server: str) -> str | None:
    try:
        return postgresql_version(server)
    except psycopg.OperationalError:
        return None


def _measure_on(url: str, tenth: str, folder: Path, options: Options, name: str, figures: Figures) -> None:
    plan, only = options.plan, options.only
    environment = {"BILIM_HOME": str(folder), "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32), "ENVIRONMENT": "test"} | KEYS
    place = Place(environment, folder)
    upgrade(url)
    starts = None if only else _starts(place, plan.starts)
    begun = time.monotonic()
    with _filled(environment, plan.scale) as (content, undo):
        asked = [each for each in scenarios(content, plan.scale, undo) if only is None or only.search(each.name)]
        _say(f"\n== {name}: {report.scale(plan.scale)}; built in {time.monotonic() - begun:.0f} s")
        restarts = None if only else _starts(place, plan.starts)
        if asked:
            _compare(place, plan, asked, starts and restarts and (starts, restarts), figures)
            _grow(place, tenth, plan, asked, figures)
        if only is None or only.search(MIXED_LOAD):
            _say(report.mixed(mixed_load(environment, folder / "mixed.log", content, plan.scale, undo.marks, plan.mix), figures))
        if only is None or only.search(HANGING_MODEL):
            _say(report.hanging_model(beside_model(environment, folder / "model.log", content, plan.pairs), figures))


def _compare(place: Place, plan: Plan, asked: list[Scenario], starts: tuple[Spread, Spread] | None, figures: Figures) -> None:
    """Product and floor, in turn."""
    with ExitStack() as servers:
        product = servers.enter_context(serving(PRODUCT, place.environment, place.folder / "product.log"))
        floor = servers.enter_context(serving(FLOOR, place.environment, place.folder / "floor.log"))
        unlike = {scenario.label: where for scenario in asked if (where := differing(product, floor, scenario))}
        for label, where in unlike.items():
            _say(f"The floor is out of date, so there are no figures for {label!r}. Product and floor answer {where}")
        for line in changed_sql(load(place.environment), asked):
            _say(f"The floor is out of date, so the ratio says less. {line}")
        alike = [scenario for scenario in asked if scenario.label not in unlike]
        results = measure(product, floor, alike, plan.rounds, plan.seconds)
        found = starts and report.Costs(*starts, product.memory(), floor.memory())
    _say(report.table(results, figures))
    if found:
        _say(report.costs(found, figures))


def _grow(place: Place, tenth: str, plan: Plan, asked: list[Scenario], figures: Figures) -> None:
    """What grows with the centre's data: on servers of their own, since what a server did before shows in its memory."""
    growing = [scenario for scenario in asked if scenario.name in GROWING]
    longest = [scenario for scenario in asked if scenario.name == ATTENDANCE]
    log = place.folder / "product.log"
    if longest:
        with serving(PRODUCT, place.environment, log) as product:
            _say(report.memory(first_answer(product, next(longest[0].asks)), figures))
    if growing:
        upgrade(tenth)
        smaller = place.environment | {"DATABASE_URL": tenth}
        scale = replace(QUICK, centre=plan.scale.centre.tenth())
        with _filled(smaller, scale) as (content, undo), ExitStack() as servers:
            small = {scenario.name: scenario for scenario in scenarios(content, scale, undo)}
            few = servers.enter_context(serving(PRODUCT, smaller, log))
            many = servers.enter_context(serving(PRODUCT, place.environment, log))
            pairs = [(alone(small[scenario.name]), alone(scenario)) for scenario in growing]
            _say(report.growth(grown(few, many, pairs, plan.rounds, plan.seconds / 2), figures))


@contextmanager
def _filled(environment: dict[str, str], scale: Scale) -> Generator[tuple[Content, Undo]]:
    """A database's content, and what forgets the writes that are used up there."""
    settings = load(environment)
    database = open_database(settings)
    try:
        engine = database.engine
        content = build(engine, scale, make_tokens(settings))
        yield (
            content,
            Undo(
                partial(unmark, engine),
                partial(forget_submissions, engine),
                partial(forget_starts, engine, scale.mock),
                partial(forget_attempts, engine, scale.quiz),
                partial(begin_anew, engine, scale.quiz),
                partial(forget_reviews, engine),
                partial(forget_calls, engine, scale.payments),
            ),
        )
    finally:
        database.close()


def _starts(place: Place, times: int) -> Spread:
    """Seconds from `python -m uvicorn main:app` to the first answer. The very first start also makes the first superuser."""
    taken: list[float] = []
    for _ in range(times):
        with serving(DOCUMENTED, place.environment, place.folder / "start.log") as server:
            taken.append(server.started_in)
    return spread(taken)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
