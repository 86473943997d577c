"""Measure the search: how often the right course stands among the first three, how long it takes, and beside a floor.

`python -m bench.search [--database sqlite|postgresql] [--lessons 50000] [--seed 7]`. Two sets of queries are made: of a fixed seed and of
one that is drawn when the bench runs. Ends with status 1 where a bar is missed.
"""

import argparse
import http.client
import json
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from sqlalchemy import event

from bench.databases import DEFAULT_SERVER, postgresql_database, sqlite_file
from bench.search import corpus
from bench.search.corpus import Query, Sizes
from bench.search.floor import Recorded
from bench.servers import PRODUCT, Server, serving
from bilim.db.engine import Database
from bilim.db.migrate import upgrade
from bilim.db.prepared import Plan
from bilim.kit.paging import Page
from bilim.market.inputs import CourseFilter
from bilim.market.queries import courses, results
from bilim.settings import load

FOUND = 0.95
P99_MS = 50.0
RATIO = 2.0
_FLOOR = ("-m", "bench.search.floor")
_QUERIES = 600
_TURNS = 10
_LISTS = ("free=true&min_rating=4&ordering=-rating&limit=20", "category=3&level=B1&max_price=100000&limit=20")


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(description="Measure the search.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="measure on one database")
    server = os.environ.get("TEST_POSTGRES_URL", DEFAULT_SERVER)
    parser.add_argument("--postgresql", metavar="URL", default=server, help="a server on which databases may be made (%(default)s)")
    parser.add_argument("--lessons", type=int, default=Sizes().lessons)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9), help="of the second set of queries")
    options = parser.parse_args()
    missed: list[str] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in ("sqlite", "postgresql"):
            if options.database in {None, name}:
                made = sqlite_file(folder, "search") if name == "sqlite" else postgresql_database(options.postgresql, "search")
                with made as url:
                    missed += _measure(name, url, folder, Sizes(lessons=options.lessons), (1, options.seed))
    if missed:
        sys.exit(f"missed: {'; '.join(missed)}")


def _measure(name: str, url: str, folder: Path, sizes: Sizes, seeds: tuple[int, int]) -> list[str]:
    settings = load({"DATABASE_URL": url, "BILIM_HOME": str(folder), "SECRET_KEY": "k" * 40})
    upgrade(url, settings.zone)
    db = Database(url, settings.zone, 2)
    begun = time.perf_counter()
    shown = corpus.published(db, corpus.build(db, sizes, 1))
    print(f"\n{name}: {sizes.courses} courses, {sizes.lessons} lessons, {sizes.reviews} reviews, in {time.perf_counter() - begun:.0f} s")
    environment = {"DATABASE_URL": url, "BILIM_HOME": str(folder), "SECRET_KEY": "k" * 40, "RUN_JOBS": "false", "LOG_LEVEL": "WARNING"}
    missed: list[str] = []
    with serving(PRODUCT, environment, folder / "product.log") as product:
        for seed in seeds:
            missed += _quality(name, product.port, corpus.queries(shown, _QUERIES, seed), seed)
        asked = corpus.queries(shown, _QUERIES, 2)
        searches = [f"/api/search/?{urlencode({'q': query.text})}" for query in asked]
        lists = [f"/api/courses/?{urlencode({'search': query.text})}&{part}" for query in asked[:100] for part in _LISTS]
        for what, paths in (("search", searches), ("filtered list", lists), ("facets of all", ["/api/search/?free=true"] * 100)):
            record = folder / "recorded.json"
            record.write_bytes(msgspec.json.encode(_record(db, paths[:60], product.port)))
            with serving(_FLOOR, {"DATABASE_URL": url, "RECORDED": str(record)}, folder / "floor.log") as floor:
                missed += _speed(f"{name}, {what}", product, floor, paths, is_sqlite=db.is_sqlite)
    db.close()
    return missed


def _quality(name: str, port: int, queries: list[Query], seed: int) -> list[str]:
    right, asked = Counter[str](), Counter[str]()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for query in queries:
        answer = _get(connection, f"/api/courses/?{urlencode({'search': query.text, 'limit': 3})}")
        asked[query.kind] += 1
        right[query.kind] += query.course_id in [course["id"] for course in answer]
    shares = {kind: right[kind] / asked[kind] for kind in asked}
    print(f"  seed {seed}: right course in the first three of {sum(asked.values())} queries")
    for kind, share in shares.items():
        print(f"    {kind:<14} {share:7.1%} of {asked[kind]}  {'' if share >= FOUND else 'MISSED'}")
    return [f"{name}, seed {seed}, {kind}: {share:.1%}" for kind, share in shares.items() if share < FOUND]


def _speed(what: str, product: Server, floor: Server, paths: list[str], *, is_sqlite: bool) -> list[str]:
    """The product alone over all paths; then it and the floor by turns over those that were recorded."""
    whole = sorted(_times(product.port, paths))
    p50, p99 = (whole[int(len(whole) * share)] * 1000 for share in (0.5, 0.99))
    ratio = (_ratio_of_cpu if is_sqlite else _ratio_of_times)(product, floor, paths[:60])
    print(f"  {what}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {ratio:.2f} × the floor, by {'CPU' if is_sqlite else 'time'}")
    late = [] if p99 < P99_MS else [f"{what}: p99 {p99:.0f} ms"]
    return late + ([] if ratio <= RATIO else [f"{what}: {ratio:.2f} × the floor"])


def _ratio_of_cpu(product: Server, floor: Server, paths: list[str]) -> float:
    """By the CPU of both processes, which do all of the work: what else runs on the machine counts for neither."""
    taken = [0.0, 0.0]
    for _ in range(_TURNS):
        for side, server in enumerate((product, floor)):
            before = server.cpu_seconds()
            _times(server.port, paths)
            taken[side] += server.cpu_seconds() - before
    return taken[0] / taken[1]


def _ratio_of_times(product: Server, floor: Server, paths: list[str]) -> float:
    """By the least time of each path, since the database's processes do most of the work."""
    least = [sum(min(_times(server.port, [path] * _TURNS)) for path in paths) for server in (product, floor)]
    return least[0] / least[1]


def _times(port: int, paths: list[str]) -> list[float]:
    connection, times = http.client.HTTPConnection("127.0.0.1", port), []
    for path in paths:
        begun = time.perf_counter()
        _get(connection, path)
        times.append(time.perf_counter() - begun)
    return times


def _get(connection: http.client.HTTPConnection, path: str) -> Any:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (path, body)
    return json.loads(body)


def _record(db: Database, paths: list[str], port: int) -> list[Recorded]:
    """What the product asks the database for each path: its own queries are run here, and their statements noted."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    noted: list[tuple[str, Any]] = []
    execute = Plan._execute  # noqa: SLF001 - prepared statements pass SQLAlchemy's events by

    def noting(plan: Plan, on: Any, cursor: Any, values: Any) -> Any:
        noted.append(plan._bind(values))  # noqa: SLF001
        return execute(plan, on, cursor, values)

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        noted.append((text, values))

    Plan._execute = noting  # type: ignore[method-assign]  # noqa: SLF001
    for engine in db.engines:
        event.listen(engine, "before_cursor_execute", note)
    recorded = []
    for path in paths:
        noted.clear()
        asked: dict[str, Any] = dict(parse_qsl(path.partition("?")[2]))
        limit, ordering = int(asked.pop("limit", 20)), asked.pop("ordering", None)
        asked["search"] = asked.pop("q", asked.get("search"))
        wanted = msgspec.convert({name: asked.get(name) for name in CourseFilter.__struct_fields__}, CourseFilter, strict=False)
        with db.read() as tx:
            if path.startswith("/api/search"):
                results.search(tx, None, Page(0, limit), wanted)
            else:
                courses.filtered_courses(tx, None, Page(0, limit), wanted, ordering).all()
        recorded.append(Recorded(path, list(noted), _get(connection, path)))
    Plan._execute = execute  # type: ignore[method-assign]  # noqa: SLF001
    for engine in db.engines:
        event.remove(engine, "before_cursor_execute", note)
    return recorded


if __name__ == "__main__":
    main()
