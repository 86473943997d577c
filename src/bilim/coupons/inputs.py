"""What coupons are made of, and what using one takes."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta

from bilim.coupons.models import MAX_CODE
from bilim.coupons.rules import code_problem, moment_problem
from bilim.kit.errors import Invalid
from bilim.kit.fields import MAX_COUNT, Amount, Id, Price
from bilim.kit.inputs import Input, Omittable, Rule, value_or

Percent = Annotated[int, Meta(ge=1, le=100)]
Code = Annotated[str, Meta(max_length=MAX_CODE, extra_json_schema={"pattern": "^[A-Za-z0-9-]{4,32}$"}), Rule(code_problem)]
TypedCode = Annotated[str, Meta(min_length=1, max_length=2 * MAX_CODE)]
"""A code as somebody typed it, with spaces perhaps."""
Moment = Annotated[datetime, Meta(tz=True), Rule(moment_problem)]
Uses = Annotated[int, Meta(ge=1, le=MAX_COUNT)]


class CouponChanges(Input, kw_only=True):
    """Changes of a coupon: what is left out stays, null takes a bound away. A percentage replaces an amount, and the other way round."""

    percent: Omittable[Percent] = UNSET
    amount: Omittable[Amount] = UNSET
    """UZS."""
    min_price: Omittable[Price] = UNSET
    """The least price of a course that it lowers, in UZS."""
    max_uses: Omittable[Uses] = UNSET
    starts_at: Omittable[Moment] = UNSET
    ends_at: Omittable[Moment] = UNSET
    is_active: Omittable[bool] = UNSET

    def check_whole(self) -> None:
        """A coupon takes off a percentage or an amount, and ends after it begins.

        Raises:
            Invalid: both are given, or it ends before.
        """
        if value_or(self.percent, None) is not None and value_or(self.amount, None) is not None:
            raise Invalid(non_field_errors="percent_or_amount")
        start, end = value_or(self.starts_at, None), value_or(self.ends_at, None)
        if start is not None and end is not None and end <= start:
            raise Invalid(ends_at="ends_before")


class WholeCoupon(CouponChanges, kw_only=True):
    """A coupon as it shall be: with a percentage or an amount."""

    def check_whole(self) -> None:
        """A coupon takes something off.

        Raises:
            Invalid: neither a percentage nor an amount is given; and see `CouponChanges`.
        """
        super().check_whole()
        if value_or(self.percent, None) is None and value_or(self.amount, None) is None:
            raise Invalid(non_field_errors="percent_or_amount")


class CouponInput(WholeCoupon, kw_only=True):
    """A new coupon: of one course, of one instructor's courses, or, from an admin alone, of all. Without a code it gets one."""

    code: Omittable[Code] = UNSET
    course_id: Omittable[Id] = UNSET
    instructor_id: Omittable[Id] = UNSET
    """Counts only from an admin; everyone else's coupons are for their own courses."""


class CheckInput(Input, kw_only=True):
    """A code as somebody typed it, and the course to use it for."""

    code: TypedCode
    course_id: Id
