"""How well the questions of a test tell strong test-takers from weak ones. Pure functions over rows of right and wrong."""

from collections.abc import Sequence
from math import sqrt


def discrimination(item: Sequence[bool], totals: Sequence[int]) -> float | None:
    """The corrected point-biserial correlation of a question with the rest of the test, from -1 to 1.

    Corrected: the question itself is left out of each total, with which it would correlate in any case. None where it is not defined:
    all had the question right, or all wrong, or all have the same number of other questions right.

    >>> discrimination([True, True, False, False], [3, 3, 1, 1])
    1.0

    Args:
        item: whether each test-taker had the question right.
        totals: how many questions each had right, this one included; in the same order.
    """
    people = len(item)
    rests = [total - right for right, total in zip(item, totals, strict=True)]
    right_ones = sum(item)
    of_rests = sum(rests)
    # Sums of whole numbers: exact until the root is taken.
    spread = (people * right_ones - right_ones**2) * (people * sum(rest * rest for rest in rests) - of_rests**2)
    if spread == 0:
        return None
    together = people * sum(rest for right, rest in zip(item, rests, strict=True) if right) - right_ones * of_rests
    return together / sqrt(spread)
