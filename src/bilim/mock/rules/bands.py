"""Bands of IELTS. Inside they are counted in halves, 0 to 18, so that every sum is exact; outside they are 0 to 9."""

import itertools
from collections.abc import Sequence

from bilim.mock.rules.answers import MAX_QUESTIONS

MAX_HALVES = 18
_PARTS = 4

Conversion = Sequence[tuple[int, int]]
"""From how many right answers on which band, in halves, is given: best first."""

PUBLISHED_QUESTIONS = 40
"""The published scales are of papers with so many questions."""
PUBLISHED_SOURCE = "Anchor points published by ielts.org (Academic Reading, Listening); half bands between them as commonly used"
PUBLISHED: dict[str, Conversion] = {
    "reading": (
        (39, 18), (37, 17), (35, 16), (33, 15), (30, 14), (27, 13), (23, 12), (19, 11), (15, 10),
        (13, 9), (10, 8), (8, 7), (6, 6), (4, 5), (3, 4), (1, 2), (0, 0),
    ),
    "listening": (
        (39, 18), (37, 17), (35, 16), (32, 15), (30, 14), (26, 13), (23, 12), (18, 11), (16, 10),
        (13, 9), (10, 8), (8, 7), (6, 6), (4, 5), (2, 4), (1, 2), (0, 0),
    ),
}  # fmt: skip
"""By section. ielts.org publishes 15, 23, 30 and 35 right answers of 40 for bands 5, 6, 7 and 8 of Academic Reading, and 16, 23, 30 and 35
for those of Listening."""


def to_halves(band: float) -> int:
    """A band in halves.

    >>> to_halves(6.5)
    13
    """
    return round(band * 2)


def to_band(halves: int) -> float:
    """A number of halves as a band.

    >>> to_band(13)
    6.5
    """
    return halves / 2


def band_problem(band: float) -> str | None:
    """What is wrong with a band from 0 to 9, or None: it is given in halves."""
    return None if (band * 2) % 1 == 0 else "bad_band"


def overall(listening: int, reading: int, writing: int, speaking: int) -> int:
    """The overall band: the mean of four, rounded to the nearest half, quarters up (CONTRACT section 8). All in halves.

    >>> to_band(overall(*map(to_halves, (6.5, 6.5, 5.0, 7.0))))
    6.5
    """
    return (listening + reading + writing + speaking + _PARTS // 2) // _PARTS


def band_of(right: int, conversion: Conversion | None) -> int | None:
    """The band, in halves, for so many right answers; None where there is no scale, or it begins higher."""
    return next((halves for least, halves in conversion or () if right >= least), None)


def conversion_problem(rows: Sequence[tuple[int, float]]) -> str | None:
    """What is wrong with a scale as a teacher gives it, or None: best first, bands in halves that fall as the right answers do."""
    pairs = list(itertools.pairwise(rows))
    in_order = all(more > fewer and better > worse for (more, better), (fewer, worse) in pairs)
    is_valid = all(0 <= least <= MAX_QUESTIONS and 0 <= band <= to_band(MAX_HALVES) and not band_problem(band) for least, band in rows)
    return None if rows and in_order and is_valid else "bad_conversion"
