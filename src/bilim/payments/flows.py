"""Beginning to pay: the payment is committed before its service is asked for a link, and asked again it is the same payment."""

from bilim.coupons.flows import check_coupon
from bilim.coupons.inputs import CheckInput
from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import Invalid, Problem
from bilim.payments.actions.checkouts import note_link, open_checkout
from bilim.payments.inputs import PurchaseInput
from bilim.payments.protocols import Checkouts
from bilim.payments.queries import payments
from bilim.payments.queries.payments import OnlinePaymentView

RETURN_PATH = "/pay/return/"


async def begin(units: Units, actor: Actor, checkouts: Checkouts, purchase: PurchaseInput, site_url: str) -> OnlinePaymentView:
    """Begin to pay for something, and find out where it is paid.

    Raises:
        Invalid: there is no such service; or see `open_checkout`.
        Unavailable: the service is not configured, and nothing is written; or it does not answer, and the payment can be asked for again.
        BadRequest, Conflict: see `open_checkout`.
    """
    if purchase.provider not in checkouts.names:
        raise Invalid({"provider": [Problem("no_choice", {"value": purchase.provider})]})
    service = checkouts.get(purchase.provider)
    await _check_coupon(units, actor, purchase)
    payment_id = await units.write(open_checkout, actor, purchase)
    view = await units.read(payments.payment, actor, payment_id)
    if view.checkout_url is not None:
        return view
    to_pay = await units.read(payments.to_pay, payment_id)
    url = await service.link(to_pay, f"{site_url}{RETURN_PATH}{to_pay.number}")
    await units.write(note_link, payment_id, url)
    return await units.read(payments.payment, actor, payment_id)


async def _check_coupon(units: Units, actor: Actor, purchase: PurchaseInput) -> None:
    """Refuse a wrong code after it was counted, so that codes cannot be guessed here either."""
    if purchase.coupon_code is None or not isinstance(purchase.course_id, int):
        return
    try:
        await check_coupon(units, actor, CheckInput(course_id=purchase.course_id, code=purchase.coupon_code))
    except Invalid as wrong:
        raise Invalid({"coupon" if name == "code" else name: problems for name, problems in wrong.fields.items()}) from None
