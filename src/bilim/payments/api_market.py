"""Paying by a service: what is bought, where it is paid, and what became of it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, HeaderParameter
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import PUBLIC, may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.responses import RawResponse
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.inputs import renamed
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.payments import flows
from bilim.payments.actions import alerts as looked_at
from bilim.payments.actions import refunding
from bilim.payments.actions.checkouts import open_checkout
from bilim.payments.documents import return_page
from bilim.payments.inputs import PurchaseInput, RefundInput
from bilim.payments.protocols import Checkouts
from bilim.payments.queries import payments, refunds
from bilim.payments.queries.payments import AlertView, OnlinePaymentView, ReturnView
from bilim.payments.queries.refunds import RefundView
from bilim.settings import Settings

Accept = Annotated[str, HeaderParameter(name="accept", description="Browsers, which accept text/html, get a page.")]
CURRENCY = "UZS"
_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@renamed(course_id="course", plan_id="plan", group_id="group")
class PurchaseBody(PurchaseInput):
    """What is bought, and by which service it is paid: one course, one plan, or months of tuition in a group."""


class OnlinePaymentOut(Struct):
    """A payment by a service. `status` is pending, captured, refunded or cancelled; `checkout_url` is where a pending one is paid."""

    id: int
    number: str
    kind: str
    title: str
    provider: str
    amount: Decimal
    currency: str
    status: str
    refunded: Decimal
    course: int | None
    plan: int | None
    group: int | None
    checkout_url: str | None
    created_at: datetime
    expires_at: datetime
    captured_at: datetime | None


class ProviderOut(Struct):
    """A service by which people can pay."""

    name: str


def _payment_out(view: OnlinePaymentView) -> OnlinePaymentOut:
    return OnlinePaymentOut(
        id=view.id,
        number=view.number,
        kind=view.kind,
        title=view.title,
        provider=view.provider,
        amount=view.amount,
        currency=CURRENCY,
        status=view.status,
        refunded=view.refunded,
        course=view.course_id,
        plan=view.plan_id,
        group=view.group_id,
        checkout_url=view.checkout_url if view.status == "pending" else None,
        created_at=view.created_at,
        expires_at=view.expires_at,
        captured_at=view.captured_at,
    )


@post("/api/payments", opt=may(open_checkout), tags=["payments"])
@work
async def begin_payment(units: Units, actor: Actor, checkouts: Checkouts, settings: Settings, data: PurchaseBody) -> OnlinePaymentOut:
    """Begin to pay for a course, a plan, or months of tuition. Asked again while a payment waits, it is answered again."""
    return _payment_out(await flows.begin(units, actor, checkouts, data, settings.site_url))


@get("/api/payments", opt=may(payments.own_payments) | RUN_IN_LOOP, tags=["payments"])
@work
def list_online_payments(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[OnlinePaymentOut]:
    """The caller's payments by services, newest first."""
    return payments.own_payments(tx, actor, page(skip, limit)).map(_payment_out)


@get("/api/payments/{payment_id:int}", opt=may(payments.payment) | RUN_IN_LOOP, tags=["payments"])
@work
def read_online_payment(tx: Tx, actor: Actor, payment_id: PathId) -> OnlinePaymentOut:
    """One payment by a service, as the server knows it."""
    return _payment_out(payments.payment(tx, actor, payment_id))


@get("/api/payments/providers", opt=PUBLIC, tags=["payments"])
@work
async def list_providers(checkouts: Checkouts) -> list[ProviderOut]:
    """The services by which people can pay here."""
    return [ProviderOut(name) for name in checkouts.names if checkouts.is_configured(name)]


@get("/api/payments/alerts", opt=may(payments.alerts), tags=["payments"])
@work
def list_alerts(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[AlertView]:
    """What somebody must look at, newest first: money that came twice, disputes, differences from a service's statement."""
    return payments.alerts(tx, actor, page(skip, limit))


@post("/api/payments/alerts/{alert_id:int}/resolve", status_code=200, opt=may(looked_at.resolve_alert), tags=["payments"])
@work
def resolve_alert(tx: Tx, actor: Actor, alert_id: PathId) -> AlertView:
    """Note that an alert was looked at."""
    looked_at.resolve_alert(tx, actor, alert_id)
    return payments.alert(tx, actor, alert_id)


@post("/api/payments/{payment_id:int}/refunds", opt=may(refunding.request_refund), tags=["payments"])
@work
def request_refund(tx: Tx, actor: Actor, checkouts: Checkouts, payment_id: PathId, data: RefundInput) -> RefundView:
    """Send money of a payment by Stripe or Click back: all that is left, or an amount. The service is asked right after the answer.

    By Click a payment goes back whole. Payme's payments are sent back in its own cabinet.
    """
    return refunds.refund(tx, actor, refunding.request_refund(tx, actor, payment_id, data, checkouts))


@get("/api/payments/{payment_id:int}/refunds", opt=may(refunds.refunds), tags=["payments"])
@work
def list_refunds(tx: Tx, actor: Actor, payment_id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[RefundView]:
    """The refunds of a payment that were asked for here."""
    return refunds.refunds(tx, actor, payment_id, page(skip, limit))


@get(flows.RETURN_PATH + "{number:str}", opt=may(payments.payment_by_number) | {"page": True}, tags=["payments"])
@work
def show_return(tx: Tx, number: FromPath[str], accept: Accept = "") -> ReturnView | RawResponse:
    """Where a service sends a payer back: what the server knows of the payment, a page for browsers. Opening it changes nothing."""
    wants_page = "text/html" in accept
    try:
        view = payments.payment_by_number(tx, number)
    except NotFound:
        if not wants_page:
            raise
        return _html(return_page.render_unknown(), 404)
    return _html(return_page.render(view), 200) if wants_page else view


def _html(page: str, status: int) -> RawResponse:
    headers = [(b"content-security-policy", _POLICY), (b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer")]
    return RawResponse(page.encode(), status, headers, b"text/html; charset=utf-8")


ROUTES = [
    begin_payment,
    list_online_payments,
    read_online_payment,
    list_providers,
    list_alerts,
    resolve_alert,
    request_refund,
    list_refunds,
    show_return,
]
