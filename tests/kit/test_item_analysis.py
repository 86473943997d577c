"""The corrected point-biserial correlation, against a plain computation of Pearson's."""

from statistics import StatisticsError, correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.item_analysis import discrimination
from kit.repeatable import repeatable

RESULTS = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=30)


@given(RESULTS)
@repeatable
def test_it_is_the_correlation_with_the_rest_of_the_test(results: list[list[bool]]) -> None:
    item, totals = [row[0] for row in results], [sum(row) for row in results]
    found = discrimination(item, totals)
    try:
        expected = correlation([int(right) for right in item], [sum(row[1:]) for row in results])
    except StatisticsError:
        assert found is None
    else:
        assert found == pytest.approx(expected)


def test_a_question_that_the_strong_miss_tells_the_wrong_way_round() -> None:
    assert discrimination([False, False, True, True], [3, 2, 2, 1]) == pytest.approx(-0.894427)


@pytest.mark.parametrize("item", [[True, True, True], [False, False, False], [], [True]])
def test_without_a_difference_there_is_nothing_to_tell(item: list[bool]) -> None:
    assert discrimination(item, [3, 2, 1][: len(item)]) is None
