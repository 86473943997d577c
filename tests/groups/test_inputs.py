"""Inputs of groups and students as a page would fill them: every wrong field is named, by the same rules as over the API."""

from decimal import Decimal
from typing import Any

import pytest

from bilim.groups import inputs
from bilim.groups.inputs import GroupChanges, GroupInput, StudentChanges, StudentInput, SubjectInput, WholeStudent
from bilim.kit.errors import Invalid, Problem
from bilim.kit.validation import read
from guarded import require_named_fields


def codes(fields: dict[str, Any]) -> dict[str, str]:
    return {name: problem.code for name, (problem,) in fields.items()}


def wrong(kind: Any, form: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read(kind, form)
    return codes(refused.value.fields)


def test_a_form_is_read_with_its_texts_converted() -> None:
    form = {"name": "IELTS-A1", "subject_id": "5", "is_active": "true", "days": "mon,wed", "monthly_price": "300000.50"}
    group = read(GroupInput, form)
    assert (group.subject_id, group.is_active, group.monthly_price) == (5, True, Decimal("300000.50"))


def test_every_wrong_field_of_a_group_is_named() -> None:
    form = {"name": " ", "days": "Dush,Chor", "start_time": "25:00", "end_time": "soon", "monthly_price": "-5"}
    assert wrong(GroupInput, form) == {
        "name": "blank",
        "subject_id": "required",
        "days": "bad_days",
        "start_time": "no_time",
        "end_time": "no_time",
        "monthly_price": "bad_amount",
    }
    assert wrong(GroupChanges, {"name": None, "days": "Someday"}) == {"name": "null", "days": "bad_days"}


def test_rules_hold_also_for_whoever_makes_an_input_in_python() -> None:
    with pytest.raises(Invalid) as refused:
        GroupInput(name="A1", subject_id=1, days="Dush,Chor", monthly_price=Decimal(-5))
    assert list(refused.value.fields) == ["days", "monthly_price"]


def test_a_misspelt_field_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        GroupInput(name="A1", subjectid=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        SubjectInput(nmae="IELTS")  # type: ignore[call-arg]


def test_every_wrong_field_of_a_student_is_named() -> None:
    form = {"username": "short", "password": "1234567", "phone": "12", "parent_phone": "mother", "telegram_id": "@jasur", "group_id": 0}
    assert wrong(StudentInput, form).keys() == form.keys()
    with pytest.raises(Invalid) as refused:
        StudentInput(username="student@1", password="12345678", phone="12")
    assert refused.value.fields.keys() == {"username", "phone"}, "rules hold however an input is made"


def test_what_is_required_of_whom() -> None:
    assert wrong(StudentInput, {}) == {"username": "required", "password": "required"}
    assert wrong(WholeStudent, {}) == {"username": "required"}
    read(StudentChanges, {})
    with pytest.raises(Invalid) as refused:
        read(WholeStudent, {"username": "12345"})
    assert refused.value.fields == {"username": [Problem("too_few_characters", {"bound": 6})]}


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
