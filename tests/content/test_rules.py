"""Rules of imports."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bilim.content import inputs, rules
from bilim.content.actions import courses, parts, rows
from bilim.content.queries import export, faults, lessons, media
from bilim.files.kinds import _SIGNATURES, _TEXTS
from guarded import require_guarded, require_named_fields
from kit.repeatable import repeatable


def test_every_function_states_who_may_call_it() -> None:
    require_guarded(courses, parts, rows, export, faults, lessons, media)


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)


@repeatable
@given(st.lists(st.none() | st.sampled_from("abcd"), max_size=12))
def test_a_value_is_a_fault_each_time_after_the_first(values: list[str | None]) -> None:
    found = rules.repeated("key", values, "key_twice")
    assert len(found) == len(values)
    faulty = Counter(value for value, wrong in zip(values, found, strict=True) if wrong)
    seen = Counter(value for value in values if value is not None)
    assert faulty == Counter({value: times - 1 for value, times in seen.items() if times > 1})
    assert not any(wrong for value, wrong in zip(values, found, strict=True) if value is None)


def test_every_kind_of_file_that_may_be_uploaded_is_known() -> None:
    assert all(rules.kind_of(f"files/aa/x{ending}") != "other" for ending in (*_SIGNATURES, *_TEXTS))


@repeatable
@given(st.text(max_size=80))
def test_a_key_is_plain(key: str) -> None:
    if rules.key_problem(key) is None:
        assert key.isascii()
        assert 1 <= len(key) <= 64
        assert not set(key) & set(" \n\t\"'<>\\%&?#")
