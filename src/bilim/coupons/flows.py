"""What answers only after its transaction was committed: a wrong code is refused after it was counted."""

from bilim.coupons.actions import using
from bilim.coupons.actions.using import CouponPrice
from bilim.coupons.inputs import CheckInput
from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import Invalid


async def check_coupon(units: Units, actor: Actor, check: CheckInput) -> CouponPrice:
    """What a course would cost with a coupon; see `using.check_coupon`.

    Raises:
        Invalid: also for a code of no coupon.
    """
    price = await units.write(using.check_coupon, actor, check)
    if price is None:
        raise Invalid(code="wrong_coupon_code")
    return price


async def redeem_coupon(units: Units, actor: Actor, check: CheckInput) -> bool:
    """Buy a course that costs nothing with a coupon; see `using.redeem_coupon`.

    Raises:
        Invalid: also for a code of no coupon.
    """
    is_new = await units.write(using.redeem_coupon, actor, check)
    if is_new is None:
        raise Invalid(code="wrong_coupon_code")
    return is_new
