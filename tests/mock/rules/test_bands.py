"""Bands: rounding as IELTS does, and the published scales."""

from fractions import Fraction
from itertools import product
from math import floor

import pytest

from bilim.mock.rules.bands import PUBLISHED, band_of, band_problem, conversion_problem, overall, to_band, to_halves


def test_every_overall_band_is_the_mean_to_the_nearest_half_quarters_up() -> None:
    """All 19^4 combinations; the sum alone decides, so each sum is worked out once in fractions."""
    rounded = {total: floor(Fraction(total, 8) * 2 + Fraction(1, 2)) for total in range(4 * 18 + 1)}
    wrong = [bands for bands in product(range(19), repeat=4) if overall(*bands) != rounded[sum(bands)]]
    assert wrong == []


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        ((7.5, 8.0, 7.0, 6.5), 7.5),  # 7.25, the document's own
        ((6.5, 6.5, 5.0, 7.0), 6.5),  # 6.25
        ((7.0, 7.0, 6.0, 7.0), 7.0),  # 6.75
        ((6.5, 6.5, 5.5, 6.0), 6.0),  # 6.125
        ((4.0, 3.5, 4.0, 4.0), 4.0),  # 3.875
        ((9, 9, 9, 9), 9),
        ((0, 0, 0, 0), 0),
    ],
)
def test_examples_that_ielts_gives(bands: tuple[float, float, float, float], expected: float) -> None:
    assert to_band(overall(*map(to_halves, bands))) == expected


@pytest.mark.parametrize("band", [0, 0.5, 6.5, 9])
def test_bands_come_in_halves(band: float) -> None:
    assert band_problem(band) is None
    assert to_band(to_halves(band)) == band


@pytest.mark.parametrize("band", [6.25, 0.1, 8.999, float("nan")])
def test_other_bands_are_refused(band: float) -> None:
    assert band_problem(band) == "bad_band"


@pytest.mark.parametrize(
    ("section", "right", "band"),
    [("listening", right, band) for right, band in ((40, 9), (35, 8), (30, 7), (23, 6), (16, 5), (15, 4.5), (3, 2), (1, 1), (0, 0))]
    + [("reading", right, band) for right, band in ((40, 9), (35, 8), (34, 7.5), (30, 7), (23, 6), (15, 5), (14, 4.5), (2, 1), (0, 0))],
)
def test_the_published_scales_hold_at_their_anchor_points(section: str, right: int, band: float) -> None:
    assert band_of(right, PUBLISHED[section]) == to_halves(band)


@pytest.mark.parametrize(
    ("section", "steps"),
    [
        ("reading", "0 1 1 2 2.5 2.5 3 3 3.5 3.5 4 4 4 4.5 4.5 5 5 5 5 5.5 5.5 5.5 5.5 6 6 6 6 6.5 6.5 6.5 7 7 7 7.5 7.5 8 8 8.5 8.5 9 9"),
        (
            "listening",
            "0 1 2 2 2.5 2.5 3 3 3.5 3.5 4 4 4 4.5 4.5 4.5 5 5 5.5 5.5 5.5 5.5 5.5 6 6 6 6.5 6.5 6.5 6.5 7 7 7.5 7.5 7.5 8 8 8.5 8.5 9 9",
        ),
    ],
)
def test_the_published_scales_answer_by_answer(section: str, steps: str) -> None:
    assert [to_band(band_of(right, PUBLISHED[section]) or 0) for right in range(41)] == [float(band) for band in steps.split()]


@pytest.mark.parametrize("section", ["reading", "listening"])
def test_the_published_scales_rise_with_the_right_answers(section: str) -> None:
    bands = [band_of(right, PUBLISHED[section]) for right in range(41)]
    assert None not in bands
    assert bands == sorted(bands)  # type: ignore[type-var]
    assert conversion_problem([(least, to_band(halves)) for least, halves in PUBLISHED[section]]) is None


def test_without_a_scale_or_below_it_there_is_no_band() -> None:
    assert band_of(40, None) is None
    assert band_of(9, [(10, 8)]) is None
    assert band_of(10, [(10, 8)]) == 8


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(39, 9.0), (39, 8.5)],
        [(37, 8.5), (39, 9.0)],
        [(39, 8.5), (37, 9.0)],
        [(39, 9.0), (37, 9.0)],
        [(-1, 0)],
        [(1, -0.5)],
        [(1, 9.5)],
        [(1, 6.25)],
        [(201, 9.0)],
    ],
)
def test_a_scale_falls_from_its_best(rows: list[tuple[int, float]]) -> None:
    assert conversion_problem(rows) == "bad_conversion"


def test_the_widest_scale_is_a_scale() -> None:
    assert conversion_problem([(200, 9.0), (1, 0.5), (0, 0)]) is None
