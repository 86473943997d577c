"""The program that speaks."""

from collections.abc import Mapping

from bilim.engines.serve import Operation


def load() -> Mapping[str, Operation]:
    """The operations of this program."""
    return {}
