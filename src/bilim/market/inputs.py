"""A course as the marketplace's forms send it, and what people look for."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET

from bilim.catalog.inputs import CourseInput
from bilim.files.kinds import Picture
from bilim.kit.errors import Invalid, Problem
from bilim.kit.fields import Price
from bilim.kit.inputs import Input, Omittable, Rule

_MAX_DIGITS = 18


class PicturedCourseInput(CourseInput, kw_only=True):
    """A course and its picture, as uploaded. A `category` of digits alone is an id: forms know only text."""

    thumbnail: Omittable[Picture] = UNSET

    def check_whole(self) -> None:
        """Read an id that was sent as text."""
        if isinstance(self.category, str) and self.category.isascii() and self.category.isdecimal() and len(self.category) <= _MAX_DIGITS:
            self.category = int(self.category)


Ordering = Literal["relevance", "id", "-id", "title", "-title", "price", "-price", "rating", "-rating", "created_at", "-created_at"]
"""How courses are listed: by a field, `-` for the greatest first; equal ones by id. `relevance` counts only with words to search for."""


def _rating_problem(rating: Decimal) -> Problem | str | None:
    if not rating.is_finite():
        return "no_number"
    if rating < 0:
        return Problem("too_small", {"bound": 0})
    return Problem("too_great", {"bound": 5}) if rating > 5 else None


_WITHOUT_NUL = Rule(lambda value: "wrong_value" if "\0" in value else None)
"""PostgreSQL takes no text with it."""


class CourseFilter(Input, kw_only=True):
    """What is looked for: words, and what courses must be like. What is None does not matter; a blank text is as good as none."""

    search: str | None = None
    category: Annotated[str, _WITHOUT_NUL] | None = None
    """An id, or a name."""
    level: Annotated[str, _WITHOUT_NUL] | None = None
    language: Annotated[str, _WITHOUT_NUL] | None = None
    min_rating: Annotated[Decimal, Rule(_rating_problem)] | None = None
    min_price: Price | None = None
    """UZS, of what is charged: the discount price where there is one."""
    max_price: Price | None = None
    free: bool | None = None

    def check_whole(self) -> None:
        """Prices in their order.

        Raises:
            Invalid: the highest is below the lowest.
        """
        if self.min_price is not None and self.max_price is not None and self.max_price < self.min_price:
            raise Invalid(max_price=Problem("below_lowest", {"bound": str(self.min_price)}))
        for name in ("search", "category", "level", "language"):
            setattr(self, name, (getattr(self, name) or "").strip() or None)
