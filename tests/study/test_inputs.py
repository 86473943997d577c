"""Inputs of studying as a page would fill them."""

from typing import Any

import pytest

from bilim.kit.errors import Invalid
from bilim.kit.inputs import Input
from bilim.kit.validation import read
from bilim.study import inputs
from bilim.study.inputs import CertificateInput, ReviewChanges, ReviewInput
from guarded import require_named_fields


def wrong(kind: type[Input], form: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read(kind, form)
    return {name: problem.code for name, (problem,) in refused.value.fields.items()}


def test_every_wrong_field_is_named() -> None:
    assert wrong(ReviewInput, {"rating": 0, "comment": 5}) == {"rating": "too_small", "comment": "no_text", "course_id": "required"}
    assert wrong(ReviewChanges, {"rating": "6"}) == {"rating": "too_great"}
    assert wrong(CertificateInput, {"title": " ", "course_id": "x"}) == {
        "title": "blank",
        "course_id": "no_integer",
        "user_id": "required",
        "course_name": "required",
    }


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
