"""What may be said of money, whoever says it: a page, a file or the API; and who may call what."""

from decimal import Decimal
from typing import Any

import pytest

from bilim.billing import actions, inputs, queries
from bilim.billing.inputs import ExpenseChanges, ExpenseInput, MonthInput, PaymentInput
from bilim.kit.access import rule_of
from bilim.kit.actors import Role
from bilim.kit.errors import Invalid
from bilim.kit.inputs import sent_fields
from bilim.kit.validation import read
from guarded import public_functions, require_guarded, require_named_fields
from world import World


def test_a_form_is_told_of_every_wrong_field_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        read(PaymentInput, {"student_id": "x", "amount": "-5", "months": [{"year": 1999, "month": 1}, {"year": 2025, "month": 13}]})
    codes = {name: found[0].code for name, found in refused.value.fields.items() if name != "months"}
    assert codes == {"student_id": "no_integer", "group_id": "required", "amount": "bad_amount"}
    assert [list(month) for month in refused.value.fields["months"]] == [["year"], ["month"]]
    with pytest.raises(Invalid) as refused:
        read(ExpenseInput, {"amount": "0.001", "reason": " ", "recipient": "x" * 256})
    assert list(refused.value.fields) == ["amount", "reason", "recipient"]


def test_a_form_is_read_as_it_is_typed() -> None:
    payment = read(PaymentInput, {"student_id": "3", "group_id": "4", "amount": "600000.50"})
    assert sent_fields(payment) == {"student_id": 3, "group_id": 4, "amount": Decimal("600000.50")}
    assert sent_fields(ExpenseChanges(recipient=None)) == {"recipient": None}


@pytest.mark.parametrize("months", [121, 2])
def test_code_cannot_say_what_a_form_could_not(months: int) -> None:
    january = MonthInput(year=2025, month=1)
    with pytest.raises(Invalid, match="invalid"):
        PaymentInput(student_id=1, group_id=1, amount=Decimal(-5))
    with pytest.raises(Invalid):
        PaymentInput(student_id=1, group_id=1, amount=Decimal(5), months=[january] * months)
    with pytest.raises(TypeError, match="studnet_id"):
        PaymentInput(studnet_id=1, group_id=1, amount=Decimal(5))  # type: ignore[call-arg]


def test_months_are_of_this_century() -> None:
    for year, month in ((2000, 1), (2100, 12)):
        assert read(MonthInput, {"year": year, "month": month}) == MonthInput(year=year, month=month)
    with pytest.raises(Invalid) as refused:
        read(MonthInput, {"year": 2101, "month": 0})
    assert list(refused.value.fields) == ["year", "month"]


def test_no_more_months_than_ten_years_have() -> None:
    months = [{"year": 2000 + place // 12, "month": 1 + place % 12} for place in range(121)]
    body: dict[str, Any] = {"student_id": 1, "group_id": 1, "amount": "5"}
    assert len(read(PaymentInput, body | {"months": months[:120]}).months or []) == 120
    with pytest.raises(Invalid):
        read(PaymentInput, body | {"months": months})


def test_every_function_says_who_may_call_it_and_holds_to_it() -> None:
    require_guarded(actions, queries)
    roles = {function.__name__: rule.role for function in public_functions(actions, queries) if (rule := rule_of(function))}
    assert {name for name, role in roles.items() if role is Role.ADMIN} == {
        *("take_payment", "change_payment", "delete_payment"),
        *("record_expense", "change_expense", "delete_expense"),
    }
    assert {name for name, role in roles.items() if role is Role.TEACHER} == {"expenses", "expense", "dashboard"}


def test_the_documentation_shows_the_bounds_of_amounts(sqlite_world: World) -> None:
    schemas = sqlite_world.get("/api/v1/openapi.json").json()["components"]["schemas"]
    for name in ("PaymentBody", "PaymentChangesBody", "ExpenseInput", "ExpenseChanges"):
        assert schemas[name]["properties"]["amount"] == {"type": "number", "minimum": 0.01, "maximum": 9999999999.99, "multipleOf": 0.01}
    assert schemas["PaymentBody"]["required"] == ["student", "group", "amount"]
    assert schemas["PaymentChangesBody"].get("required", []) == []
    assert schemas["PaymentBody"]["properties"]["months"]["anyOf"][0]["maxItems"] == 120


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)
