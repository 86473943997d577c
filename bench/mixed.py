"""Mixed load: what short requests take beside slow neighbours, as a multiple of what they take alone.

One's own profile and marking a class have a bar. A page of courses and signing in are told besides: they run on other threads.

A round measures alone, then beside each kind of neighbour, and takes each multiple to its own round's figure alone. All rounds are of one
server process; it comes to rest after each kind.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

import msgspec
from msgspec import Struct, field

from bench import waiting
from bench.data import SIGN_IN, Content, Scale
from bench.load import percentile, request
from bench.measure import Spread, spread
from bench.neighbours import Calls, Done, Errand, Kind, Lists, Uploads, beside
from bench.probe import Met, probe
from bench.servers import WAITING, Server, serving
from bench.stub import SilentService

ALONE = "alone"
PROFILE, MARK, COURSES, ENTER = "own profile", "mark a class", "20 courses", "sign in"
BARRED = (PROFILE, MARK)
_PROFILES_A_SECOND, _COURSES_A_SECOND = 40, 10
_SIGN_INS, _SIGN_IN_SECONDS = 5, 2.5
"""In a turn of their own, since each takes the CPU for longer than all else together."""
_WARM_UP_SECONDS = 1
_CALLING_SECONDS, _LONGEST_CALLING = 0.3, 20
"""Where so long no more calls have reached the outside service, all that can wait do; and how long that may take."""
_QUESTIONS, _QUESTION = 50, '{"prompt":"What does although mean?"}'
_READ_BYTES, _SEND_BYTES = 1_000_000, 10_000_000
_REST_SECONDS, _REST_CPU, _LONGEST_REST = 0.3, 0.02, 60
"""A server that used so little CPU in so many seconds is at rest; and how long it may take until then."""


class Mix(Struct, frozen=True):
    """How much mixed load is measured."""

    rounds: int
    seconds: float
    """How long short requests are asked beside each kind of neighbour."""
    upload_bytes: int


class Probe(Struct):
    """One kind of short request beside one kind of neighbour."""

    name: str
    p99: Spread
    """Milliseconds."""
    times: Spread | None
    """As a multiple of the p99 alone; None for that itself."""
    asked: int
    refused: int


class Phase(Struct):
    """One kind of neighbour."""

    key: str
    label: str
    probes: list[Probe]
    """Empty where this kind cannot be measured yet."""
    words: list[str]
    """What the neighbours did, and what the server did after them."""


class _Neighbour(Struct):
    key: str
    label: str
    kind: Kind | None
    """None: nobody."""
    measured: bool = True


class _Seen(Struct):
    """What one kind's rounds showed."""

    met: list[dict[str, Met]] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    """Connections that waited at the silent service when the last short request was answered."""
    rests: list[float] = field(default_factory=list)
    """Seconds that the server went on working after its neighbours had left."""


def mixed_load(environment: dict[str, str], log: Path, content: Content, scale: Scale, unmark: Callable[[], None], mix: Mix) -> list[Phase]:
    """Measure everything on a server of its own, which runs jobs and asks for a captcha as a school's does."""
    neighbours = _neighbours(content, scale, mix)
    seen = {neighbour.key: _Seen() for neighbour in neighbours}
    with ExitStack() as stack:
        service = SilentService()
        stack.callback(service.close)
        outside = {"RECAPTCHA_SECRET": "bench", "RECAPTCHA_URL": service.url, waiting.ADDRESS: service.url}
        outside |= {"LLM_BASE_URL": f"{service.url}v1", "LLM_MODEL": "silent"}
        server = stack.enter_context(serving(WAITING, environment | outside | {"ENVIRONMENT": "development"}, log))
        tokens = cycle(content.tokens.values())
        probe(server.port, _requests(tokens, content, scale, mix), _WARM_UP_SECONDS)
        for _ in range(mix.rounds):
            for neighbour in neighbours:
                if neighbour.measured:
                    unmark()
                    _measure(server, service, neighbour.kind, _requests(tokens, content, scale, mix), mix, seen[neighbour.key])
        unmark()
    return [_phase(neighbour, seen[neighbour.key], seen[ALONE]) for neighbour in neighbours]


def _neighbours(content: Content, scale: Scale, mix: Mix) -> list[_Neighbour]:
    form = '{"username":"newcomerNUMBER","password":"a long password","email":"newcomerNUMBER@example.com"}'
    rows, megabytes = scale.centre.attendance, mix.upload_bytes // 1_000_000
    return [
        _Neighbour(ALONE, "alone", None),
        _Neighbour(
            "lists",
            f"beside 4 readers of all attendance, {rows:,} rows, each at {_READ_BYTES // 1_000_000} MB/s",
            Lists("/api/v1/attendance/", content.teacher, 4, _READ_BYTES),
        ),
        _Neighbour(
            "uploads",
            f"beside 4 uploads of {megabytes} MB, each at {_SEND_BYTES // 1_000_000} MB/s",
            Uploads(1, content.teacher, 4, _SEND_BYTES, mix.upload_bytes),
        ),
        _Neighbour(
            "outside service",
            "beside 200 calls that wait for an outside service",
            Calls("GET", waiting.PATH, 200),
            measured=bool(waiting.ROUTES),
        ),
        _Neighbour(
            "tutor",
            f"beside {_QUESTIONS} questions to the tutor that wait for a hanging model",
            Calls("POST", "/api/v1/ai/ask", _QUESTIONS, body=_QUESTION, tokens=list(islice(content.tokens.values(), _QUESTIONS))),
        ),
        _Neighbour(
            "captcha",
            "beside 32 sign-ups that wait for a hanging captcha",
            Calls("POST", "/api/v1/users/", 32, {"g-recaptcha-response": "token"}, form),
        ),
    ]


def _requests(tokens: Iterator[str], content: Content, scale: Scale, mix: Mix) -> dict[str, list[bytes]]:
    """The short requests of one turn. Every class is marked once: there is one register a day."""

    def reads(path: str, a_second: int) -> list[bytes]:
        return [request("GET", path, token) for token in islice(tokens, round(a_second * mix.seconds))]

    groups = range(1, scale.centre.groups + 1)
    return {
        PROFILE: reads("/api/v1/users/me", _PROFILES_A_SECOND),
        MARK: [request("POST", "/api/v1/attendance/bulk_create/", content.admin, f'{{"group_id":{group}}}') for group in groups],
        COURSES: reads("/api/courses/?limit=20", _COURSES_A_SECOND),
    }


def _measure(server: Server, service: SilentService, kind: Kind | None, requests: dict[str, list[bytes]], mix: Mix, seen: _Seen) -> None:
    """One turn of one kind of neighbour, from rest to rest."""
    _rest(server)
    if kind is None:
        seen.met.append(_probe_all(server, requests, mix))
        return
    with service.hanging(), beside(Errand(server.port, kind)) as did:
        if isinstance(kind, Calls):
            until_called(service)
        seen.met.append(_probe_all(server, requests, mix))
        seen.waiting.append(service.waiting())
    seen.done.append(did())
    seen.rests.append(_rest(server))


def _probe_all(server: Server, requests: dict[str, list[bytes]], mix: Mix) -> dict[str, Met]:
    sign_ins = [request("POST", "/api/v1/login", "", msgspec.json.encode(SIGN_IN).decode())] * _SIGN_INS
    return probe(server.port, requests, mix.seconds) | probe(server.port, {ENTER: sign_ins}, _SIGN_IN_SECONDS)


def until_called(service: SilentService) -> None:
    """Wait until the callers wait.

    Their beginning does not count, such as loading what asks a model. That of lists and uploads does, as what they do to others is work.
    """
    begun, before, now = time.monotonic(), -1, service.waiting()
    while (now > before or not now) and time.monotonic() - begun < _LONGEST_CALLING:
        time.sleep(_CALLING_SECONDS)
        before, now = now, service.waiting()


def _rest(server: Server) -> float:
    """Wait until the server is at rest; return how long it was not."""
    begun = time.monotonic()
    while (before := time.monotonic()) - begun < _LONGEST_REST:
        used = server.cpu_seconds()
        time.sleep(_REST_SECONDS)
        if server.cpu_seconds() - used <= _REST_CPU:
            break
    return before - begun


def _phase(neighbour: _Neighbour, seen: _Seen, alone: _Seen) -> Phase:
    probes = [_probed(name, seen, None if seen is alone else alone) for name in (*BARRED, COURSES, ENTER)] if seen.met else []
    return Phase(neighbour.key, neighbour.label, probes, _words(neighbour.kind, seen))


def _probed(name: str, seen: _Seen, alone: _Seen | None) -> Probe:
    p99 = [percentile(met[name].latencies, 99) for met in seen.met]
    base = [percentile(met[name].latencies, 99) for met in alone.met] if alone else []
    times = spread([one / other for one, other in zip(p99, base, strict=True)]) if base else None
    asked, refused = (sum(of) for of in zip(*((len(met[name].latencies), met[name].refused) for met in seen.met), strict=True))
    return Probe(name, spread(p99), times, asked, refused)


def _words(kind: Kind | None, seen: _Seen) -> list[str]:
    """What the neighbours did in all rounds: whether they were the load that they were to be."""
    if kind is None or not seen.done:
        return []
    answers: dict[str, int] = {}
    for done in seen.done:
        for status, count in done.answers.items():
            answers[status] = answers.get(status, 0) + count
    told = ", ".join(f"{count} × {status}" for status, count in sorted(answers.items())) or "none"
    line = f"the neighbours asked {sum(done.asked for done in seen.done)} times; whole answers: {told}"
    if isinstance(kind, Calls):
        line += f"; at the end {min(seen.waiting)} or more waited at the service"
    else:
        line += f"; {sum(done.moved for done in seen.done) / 1e6:.0f} MB moved"
    return [line, f"the server went on working for {max(seen.rests):.1f} s or less after they had left"]
