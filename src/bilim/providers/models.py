"""Fetching Whisper models, by a program that is killed where it makes no progress: hubs accept connections and never answer."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bilim.providers.hearing import is_model

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?", re.ASCII)
_LOOK_SECONDS = 2.0
STALL_SECONDS = 90.0
"""Without a new byte for so long nothing more is expected."""


class NotFetched(Exception):
    """The model is not there; the message says why."""


def command_of(name: str, folder: Path) -> list[str]:
    """The command that fetches a model into a folder."""
    return [sys.executable, "-P", "-m", "bilim.engines.fetching", name, str(folder)]


def folder_of(models: Path, name: str) -> Path:
    """Where a model of a name belongs.

    Raises:
        NotFetched: no name that a model may have.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise NotFetched(f"{name!r} is no model: use a name such as tiny, base, small, medium or large-v3")
    return models / name


def fetch(command: Sequence[str], part: Path, target: Path, stall_seconds: float = STALL_SECONDS) -> None:
    """Run a program that fills the folder `part`, and move that to `target` once it holds a whole model.

    Raises:
        NotFetched: it failed, stalled and was killed, or left half a model. Nothing is at `target` then; `part` is kept to be continued.
    """
    part.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        _wait(process, part, stall_seconds)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise NotFetched("the model could not be fetched; run the command again to go on")
    if not is_model(part):
        raise NotFetched(f"what was fetched is no whole model: {part}")
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


def _wait(process: subprocess.Popen[bytes], part: Path, stall_seconds: float) -> None:
    """Wait until a program ends.

    Raises:
        NotFetched: the folder did not change for too long.
    """
    seen, still = -1, 0.0
    while True:
        try:
            process.wait(min(_LOOK_SECONDS, stall_seconds))
        except subprocess.TimeoutExpired:
            size = sum(file.stat().st_size for file in part.rglob("*") if file.is_file())
            still = still + min(_LOOK_SECONDS, stall_seconds) if size == seen else 0.0
            seen = size
            if still >= stall_seconds:
                raise NotFetched(f"nothing arrived for {stall_seconds:.0f} seconds") from None
        else:
            return
