"""Whether product and floor do the same: the same bytes for the same reads, the same effect of a write, the same SQL."""

import asyncio
import http.client
import re
from itertools import islice
from typing import Any

import httpx
import msgspec
from sqlalchemy import event

from bench.floor import drivers
from bench.floor.sql import SENT, statement
from bench.scenarios import Ask, Scenario
from bench.servers import Server
from bilim.app import make_app
from bilim.app.services import make_services
from bilim.db.prepared import watchers
from bilim.settings import Settings

_READS = 100
_KEPT = "quiz_papers.content"
"""In statements that are sent once for what is kept in memory then."""
_PASSING = re.compile(rb'"(server_time|seconds_left|time_spent_seconds|saved_at|submitted_at|audio_file|question_file)":("[^"]*"|\d+)')


def differing(product: Server, floor: Server, scenario: Scenario) -> str | None:
    """Where the two answer differently, in a few words; None where the bytes are the same (for writes: names, types and effect)."""
    if scenario.method != "GET":
        return _differing_write(product, floor, scenario)
    for ask in islice(scenario.asks, _READS if scenario.connections > 1 else 1):
        ours, bare = _ask(product, "GET", ask), _ask(floor, "GET", ask)
        if ours != bare:
            return f"{ask.path}: {_around(ours, bare)}"
    return None


def _differing_write(product: Server, floor: Server, scenario: Scenario) -> str | None:
    """Each writes something else; asked again for what the floor wrote, the product must know of it."""
    scenario.renew()
    ours, ask = _ask(product, scenario.method, next(scenario.asks)), next(scenario.asks)
    bare = _ask(floor, scenario.method, ask)
    if _shape(ours) != _shape(bare):
        return f"{ask.path}: {ours.decode()} and {bare.decode()}"
    told = _ask(product, "GET", Ask(scenario.again(bare), ask.token)) if scenario.again else _ask(product, scenario.method, ask)
    again, bare = _timeless(told), _timeless(bare)
    if scenario.again:
        again, bare = _shared(again, bare)
    return None if again == bare else f"{ask.path}, asked again: {_around(again, bare)}"


def _shared(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    """Of two objects what both tell."""
    first, second = msgspec.json.decode(one), msgspec.json.decode(other)
    names = [name for name in first if name in second]
    return tuple(msgspec.json.encode({name: each[name] for name in names}) for each in (first, second))


def _timeless(body: bytes) -> bytes:
    """An answer without what is another a moment later or from another port: the time, and addresses of files."""
    return _PASSING.sub(rb'"\1":null', body)


def _around(ours: bytes, bare: bytes) -> str:
    """Both answers around their first difference."""
    place = next((place for place, (one, other) in enumerate(zip(ours, bare, strict=False)) if one != other), min(len(ours), len(bare)))
    part = slice(max(0, place - 40), place + 20)
    return f"{ours[part]!r} and {bare[part]!r}"


def _ask(server: Server, method: str, ask: Ask) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, ask.path, ask.body or None, ask.headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status not in (200, 201):
        raise SystemExit(f"bench: {ask.path} answered {response.status}: {body[:1000]!r}")
    return body


def _shape(body: bytes) -> Any:
    """Names, types and numbers of values, and the lengths of moments."""
    return _form(msgspec.json.decode(body))


def _form(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: len(each) if name.endswith("_at") and each else _form(each) for name, each in value.items()}
    return [_form(each) for each in value] if isinstance(value, list) else type(value)


def changed_sql(settings: Settings, scenarios: list[Scenario]) -> list[str]:
    """Where the product sends other SQL than the floor, a line each; empty while the floor is still the product's floor."""
    app = make_app(make_services(settings))
    db = app.state.services.db
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        sent.append(text)

    for engine in db.engines:
        event.listen(engine, "before_cursor_execute", note)
    watchers.append(sent.append)

    async def statements(scenario: Scenario) -> list[str]:
        ask = next(scenario.asks)
        sent.clear()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client:
            response = await client.request(scenario.method, ask.path, content=ask.body, headers=ask.headers)
        response.raise_for_status()
        return [text for text in sent if not text.startswith("BEGIN") and _KEPT not in text]

    try:
        found = [
            line for scenario in scenarios for line in _differences(scenario, asyncio.run(statements(scenario)), sqlite=settings.is_sqlite)
        ]
        with db.engine.connect() as connection:
            return found + (_other_pragmas(connection) if settings.is_sqlite else [])
    finally:
        watchers.remove(sent.append)
        app.state.services.close()


def _differences(scenario: Scenario, sent: list[str], *, sqlite: bool) -> list[str]:
    ours = [_plain(text) for text in sent]
    bare = [_plain(statement(text, sqlite=sqlite)) for text in SENT[scenario.name]]
    if len(ours) != len(bare):
        return [f"{scenario.label}: the product sends {len(ours)} statements, the floor {len(bare)}"]
    return [f"{scenario.label}: the product now sends {text}" for text, other in zip(ours, bare, strict=True) if text != other]


def _plain(text: str) -> str:
    """SQL without what may differ: parameters and constants, casts, aliases, white space, PostgreSQL's RETURNING of ids.

    SQLAlchemy leaves out tables behind SQLite's RETURNING, so they may differ there too.
    """
    text = re.sub(r"::[A-Z]+( WITH TIME ZONE)?", "", " ".join(text.split()))
    text = re.sub(r"%\(\w+\)s|(?<![\w)]):\w+|\b\d+\b|\btrue\b|\bfalse\b|\?", "?", text)
    text = re.sub(r" RETURNING .*", lambda found: re.sub(r"\b\w+\.", "", found[0]), text)
    text = re.sub(r" AS \w+| RETURNING id$| OFFSET \?$|\"", "", text)
    return re.sub(r" IN \(\?(, \?)*\)", " IN (?)", text)


def _other_pragmas(connection: Any) -> list[str]:
    """Pragmas of the product's connections that the floor's does not have."""
    mine = drivers.Sqlite(str(connection.engine.url))
    names = [pragma.partition("=")[0] for pragma in drivers.SQLITE_PRAGMAS]
    theirs = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    own = {name: mine.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
    return [f"PRAGMA {name} is {theirs[name]} in the product, {own[name]} in the floor" for name in names if theirs[name] != own[name]]
