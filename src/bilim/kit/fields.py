"""Types of input fields, with the bounds of the columns that store them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from bilim.kit.inputs import Input, Omittable, Rule
from bilim.kit.money import MAX_TIYIN, amount_problem, price_problem

__all__ = ["Omittable"]

_NOT_BLANK = r"\S"

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
"""A row's id."""
MAX_COUNT = 2**31 - 1
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
"""A whole number from 0: a place in an order, minutes."""
Title = Annotated[str, Meta(min_length=1, max_length=255, pattern=_NOT_BLANK)]
Reason = Annotated[str, Meta(min_length=1, max_length=2000, pattern=_NOT_BLANK)]
ShortText = Annotated[str, Meta(max_length=255)]
Line = Annotated[str, Meta(max_length=50)]
Level = Annotated[str, Meta(min_length=1, max_length=50, pattern=_NOT_BLANK)]
Url = Annotated[str, Meta(max_length=2000)]
Text = Annotated[str, Meta(max_length=200_000)]
_UZS = {"maximum": MAX_TIYIN / 100, "multipleOf": 0.01}
Amount = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0.01, **_UZS}), Rule(amount_problem)]
"""UZS that were paid or spent: above 0, with at most two decimals."""
Price = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0, **_UZS}), Rule(price_problem)]
"""UZS that something costs, 0 where it is free, with at most two decimals."""

Check = Callable[[Any], str | None]
"""A rule for one value: what is wrong with it, or None."""


class Body(Input):
    """A body whose fields follow rules that types cannot say."""

    checks: ClassVar[dict[str, Check]] = {}


Username = Annotated[str, Meta(min_length=1, max_length=150)]
Password = Annotated[str, Meta(min_length=1, max_length=1000)]
Email = Annotated[str, Meta(min_length=1, max_length=254)]
FullName = Annotated[str, Meta(max_length=255)]
FirstName = Annotated[str, Meta(max_length=150)]
GroupName = Annotated[str, Meta(min_length=1, max_length=30, pattern=_NOT_BLANK)]
Phone = Annotated[str, Meta(max_length=32)]
TelegramId = Annotated[str, Meta(max_length=32)]
