"""The faint noise of a room, put behind recordings that have none of their own.

A synthetic voice is silent between its words and within its closures. True silence has no spectrum, and no recording that the recogniser's
model was made of has any: it hears other words then, or none. Far below the noise of a microphone in a room, this changes nothing else.
"""

import random
from array import array
from functools import cache
from itertools import cycle
from operator import add

from bilim.engines.decoding import RATE

_LEVEL = 40.0
"""Standard deviation, in steps of a sample. The quietest of the bench's clips of a person has 66."""
_LEAST, _MOST = -(1 << 15), (1 << 15) - 1


def in_room(samples: bytes) -> bytes:
    """Samples of 16 bits with noise behind them, the same each time."""
    values = array("h", samples)
    try:
        return array("h", map(add, values, cycle(_noise()))).tobytes()
    except OverflowError:
        return array("h", (min(_MOST, max(_LEAST, value)) for value in map(add, values, cycle(_noise())))).tobytes()


@cache
def _noise() -> "array[int]":
    """A second of it."""
    source = random.Random(1)  # noqa: S311 - noise is no secret, and recordings must be heard alike each time
    return array("h", (round(source.gauss(0, _LEVEL)) for _ in range(RATE)))
