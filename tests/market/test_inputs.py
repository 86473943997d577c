"""A course as the marketplace's forms send it, which know only text."""

import pytest

from bilim.kit.validation import read
from bilim.market import inputs
from bilim.market.inputs import PicturedCourseInput
from guarded import require_named_fields


@pytest.mark.parametrize(
    ("sent", "category"),
    [("12", 12), (12, 12), ("9" * 18, int("9" * 18)), ("9" * 19, "9" * 19), ("Tillar", "Tillar"), ("٣", "٣"), ("-3", "-3"), (None, None)],
)
def test_digits_are_an_id_and_all_else_is_a_name(sent: object, category: object) -> None:
    assert read(PicturedCourseInput, {"title": "Kurs", "category": sent}).category == category


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
