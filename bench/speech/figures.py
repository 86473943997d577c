"""A figure beside the bar that it must meet."""

from msgspec import Struct


class Figure(Struct):
    """Something measured. It meets its bar where it is no more than that."""

    name: str
    value: float
    bar: float | None
    unit: str
    how: str

    @property
    def is_met(self) -> bool:
        """Whether it is within its bar, or has none."""
        return self.bar is None or self.value <= self.bar

    def __str__(self) -> str:
        bar = "" if self.bar is None else f"  (at most {self.bar:g})"
        verdict = "" if self.is_met else "  MISSED"
        return f"  {self.name:<34} {self.value:>9.4g} {self.unit:<9}{bar}{verdict}\n{'':>6}{self.how}"
