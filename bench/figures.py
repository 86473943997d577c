"""A run's figures under their names, beside those of an earlier run: `--json` writes them, `--before` reads them."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field


class Run(Struct):
    """What a run leaves in its file."""

    machine: str
    """The machine and its versions, in words."""
    quick: bool
    """Whether it ran on the smaller data: its figures do not compare with those of a long run."""
    figures: dict[str, float] = field(default_factory=dict)
    """By name, such as `SQLite / own profile / ratio`."""


class Figures:
    """The figures of one part of the run, such as one database. Parts share their two dictionaries."""

    def __init__(self, now: dict[str, float], before: dict[str, float], part: str = "") -> None:
        self._now = now
        self._before = before
        self._part = part

    def part(self, name: str) -> "Figures":
        """The figures of a part of this part."""
        return Figures(self._now, self._before, f"{self._part}{name} / ")

    def keep(self, name: str, figure: float) -> float | None:
        """Keep a figure; return what it was in the earlier run, None where that has none of this name."""
        self._now[self._part + name] = figure
        return self._before.get(self._part + name)

    def before(self, name: str, figure: float, digits: int = 0) -> str:
        """Keep a figure; return what it was, to be put behind it: `, before 1.92`, or nothing."""
        old = self.keep(name, figure)
        return "" if old is None else f", before {old:.{digits}f}"


def read_run(path: Path) -> Run:
    """An earlier run.

    Raises:
        SystemExit: the file cannot be read, or is none of `--json`.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Run)
    except (OSError, msgspec.MsgspecError) as error:
        raise SystemExit(f"bench: {path}: {error}") from None


def write_run(path: Path, run: Run) -> None:
    """Write a run's figures, a line each, so that two files can be compared."""
    rounded: Any = msgspec.structs.replace(run, figures={name: round(figure, 4) for name, figure in run.figures.items()})
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rounded)) + b"\n")
