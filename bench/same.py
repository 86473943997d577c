"""Whether product and floor do the same: the same bytes for the same reads, the same effect of a write, the same SQL."""

import asyncio
import http.client
import re
from typing import Any

import httpx
import msgspec
from sqlalchemy import event

from bench.floor import drivers
from bench.floor.sql import SENT, statement
from bench.scenarios import Scenario
from bench.servers import Server
from bilim.app import make_app
from bilim.db.prepared import watchers
from bilim.settings import Settings

_READS = 100


def differing(product: Server, floor: Server, scenario: Scenario) -> str | None:
    """Where the two answer differently, in a few words; None where the bytes are the same (for writes: names, types and effect)."""
    for _ in range(_READS if scenario.method == "GET" else 1):
        path, token = next(scenario.targets)
        ours = _ask(product, scenario.method, path, token)
        if scenario.method == "GET":
            bare = _ask(floor, scenario.method, path, token)
            if ours != bare:
                return f"{path}: {_around(ours, bare)}"
        else:
            path, token = next(scenario.targets)
            bare = _ask(floor, scenario.method, path, token)
            if _shape(ours) != _shape(bare):
                return f"{path}: {ours.decode()} and {bare.decode()}"
            _check_effect(product, path, token)
    return None


def _around(ours: bytes, bare: bytes) -> str:
    """Both answers around their first difference."""
    place = next((place for place, (one, other) in enumerate(zip(ours, bare, strict=False)) if one != other), min(len(ours), len(bare)))
    part = slice(max(0, place - 40), place + 20)
    return f"{ours[part]!r} and {bare[part]!r}"


def _check_effect(product: Server, path: str, token: str) -> None:
    """The product must know of what the floor wrote."""
    lesson_id = int(path.split("/")[-2])
    last = msgspec.json.decode(_ask(product, "GET", "/api/v1/user-progress/last", token))
    profile = msgspec.json.decode(_ask(product, "GET", "/api/v1/users/me", token))
    if last["lesson_id"] != lesson_id or profile["last_viewed_lesson_id"] != lesson_id:
        raise SystemExit("bench: the product does not find what the floor wrote")


def _ask(server: Server, method: str, path: str, token: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, headers={"authorization": f"Bearer {token}"})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise SystemExit(f"bench: {path} answered {response.status}: {body[:1000]!r}")
    return body


def _shape(body: bytes) -> Any:
    """Names, types and lengths of a flat object's values."""
    return [(name, type(value), len(value) if isinstance(value, str) else 0) for name, value in msgspec.json.decode(body).items()]


def changed_sql(settings: Settings, scenarios: list[Scenario]) -> list[str]:
    """Where the product sends other SQL than the floor, a line each; empty while the floor is still the product's floor."""
    app = make_app(settings)
    engine = app.state.work.db.engine
    sent: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        sent.append(text)

    watchers.append(sent.append)

    async def ask(scenario: Scenario) -> list[str]:
        path, token = next(scenario.targets)
        sent.clear()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client:
            response = await client.request(scenario.method, path, headers={"authorization": f"Bearer {token}"})
        response.raise_for_status()
        return [text for text in sent if not text.startswith("BEGIN")]

    try:
        found = [line for scenario in scenarios for line in _differences(scenario, asyncio.run(ask(scenario)), sqlite=settings.is_sqlite)]
        with engine.connect() as connection:
            return found + (_other_pragmas(connection) if settings.is_sqlite else [])
    finally:
        watchers.remove(sent.append)
        app.state.work.close()


def _differences(scenario: Scenario, sent: list[str], *, sqlite: bool) -> list[str]:
    ours = [_plain(text) for text in sent]
    bare = [_plain(statement(text, sqlite=sqlite, ids=1)) for text in SENT[scenario.name]]
    if len(ours) != len(bare):
        return [f"{scenario.label}: the product sends {len(ours)} statements, the floor {len(bare)}"]
    return [f"{scenario.label}: the product now sends {text}" for text, other in zip(ours, bare, strict=True) if text != other]


def _plain(text: str) -> str:
    """SQL without what may differ: parameters and constants, casts, aliases, white space, PostgreSQL's RETURNING of ids."""
    text = re.sub(r"::[A-Z]+( WITH TIME ZONE)?", "", " ".join(text.split()))
    text = re.sub(r"%\(\w+\)s|(?<![\w)]):\w+|\b\d+\b|\btrue\b|\bfalse\b|\?", "?", text)
    text = re.sub(r" AS \w+| RETURNING \w+\.id$| OFFSET \?$", "", text)
    return re.sub(r" IN \(\?(, \?)*\)", " IN (?)", text)


def _other_pragmas(connection: Any) -> list[str]:
    """Pragmas of the product's connections that the floor's does not have."""
    mine = drivers.Sqlite(str(connection.engine.url))
    names = [pragma.partition("=")[0] for pragma in drivers.SQLITE_PRAGMAS]
    theirs = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    own = {name: mine.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
    return [f"PRAGMA {name} is {theirs[name]} in the product, {own[name]} in the floor" for name in names if theirs[name] != own[name]]
