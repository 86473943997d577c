"""Parts of lists stay within bounds whatever is asked for (CONTRACT section 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, RowStream, page, page_of
from kit.repeatable import repeatable

asked = st.integers(0, 10**30)


@repeatable
@given(asked, st.none() | asked)
def test_a_page_is_what_was_asked_for_within_bounds(skip: int, limit: int | None) -> None:
    found = page(skip, limit)
    assert found.skip == min(skip, 2**31 - 1)
    assert found.limit == (None if limit is None else min(limit, MAX_LIMIT))


@pytest.mark.parametrize(("limit", "counts_as"), [(0, 0), (1, 1), (1000, 1000), (1001, 1000), (10**9, 1000), (None, None)])
def test_limits(limit: int | None, counts_as: int | None) -> None:
    assert page(0, limit).limit == counts_as


def test_a_page_nobody_described_is_the_first_hundred() -> None:
    assert Page() == Page(skip=0, limit=DEFAULT_LIMIT) == page(0, 100)


@repeatable
@given(st.lists(st.lists(st.integers())), st.none() | st.integers(0), st.builds(Page, st.integers(0, 50), st.none() | st.integers(0, 50)))
def test_a_mapped_list_has_other_rows_and_the_same_figures(batches: list[list[int]], total: int | None, part: Page) -> None:
    mapped = RowStream(iter(batches), total, part).map(str)
    assert (mapped.total, mapped.page) == (total, part)
    assert mapped.all() == [str(row) for batch in batches for row in batch]


@repeatable
@given(st.lists(st.integers(), max_size=30), st.integers(0, 40), st.none() | st.integers(0, 40))
def test_a_page_of_a_list_in_memory_is_its_part(rows: list[int], skip: int, limit: int | None) -> None:
    part = page_of(rows, Page(skip, limit))
    assert part.total == len(rows)
    assert part.all() == rows[skip:][:limit]
