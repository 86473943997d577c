"""The pure rules of homework."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.homework.rules import details_problem, due_problem, in_zone, is_late, readable_filename

DUE = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("submitted_at", "due", "late"),
    [
        (None, DUE, None),
        (None, None, None),
        (DUE, None, False),
        (DUE - MOMENT, DUE, False),
        (DUE, DUE, False),
        (DUE + MOMENT, DUE, True),
    ],
)
def test_late_is_after_the_due_moment(submitted_at: datetime | None, due: datetime | None, late: bool | None) -> None:
    assert is_late(submitted_at, due) is late


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])))
def test_due_dates_that_pass_can_be_stored(due: datetime) -> None:
    if due_problem(due) is None:
        assert due.astimezone(UTC).astimezone(timezone(timedelta(hours=14))) == due
    else:
        assert not 2000 <= due.year <= 2199


def test_a_due_date_without_an_offset_gets_the_schools() -> None:
    tashkent = timezone(timedelta(hours=5))
    assert in_zone(datetime.fromisoformat("2030-01-01T18:00"), tashkent) == datetime(2030, 1, 1, 13, tzinfo=UTC)
    assert in_zone(DUE, tashkent) is DUE


@given(st.text(max_size=600))
def test_filenames_can_be_read_and_stored(filename: str) -> None:
    readable = readable_filename(filename)
    assert 1 <= len(readable) <= 255
    assert readable.isprintable()
    assert not {"/", "\\"} & set(readable)
    readable.encode()


def test_a_long_filename_keeps_its_extension() -> None:
    assert readable_filename("a" * 300 + ".docx").endswith("aaa.docx")


def nested(depth: int, leaf: Any = 1) -> Any:
    return {"a": nested(depth - 1, leaf)} if depth else leaf


def test_details_are_bounded_in_depth_and_size() -> None:
    assert [details_problem(nested(depth)) for depth in (19, 20)] == [None, "details_too_large"]
    assert [details_problem([[each]]) for each in ("b" * 19_994, "b" * 19_995)] == [None, "details_too_large"]
    assert details_problem({}) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)
    )
)
def test_details_of_any_shape_are_judged(details: Any) -> None:
    assert details_problem(details) in {None, "details_too_large"}
