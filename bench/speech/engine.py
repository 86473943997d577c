"""An engine for the bench, run by the loop of the real ones: the voice, the decoder, and what they cost."""

import resource
import time
from pathlib import Path
from typing import Any

from bilim.engines import voice
from bilim.engines.decoding import decode
from bilim.engines.refusals import Refused
from bilim.engines.serve import Operation, serve


def _peak() -> float:
    """The most memory that this program held, in MB. The kernel's `ru_maxrss` would count what the process was before it became this."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1_000_000


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _decode(data: bytes) -> dict[str, Any]:
    """Decode, and say what came of it and what it took."""
    wall, cpu = time.perf_counter(), _cpu()
    try:
        outcome, seconds = "decoded", decode(data).seconds
    except Refused as refused:
        outcome, seconds = refused.code, 0.0
    return {"outcome": outcome, "seconds": seconds, "wall": time.perf_counter() - wall, "cpu": _cpu() - cpu, "peak": _peak()}


def _load() -> dict[str, Operation]:
    spoken = voice.load()

    def speak(text: str, language: str) -> dict[str, Any]:
        cpu = _cpu()
        mp3 = spoken["speak"](text=text, language=language)
        return {"mp3": mp3, "cpu": _cpu() - cpu, "peak": _peak()}

    return {"decode": _decode, "speak": speak, "peak": _peak}


if __name__ == "__main__":
    serve(_load, 1024 * 1024 * 1024)
