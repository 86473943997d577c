"""Words and figures of the report."""

import os
import platform
import re
import sqlite3
from pathlib import Path

from msgspec import Struct

from bench.certificate import Typeset
from bench.data import Scale
from bench.growth import Answer, Growth
from bench.load import CONNECTIONS
from bench.measure import Result, Side, Spread, ratio
from bench.scenarios import FAR, FAR_BAR, NEAR
from bench.servers import Memory

START, RESTART, RESIDENT = 2.0, 3.0, 150.0
LIST_MIB, LINEAR, MILLISECONDS = 50.0, 10.0, 50.0
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


def scale(of: Scale) -> str:
    """How much data there is."""
    centre = of.centre
    return (
        f"{of.users:,} users, {of.courses:,} courses, {of.courses * 25:,} lessons, {of.completions:,} completed, {of.reviews:,} reviews;"
        f" {centre.students:,} of them in {centre.groups} groups, {centre.attendance:,} attendance, {centre.scores:,} scores,"
        f" {centre.payments:,} payments"
    )


def table(results: list[Result]) -> str:
    """Every scenario in three lines: the ratio, the product, the floor."""
    lines = [
        f"{'':28}{'CPU µs a request':>24}{'requests/s':>20}{'p50 ms':>18}{'p99 ms':>24}",
        *(line for result in results for line in _lines(result)),
        *_far_line(results),
        f"Medians over rounds (least–greatest), {CONNECTIONS} connections from one client on the same cores.",
    ]
    return "\n".join(lines)


def _lines(result: Result) -> list[str]:
    of, bar = ratio(result.product, result.floor), result.scenario.bar
    line = f"{result.scenario.label}: {_spread(of, 2)} times the floor's CPU; bar {bar}: {_verdict(met=of.median <= bar)}"
    return [line, _side("product", result.product), _side("floor", result.floor)]


def _side(name: str, side: Side) -> str:
    return f"  {name:26}{_spread(side.cpu):>24}{_spread(side.rate):>20}{_spread(side.p50, 1):>18}{_spread(side.p99, 1):>24}"


def _far_line(results: list[Result]) -> list[str]:
    of = {result.scenario.name: result for result in results}
    if not of.keys() >= {NEAR, FAR}:
        return []
    far, label = ratio(of[FAR].product, of[NEAR].product), of[FAR].scenario.label
    return [f"{label}: {_spread(far, 2)} times the product's CPU at skip 0; bar {FAR_BAR}: {_verdict(met=far.median <= FAR_BAR)}"]


def _spread(spread: Spread, digits: int = 0) -> str:
    return f"{spread.median:.{digits}f} ({spread.least:.{digits}f}–{spread.greatest:.{digits}f})"


def costs(found: Costs) -> str:
    """Starting and memory."""
    first, again, memory = found.starts, found.restarts, found.product
    held = f"{memory.resident:.0f} MiB, of which {memory.own:.0f} its own and the rest mapped files"
    bare = f"{found.floor.resident:.0f} MiB, {found.floor.own:.0f} its own"
    lines = (
        f"Start on a migrated database without data: {_spread(first, 2)} s; aim under {START} s: {_verdict(met=first.median < START)}",
        f"Restart on this data: {_spread(again, 2)} s; aim under {RESTART} s: {_verdict(met=again.median < RESTART)}",
        f"Memory after the run: {held}; aim under {RESIDENT:.0f} MiB: {_verdict(met=memory.resident < RESIDENT)} (the floor: {bare})",
    )
    return "\n".join(lines)


def memory(found: Answer) -> str:
    """The first list without a limit that a process answers."""
    before, after, peak = found.before, found.after, found.peak
    grown, most = after.resident - before.resident, peak.resident - before.resident
    return (
        f"Memory for the first list of all attendance ({found.size / 1e6:.0f} MB): {before.resident:.0f} MiB before, {grown:+.1f} after,"
        f" {most:+.1f} at most; its own pages without mapped files {after.own - before.own:+.1f} after, {peak.own - before.own:+.1f} at"
        f" most; aim under {LIST_MIB:.0f} MiB: {_verdict(met=most < LIST_MIB)}"
    )


def growth(found: list[Growth]) -> str:
    """What grows with the data, a line each."""
    lines = [f"{'One request at a time':28}{'ms at 10 %':>22}{'ms at 100 %':>22}{'CPU µs at 10 %':>26}{'CPU µs at 100 %':>26}"]
    for of in found:
        times = of.many_ms.median / of.few_ms.median
        lines += [
            f"  {of.label:26}{_spread(of.few_ms, 2):>22}{_spread(of.many_ms, 2):>22}{_spread(of.few_cpu):>26}{_spread(of.many_cpu):>26}",
            f"    {times:.1f} times the time for 10 times the data, linear at most: {_verdict(met=times <= LINEAR)}",
            f"    aim under {MILLISECONDS:.0f} ms: {_verdict(met=of.many_ms.median < MILLISECONDS)}",
        ]
    return "\n".join(lines)


def certificate(found: Typeset) -> str:
    """One certificate."""
    met = max(found.cold, found.warm) < CERTIFICATE_SECONDS and found.size < CERTIFICATE_BYTES
    return (
        f"One certificate: {found.cold * 1000:.0f} ms cold, {found.warm * 1000:.0f} ms warm, {found.size / 1000:.0f} KB"
        f" (and {found.imported * 1000:.0f} ms to import, once a process);"
        f" aim under {CERTIFICATE_SECONDS * 1000:.0f} ms and {CERTIFICATE_BYTES // 1000} KB: {_verdict(met=met)}"
    )


def _verdict(*, met: bool) -> str:
    return "pass" if met else "falls short"
