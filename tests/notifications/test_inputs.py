"""How one may wish to be told, and who may call what."""

from typing import Any

import pytest

from bilim.kit.errors import Invalid
from bilim.kit.validation import read
from bilim.notifications import inputs
from bilim.notifications.actions import choosing, events, pushing, reading, telling
from bilim.notifications.inputs import KindsInput, SettingsChanges
from bilim.notifications.queries import pushing as push_queries
from bilim.notifications.queries import reading as queries
from bilim.notifications.rules import KINDS
from guarded import require_guarded, require_named_fields


def test_functions_state_who_may_call_them_and_inputs_are_filled_by_name() -> None:
    require_guarded(choosing, events, pushing, reading, telling, push_queries, queries)
    require_named_fields(inputs)


def test_every_kind_can_be_chosen() -> None:
    assert KindsInput.__struct_fields__ == KINDS


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        ({"telegram": "often"}, {"telegram": ["no_choice"]}),
        ({"telegram": None}, {"telegram": ["null"]}),
        ({"digest_hour": 24}, {"digest_hour": ["too_great"]}),
        ({"digest_hour": -1}, {"digest_hour": ["too_small"]}),
        ({"language": "de"}, {"language": ["no_choice"]}),
        ({"kinds": {"payment": "never"}}, {"kinds": {"payment": ["no_boolean"]}}),
        ({"kinds": [1]}, {"kinds": {"non_field_errors": ["no_object"]}}),
        ({"quiet_hours": {}}, {"quiet_hours": {"from": ["required"], "until": ["required"]}}),
        ({"quiet_hours": {"from": "22:00"}}, {"quiet_hours": {"until": ["required"]}}),
        ({"quiet_hours": {"from": "25:00", "until": "07:00"}}, {"quiet_hours": {"from": ["no_time"]}}),
        ({"quiet_hours": {"from": "", "until": "22:00+05:00"}}, {"quiet_hours": {"from": ["no_time"], "until": ["no_time"]}}),
        ({"quiet_hours": {"from": "07:00", "until": "07:00:00"}}, {"quiet_hours": {"until": ["quiet_all_day"]}}),
        ({"quiet_hours": "night"}, {"quiet_hours": {"non_field_errors": ["no_object"]}}),
    ],
)
def test_nonsense_is_named(data: dict[str, Any], problems: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        read(SettingsChanges, data)
    assert codes(refused.value.fields) == problems


def codes(problems: Any) -> Any:
    if isinstance(problems, dict):
        return {name: codes(each) for name, each in problems.items()}
    return [each.code for each in problems]
