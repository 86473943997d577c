"""What may stand in a course. No I/O."""

from decimal import Decimal

from bilim.kit import text
from bilim.kit.money import to_tiyin

MAX_CATEGORY = 100


def price_problem(amount: Decimal) -> str | None:
    """What is wrong with a price in UZS, or None."""
    if to_tiyin(amount) is None:
        return "Ensure this is an amount from 0, of at most 12 digits, with at most two decimals."
    return None


def category_problem(name: str) -> str | None:
    """What is wrong with the name of a category, or None; an empty one is none."""
    if len(text.fold(name)) > MAX_CATEGORY or len(name) > MAX_CATEGORY:
        return f"Ensure this field has no more than {MAX_CATEGORY} characters."
    return None
