"""Changes: a field that was left out changes nothing, a null is a change."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType

from bilim.kit.inputs import sent_fields as sent
from kit.repeatable import repeatable


class Changes(Struct):
    title: str | UnsetType | None = UNSET
    order: int | UnsetType | None = UNSET
    is_preview: bool | UnsetType | None = UNSET


bodies = st.fixed_dictionaries(
    {},
    optional={
        "title": st.none() | st.text(max_size=5),
        "order": st.none() | st.integers(-(2**63), 2**63 - 1),
        "is_preview": st.none() | st.booleans(),
    },
)


@repeatable
@given(bodies)
def test_what_was_sent_is_what_changes(body: dict[str, Any]) -> None:
    assert sent(msgspec.convert(body, Changes)) == body


@repeatable
@given(bodies, st.sets(st.sampled_from(["title", "order", "is_preview"]), min_size=1))
def test_only_the_named_fields_count(body: dict[str, Any], names: set[str]) -> None:
    assert sent(msgspec.convert(body, Changes), *names) == {name: value for name, value in body.items() if name in names}


def test_null_is_a_change_and_an_empty_body_is_none() -> None:
    assert sent(Changes(title=None)) == {"title": None}
    assert sent(Changes()) == {}
