"""What grows with the data: ratings and dashboard on a tenth of it and on all of it, and the memory that the longest list takes."""

import http.client
from threading import Event, Thread

from msgspec import Struct

from bench.measure import Spread, Turn, spread, take_turn
from bench.scenarios import DASHBOARD, Ask, Scenario
from bench.servers import Memory, Server

FLAT_BARS = {DASHBOARD: 1.5}
"""What must cost the same however long the history is."""

_SAMPLE_SECONDS = 0.002


class Growth(Struct):
    """One scenario on both sizes, asked one request at a time."""

    label: str
    few_ms: Spread
    """p50 on a tenth of the data."""
    many_ms: Spread
    """p50 on all of it."""
    few_cpu: Spread
    many_cpu: Spread
    bar: float | None
    """The most CPU and time on all of the data, as a multiple of those on a tenth; None where they may grow."""


def grown(few: Server, many: Server, pairs: list[tuple[Scenario, Scenario]], rounds: int, seconds: float) -> list[Growth]:
    """Every scenario on both servers, round by round.

    Args:
        few: serves a tenth of the data.
        pairs: each scenario as asked of `few` and of `many`.
    """
    turns: dict[str, list[tuple[Turn, Turn]]] = {}
    bars = {large.label: FLAT_BARS.get(large.name) for _, large in pairs}
    for _ in range(rounds):
        for small, large in pairs:
            pair = take_turn(few, small, seconds), take_turn(many, large, seconds)
            turns.setdefault(large.label, []).append(pair)
    return [
        Growth(
            label,
            spread([one.p50 for one, _ in of]),
            spread([all_.p50 for _, all_ in of]),
            spread([one.cpu for one, _ in of]),
            spread([all_.cpu for _, all_ in of]),
            bars[label],
        )
        for label, of in turns.items()
    ]


class Answer(Struct):
    """What one long answer took."""

    size: int
    """Bytes of body."""
    before: Memory
    after: Memory
    peak: Memory


def first_answer(server: Server, ask: Ask) -> Answer:
    """The first long list that a server answers, after a short one of something else; its memory is looked at all the while."""
    _read(server, Ask("/api/v1/subjects/", ask.token))
    before = peak = server.memory()
    done = Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(_SAMPLE_SECONDS):
            now = server.memory()
            peak = Memory(max(peak.resident, now.resident), max(peak.own, now.own))

    watcher = Thread(target=watch)
    watcher.start()
    try:
        size = _read(server, ask)
    finally:
        done.set()
        watcher.join()
    return Answer(size, before, server.memory(), peak)


def _read(server: Server, ask: Ask) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", ask.path, headers={"authorization": f"Bearer {ask.token}"})
    response, size = connection.getresponse(), 0
    while piece := response.read(65_536):
        size += len(piece)
    connection.close()
    return size
