"""Words and figures of the report."""

import os
import platform
import re
import sqlite3
from pathlib import Path

from msgspec import Struct

from bench.beside_model import BAR as BESIDE_MODEL
from bench.beside_model import Answered
from bench.certificate import Typeset
from bench.data import Scale
from bench.figures import Figures, Run
from bench.growth import Answer, Growth
from bench.load import CONNECTIONS
from bench.measure import Result, Side, Spread, ratio
from bench.mixed import BARRED, Phase, Probe
from bench.scenarios import FAR, FAR_BAR, NEAR
from bench.servers import Memory

START, RESTART, RESIDENT = 2.0, 3.0, 150.0
LIST_MIB, LINEAR, MILLISECONDS = 50.0, 10.0, 50.0
MIXED = 3.0
"""The most that a p99 may be beside slow neighbours, as a multiple of that alone."""
CERTIFICATE_SECONDS, CERTIFICATE_BYTES = 0.150, 200_000


class Costs(Struct):
    """What a server costs besides its requests."""

    starts: Spread
    """Seconds from the start of the process to the first answer, on a migrated database without data."""
    restarts: Spread
    """The same on a database with data."""
    product: Memory
    floor: Memory


def machine(postgresql: str | None) -> str:
    """The machine and the versions that matter."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    load = os.getloadavg()[0]
    return (
        f"Machine: {len(os.sched_getaffinity(0))} cores, {model[1] if model else platform.machine()}, "
        f"{int(memory[1]) / 2**20 if memory else 0:.0f} GiB; load {load:.1f} before the run\n"
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, PostgreSQL {postgresql or '(does not answer)'}"
    )


def earlier(before: Run, now: Run) -> str:
    """Where the figures before come from."""
    unlike = "" if before.quick == now.quick else "\nOne of the two runs is --quick, on less data: the figures do not compare."
    return f"Before, on: {before.machine}{unlike}"


def scale(of: Scale) -> str:
    """How much data there is."""
    centre, exams, mock, community = of.centre, of.exams, of.mock, of.community
    return (
        f"{of.users:,} users, {of.courses:,} courses, {of.courses * 25:,} lessons, {of.completions:,} completed, {of.reviews:,} reviews;"
        f" {centre.students:,} of them in {centre.groups} groups, {centre.attendance:,} attendance, {centre.scores:,} scores,"
        f" {centre.payments:,} payments; {exams.exams} exams, {exams.results:,} results;"
        f" {mock.tests} mock tests, {mock.over + mock.running:,} sessions; ten pieces of homework a student;"
        f" {community.topics:,} forum topics, {community.long} of them long, {community.notifications:,} notifications"
    )


def table(results: list[Result], figures: Figures) -> str:
    """Every scenario: the ratio, then product and floor, each above what it was in the earlier run."""
    lines = [
        f"{'':28}{'CPU µs a request':>24}{'requests/s':>20}{'p50 ms':>22}{'p99 ms':>24}",
        *(line for result in results for line in _lines(result, figures.part(result.scenario.label))),
        *_far_line(results, figures),
        f"Medians over rounds (least–greatest), {CONNECTIONS} connections from one client on the same cores.",
    ]
    return "\n".join(lines)


def _lines(result: Result, figures: Figures) -> list[str]:
    of, bar = ratio(result.product, result.floor), result.scenario.bar
    before = figures.before("ratio", of.median, 2)
    line = f"{result.scenario.label}: {_spread(of, 2)} times the floor's CPU{before}; bar {bar}: {_verdict(met=of.median <= bar)}"
    return [line, *_side("product", result.product, figures), *_side("floor", result.floor, figures)]


def _side(name: str, side: Side, figures: Figures) -> list[str]:
    columns = (("CPU µs", side.cpu, 24, 0), ("requests/s", side.rate, 20, 0), ("p50 ms", side.p50, 22, 1), ("p99 ms", side.p99, 24, 1))
    now, before, compared = f"  {name:26}", f"  {'  before':26}", False
    for figure, found, width, digits in columns:
        old = figures.keep(f"{name} {figure}", found.median)
        compared = compared or old is not None
        now += f"{_spread(found, digits):>{width}}"
        before += f"{'' if old is None else f'{old:.{digits}f}':>{width}}"
    return [now, before.rstrip()] if compared else [now]


def _far_line(results: list[Result], figures: Figures) -> list[str]:
    of = {result.scenario.name: result for result in results}
    if not of.keys() >= {NEAR, FAR}:
        return []
    far, label = ratio(of[FAR].product, of[NEAR].product), of[FAR].scenario.label
    before = figures.part(label).before("ratio to skip 0", far.median, 2)
    return [f"{label}: {_spread(far, 2)} times the product's CPU at skip 0{before}; bar {FAR_BAR}: {_verdict(met=far.median <= FAR_BAR)}"]


def costs(found: Costs, figures: Figures) -> str:
    """Starting and memory."""
    first, again, memory = found.starts, found.restarts, found.product
    held = f"{memory.resident:.0f} MiB, of which {memory.own:.0f} its own and the rest mapped files"
    bare = f"{found.floor.resident:.0f} MiB, {found.floor.own:.0f} its own"
    started = f"{_spread(first, 2)} s{figures.before('start s', first.median, 2)}"
    restarted = f"{_spread(again, 2)} s{figures.before('restart s', again.median, 2)}"
    held += figures.before("memory MiB", memory.resident)
    lines = (
        f"Start on a migrated database without data: {started}; aim under {START} s: {_verdict(met=first.median < START)}",
        f"Restart on this data: {restarted}; aim under {RESTART} s: {_verdict(met=again.median < RESTART)}",
        f"Memory after the run: {held}; aim under {RESIDENT:.0f} MiB: {_verdict(met=memory.resident < RESIDENT)} (the floor: {bare})",
    )
    return "\n".join(lines)


def memory(found: Answer, figures: Figures) -> str:
    """The first list without a limit that a process answers."""
    before, after, peak = found.before, found.after, found.peak
    grown, most = after.resident - before.resident, peak.resident - before.resident
    return (
        f"Memory for the first list of all attendance ({found.size / 1e6:.0f} MB): {before.resident:.0f} MiB before, {grown:+.1f} after,"
        f" {most:+.1f} at most{figures.before('memory of a long list MiB', most, 1)}; its own pages without mapped files"
        f" {after.own - before.own:+.1f} after, {peak.own - before.own:+.1f} at most; aim under {LIST_MIB:.0f} MiB:"
        f" {_verdict(met=most < LIST_MIB)}"
    )


def growth(found: list[Growth], figures: Figures) -> str:
    """What grows with the data, a few lines each."""
    lines = [f"{'One request at a time':28}{'ms at 10 %':>22}{'ms at 100 %':>22}{'CPU µs at 10 %':>26}{'CPU µs at 100 %':>26}"]
    for of in found:
        own = figures.part(f"growth of {of.label}")
        times = of.many_ms.median / of.few_ms.median
        taken = own.before("ms at 100 %", of.many_ms.median, 2)
        lines += [
            f"  {of.label:26}{_spread(of.few_ms, 2):>22}{_spread(of.many_ms, 2):>22}{_spread(of.few_cpu):>26}{_spread(of.many_cpu):>26}",
            f"    {times:.1f} times the time for 10 times the data, linear at most: {_verdict(met=times <= LINEAR)}",
            f"    aim under {MILLISECONDS:.0f} ms: {_verdict(met=of.many_ms.median < MILLISECONDS)}{taken}",
            *_flat_line(of, own),
        ]
    return "\n".join(lines)


def _flat_line(of: Growth, figures: Figures) -> list[str]:
    """The growth of what must cost the same however long the history is. The time counts too: PostgreSQL's own CPU shows only there."""
    if of.bar is None:
        return []
    few, many = of.few_cpu.median, of.many_cpu.median
    cpu, time = many / few, of.many_ms.median / of.few_ms.median
    before = figures.before("CPU µs at 10 %", few), figures.before("CPU µs at 100 %", many)
    told = (
        f"    CPU {few:.0f} µs at 10 % of the history{before[0]}, {many:.0f} µs at 100 %{before[1]}:"
        f" {cpu:.2f} times{figures.before('CPU ratio', cpu, 2)}; time {time:.2f} times{figures.before('time ratio', time, 2)}"
    )
    return [f"{told}; does not grow with history, bar {of.bar} for both: {_verdict(met=max(cpu, time) <= of.bar)}"]


def mixed(found: list[Phase], figures: Figures) -> str:
    """What short requests take beside slow neighbours."""
    lines = ["Mixed load: p99 of requests that arrive evenly, counted from when each was due, in ms and as a multiple of that alone"]
    for phase in found:
        lines.append(f"  {phase.label}")
        if not phase.probes:
            lines.append("    not measured")
        lines += [_probe_line(probe, figures.part("mixed load").part(phase.key)) for probe in phase.probes]
        lines += [f"    {word}" for word in phase.words]
    return "\n".join(lines)


def hanging_model(found: Answered, figures: Figures) -> str:
    """What ordinary requests take while questions wait for a language model that hangs."""
    cores = "the server on a core of its own" if found.is_pinned else "on one core for all"
    head = f"Beside {found.waiting} questions or more that wait for a hanging model: pairs of blocks in one run, {cores}"
    lines = [f"{head}; the questions alone take {_spread(found.idle, 1)} ms of CPU a second"]
    for kind in found.kinds:
        own = figures.part("hanging model").part(kind.name)
        p50 = f"p50 {_spread(kind.p50, 2)} ms alone, {_spread(kind.times_p50, 2)} times{own.before('p50 times', kind.times_p50.median, 2)}"
        p95 = f"p95 {_spread(kind.p95, 2)} ms alone, {_spread(kind.times_p95, 2)} times{own.before('p95 times', kind.times_p95.median, 2)}"
        verdict = _verdict(met=kind.times_p95.median <= BESIDE_MODEL)
        cpu = f"CPU a request {_spread(kind.times_cpu, 2)} times"
        lines.append(f"  {kind.name:14}{p50}; {p95}; {cpu}; {kind.asked:,} asked; bar {BESIDE_MODEL:.2f} for p95: {verdict}")
    return "\n".join(lines)


def _probe_line(probe: Probe, figures: Figures) -> str:
    old = figures.before(f"{probe.name} p99 ms", probe.p99.median, 1)
    line = f"    {probe.name:14}{_spread(probe.p99, 1):>24}{old}"
    if probe.refused:
        line += f"; {probe.refused} of {probe.asked} not answered as they should"
    if probe.times is None:
        return line
    line += f"; {_spread(probe.times, 2)} times{figures.before(f'{probe.name} times alone', probe.times.median, 2)}"
    met = probe.times.median <= MIXED and not probe.refused
    return f"{line}, bar {MIXED:.0f}: {_verdict(met=met)}" if probe.name in BARRED else line


def certificate(found: Typeset, figures: Figures) -> str:
    """One certificate."""
    met = max(found.cold, found.warm) < CERTIFICATE_SECONDS and found.size < CERTIFICATE_BYTES
    before = [figures.before(name, of * 1000) for name, of in (("cold ms", found.cold), ("warm ms", found.warm))]
    return (
        f"One certificate: {found.cold * 1000:.0f} ms cold{before[0]}, {found.warm * 1000:.0f} ms warm{before[1]},"
        f" {found.size / 1000:.0f} KB (and {found.imported * 1000:.0f} ms to import, once a process);"
        f" aim under {CERTIFICATE_SECONDS * 1000:.0f} ms and {CERTIFICATE_BYTES // 1000} KB: {_verdict(met=met)}"
    )


def _spread(found: Spread, digits: int = 0) -> str:
    """The median with the least and the greatest."""
    return f"{found.median:.{digits}f} ({found.least:.{digits}f}–{found.greatest:.{digits}f})"


def _verdict(*, met: bool) -> str:
    """Whether a bar or an aim is met."""
    return "pass" if met else "falls short"
