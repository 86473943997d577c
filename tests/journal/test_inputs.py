"""Inputs of the journal as a page would fill them."""

import pytest

from bilim.journal import inputs
from bilim.journal.inputs import MarkChanges, MarkInput, ScoreChanges, ScoreInput
from bilim.kit.errors import Invalid
from bilim.kit.validation import read
from guarded import require_named_fields


def wrong(kind: type, form: dict[str, object]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read(kind, form)
    return {name: problem.code for name, (problem,) in refused.value.fields.items()}


def test_every_wrong_field_is_named() -> None:
    assert wrong(MarkInput, {"student_id": "x", "status": "bor"}) == {
        "student_id": "no_integer",
        "group_id": "required",
        "status": "no_choice",
    }
    assert wrong(ScoreInput, {"student_id": 0, "group_id": None, "score": 101}) == {
        "student_id": "too_small",
        "group_id": "null",
        "score": "too_great",
    }
    assert wrong(MarkChanges, {"status": None}) == {"status": "null"}
    assert wrong(ScoreChanges, {"score": -1}) == {"score": "too_small"}


def test_a_misspelt_field_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        MarkInput(student=1, group_id=1, status="keldi")  # type: ignore[call-arg]


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
