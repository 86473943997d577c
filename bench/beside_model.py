"""What ordinary requests take while fifty questions wait for a language model that hangs, as a multiple of what they take alone.

Both are measured in turn within one run of one server: short blocks, alone and beside, in the order alone, beside, beside, alone, so that a
machine that grows slower slows both. Where there are two cores or more the server has one of its own. The bar: p95 at most 1.10 times.
On a busy machine times say little; the server's CPU time a request, and what it takes while nobody but the questions is there, say whether
waiting costs anything.
"""

import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

from msgspec import Struct

from bench import waiting
from bench.data import Content
from bench.load import drive, percentile, request
from bench.measure import Spread, spread
from bench.mixed import until_called
from bench.neighbours import Calls, Errand, beside
from bench.servers import WAITING, Server, serving
from bench.stub import SilentService

BAR = 1.10
_QUESTIONS, _QUESTION = 50, '{"prompt":"What does although mean?"}'
_PATHS = {"own profile": "/api/v1/users/me", "20 courses": "/api/courses/?limit=20"}
_CONNECTIONS = 2
"""Few: it is the waiting for an answer that is measured, not how many answers there are."""
_WARM_UP_SECONDS = 2.0
_PEOPLE = 100
"""Who ask in turn."""


class Pairs(Struct, frozen=True):
    """How much is measured."""

    blocks: int
    """Pairs of blocks."""
    seconds: float
    """How long each kind of request is asked in a block."""


class Beside(Struct):
    """One kind of request: its figures alone in milliseconds, and what they are multiplied by beside the questions."""

    name: str
    p50: Spread
    p95: Spread
    times_p50: Spread
    times_p95: Spread
    times_cpu: Spread
    """Of the server's user and system time a request."""
    asked: int


class Answered(Struct):
    """What the run showed."""

    kinds: list[Beside]
    waiting: int
    """Questions that waited at the model, in the block in which the fewest did."""
    idle: Spread
    """Milliseconds of CPU a second that the server takes while nothing but the questions is there."""
    is_pinned: bool


class _Turn(Struct):
    """What one kind of request met in one block."""

    latencies: list[float]
    cpu: float
    """Seconds of the server's a request."""


_Block = dict[str, _Turn]


def beside_model(environment: dict[str, str], log: Path, content: Content, pairs: Pairs) -> Answered:
    """Measure on a server of its own, as a school runs one."""
    with ExitStack() as stack:
        service = SilentService()
        stack.callback(service.close)
        outside = {"LLM_BASE_URL": f"{service.url}v1", "LLM_MODEL": "silent", waiting.ADDRESS: service.url, "ENVIRONMENT": "development"}
        server = stack.enter_context(_on_a_core_of_its_own(environment | outside, log))
        tokens = list(content.tokens.values())
        _ask_all(server, tokens, _WARM_UP_SECONDS)
        alone: list[_Block] = []
        busy: list[_Block] = []
        idle: list[float] = []
        fewest = _QUESTIONS
        for number in range(pairs.blocks):
            for is_beside in (False, True) if number % 2 == 0 else (True, False):
                if not is_beside:
                    alone.append(_ask_all(server, tokens, pairs.seconds))
                    continue
                questions = Calls("POST", "/api/v1/ai/ask", _QUESTIONS, body=_QUESTION, tokens=tokens[:_QUESTIONS])
                with service.hanging(), beside(Errand(server.port, questions)):
                    until_called(service)
                    idle.append(_idle(server, pairs.seconds))
                    busy.append(_ask_all(server, tokens, pairs.seconds))
                    fewest = min(fewest, service.waiting())
    return Answered([_compared(name, alone, busy) for name in _PATHS], fewest, spread(idle), _is_pinnable())


def _idle(server: Server, seconds: float) -> float:
    before = server.cpu_seconds()
    time.sleep(seconds)
    return (server.cpu_seconds() - before) * 1000 / seconds


def _ask_all(server: Server, tokens: Sequence[str], seconds: float) -> _Block:
    """Ask one kind of request after the other."""
    return {name: _ask(server, path, tokens, seconds) for name, path in _PATHS.items()}


def _ask(server: Server, path: str, tokens: Sequence[str], seconds: float) -> _Turn:
    requests = cycle([request("GET", path, token) for token in tokens[:_PEOPLE]])
    before = server.cpu_seconds()
    met = drive(server.port, requests, seconds, _CONNECTIONS)
    return _Turn(met.latencies, (server.cpu_seconds() - before) / len(met.latencies))


def _compared(name: str, alone: list[_Block], busy: list[_Block]) -> Beside:
    """Each block beside is divided by the one alone of its own pair."""

    def figures(figure: Callable[[_Turn], float]) -> tuple[Spread, Spread]:
        pairs = [(figure(one[name]), figure(other[name])) for one, other in zip(alone, busy, strict=True)]
        return spread([one for one, _ in pairs]), spread([other / one for one, other in pairs])

    p50, times_p50 = figures(lambda turn: percentile(turn.latencies, 50))
    p95, times_p95 = figures(lambda turn: percentile(turn.latencies, 95))
    _, times_cpu = figures(lambda turn: turn.cpu)
    asked = sum(len(block[name].latencies) for block in (*alone, *busy))
    return Beside(name, p50, p95, times_p50, times_p95, times_cpu, asked)


def _is_pinnable() -> bool:
    return hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


@contextmanager
def _on_a_core_of_its_own(environment: dict[str, str], log: Path) -> Generator[Server]:
    """A server on one core, while this process and the neighbours that it starts are on the others."""
    if not _is_pinnable():
        with serving(WAITING, environment, log) as server:
            yield server
        return
    cores = os.sched_getaffinity(0)
    own = min(cores)
    try:
        os.sched_setaffinity(0, {own})  # which the server inherits
        with serving(WAITING, environment, log) as server:
            os.sched_setaffinity(0, cores - {own})
            yield server
    finally:
        os.sched_setaffinity(0, cores)
