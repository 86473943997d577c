"""Types that fields of several slices' inputs have, with the bounds of the columns that hold them."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from bilim.kit import text
from bilim.kit.inputs import Rule
from bilim.kit.money import MAX_TIYIN, amount_problem, price_problem

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
GroupName = Annotated[str, Meta(min_length=1, max_length=30, pattern=_NOT_BLANK)]
Level = Annotated[str, Meta(min_length=1, max_length=50, pattern=_NOT_BLANK)]
Url = Annotated[str, Meta(max_length=2000), Rule(text.url_problem)]
"""An address of the web, or a path of this server; an empty one is none."""
Text = Annotated[str, Meta(max_length=200_000)]
_UZS = {"maximum": MAX_TIYIN / 100, "multipleOf": 0.01}
Amount = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0.01, **_UZS}), Rule(amount_problem)]
"""UZS that were paid or spent: above 0, with at most two decimals."""
Price = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0, **_UZS}), Rule(price_problem)]
"""UZS that something costs, 0 where it is free, with at most two decimals."""
