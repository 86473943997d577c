"""Measuring: product and floor in turn, several rounds, medians."""

from collections.abc import Callable
from statistics import median

from msgspec import Struct

from bench.load import Drive, drive, percentile
from bench.scenarios import Scenario
from bench.servers import Server

_WARM_UP = 0.15
"""Seconds of unmeasured requests before each turn: whoever did not write last has stale pages in its cache."""


class Spread(Struct):
    """Median, least and greatest of the rounds."""

    median: float
    least: float
    greatest: float


class Turn(Struct):
    """One server and scenario for one turn."""

    cpu: float
    """Microseconds of the server process's user and system time a request. What PostgreSQL's own processes take is not in it."""
    rate: float
    """Requests a second."""
    p50: float
    p99: float
    """Milliseconds from request to whole answer."""


class Side(Struct):
    """The spreads of a side's turns."""

    cpu: Spread
    rate: Spread
    p50: Spread
    p99: Spread
    turns: list[Turn]


class Result(Struct):
    """A scenario's figures."""

    scenario: Scenario
    product: Side
    floor: Side


def measure(product: Server, floor: Server, scenarios: list[Scenario], rounds: int, seconds: float) -> list[Result]:
    """All scenarios in every round, each with both servers one right after the other; who begins alternates.

    Args:
        seconds: how long each turn lasts.
    """
    turns: dict[str, list[tuple[Turn, Turn]]] = {scenario.name: [] for scenario in scenarios}
    for turn in range(rounds):
        for scenario in scenarios:
            if turn % scenario.every:
                continue
            first, second = (product, floor) if turn % 2 == 0 else (floor, product)
            pair = take_turn(first, scenario, seconds), take_turn(second, scenario, seconds)
            turns[scenario.name].append(pair if first is product else pair[::-1])
    return [_result(scenario, turns[scenario.name]) for scenario in scenarios]


def take_turn(server: Server, scenario: Scenario, seconds: float) -> Turn:
    """Drive one server with one scenario. The server rests while used-up writes are renewed, so that its CPU time goes on counting."""
    scenario.renew()
    drive(server.port, scenario.requests(), _WARM_UP, scenario.connections)
    before, taken, latencies = server.cpu_seconds(), 0.0, list[float]()
    while taken < seconds:
        scenario.renew()
        driven: Drive = drive(server.port, scenario.requests(), seconds, scenario.connections)
        taken += driven.seconds
        latencies += driven.latencies
    cpu, done = server.cpu_seconds() - before, len(latencies)
    return Turn(cpu / done * 1e6, done / taken, percentile(latencies, 50), percentile(latencies, 99))


def _result(scenario: Scenario, pairs: list[tuple[Turn, Turn]]) -> Result:
    return Result(scenario, _side([ours for ours, _ in pairs]), _side([bare for _, bare in pairs]))


def _side(turns: list[Turn]) -> Side:
    def of(figure: Callable[[Turn], float]) -> Spread:
        return spread([figure(turn) for turn in turns])

    return Side(
        of(lambda turn: turn.cpu),
        of(lambda turn: turn.rate),
        of(lambda turn: turn.p50),
        of(lambda turn: turn.p99),
        turns,
    )


def ratio(of: Side, to: Side) -> Spread:
    """CPU of one side by that of another, round by round: what slows the machine for a while slows both."""
    return spread([turn.cpu / other.cpu for turn, other in zip(of.turns, to.turns, strict=True)])


def spread(figures: list[float]) -> Spread:
    """The spread of figures."""
    return Spread(median(figures), min(figures), max(figures))
