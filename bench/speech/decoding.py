"""How fast recordings are decoded, and what damaged and hostile ones cost."""

import sys
from collections import Counter
from pathlib import Path

from bench.speech import recordings
from bench.speech.figures import Figure
from bilim.kit.errors import Unavailable
from bilim.providers.engines import EnginePool, EngineTerms

COMMAND = [sys.executable, str(Path(__file__).with_name("engine.py"))]
_MUTANTS = 1000


def speed(engine: EnginePool, mp3: bytes) -> list[Figure]:
    """Real-time factors of decoding to 16 kHz mono."""
    figures: list[Figure] = []
    for kind in recordings.KINDS:
        data = recordings.encoded(kind, mp3)
        engine.call("decode", {"data": data}, 60)
        runs = [engine.call("decode", {"data": data}, 60) for _ in range(5)]
        factor = min(run["cpu"] / run["seconds"] for run in runs)
        how = f"processor seconds a second of sound, the best of 5; {runs[0]['seconds']:.0f} s of speech in {len(data) // 1000} kB"
        figures.append(Figure(f"decoding {kind}", factor, 0.02, "RTF", how))
    return figures


def damage(mp3: bytes) -> list[Figure]:
    """A thousand damaged files, and whether anything but an answer or a typed refusal came of one."""
    whole = [recordings.encoded(kind, mp3) for kind in recordings.KINDS]
    engine = EnginePool(COMMAND, EngineTerms(calls_each=10_000))
    outcomes: Counter[str] = Counter()
    slowest = peak = 0.0
    for data in recordings.damaged(whole, _MUTANTS):
        try:
            met = engine.call("decode", {"data": data}, 10)
        except Unavailable as error:
            outcomes[error.code] += 1
            continue
        outcomes[met["outcome"]] += 1
        slowest, peak = max(slowest, met["wall"]), max(peak, met["peak"])
    engine.close()
    lost = outcomes["speech_failed"] + outcomes["speech_too_slow"]
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    return [
        Figure("damaged files that broke it", lost, 0, "of 1,000", f"one process for all; they were {told}"),
        Figure("slowest damaged file", slowest * 1000, 1000, "ms", "by the clock, of files of half a minute"),
        Figure("memory after damaged files", peak, 200, "MB", "the most that the process held"),
    ]


def bombs() -> list[Figure]:
    """Small files that unfold to hours: refused soon, in little memory."""
    figures: list[Figure] = []
    for name, data in recordings.bombs().items():
        engine = EnginePool(COMMAND)
        met = engine.call("decode", {"data": data}, 10)
        engine.close()
        size = f"{len(data) / 1_000_000:.1f} MB"
        refused = met["outcome"] in ("too_long", "too_large")
        figures.append(Figure(name, met["wall"] if refused else float("inf"), 1.0, "s", f"{size}, until refused as {met['outcome']}"))
        figures.append(
            Figure("  its memory", met["peak"], 200, "MB", "the most that a fresh process held, the voice and the decoder loaded")
        )
    return figures
