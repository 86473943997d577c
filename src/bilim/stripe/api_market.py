"""Refunds by admins."""

from litestar import get, post

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.settings import Settings
from bilim.stripe import queries
from bilim.stripe.actions import refunds
from bilim.stripe.inputs import RefundInput
from bilim.stripe.queries import RefundView


@post("/api/payments/{payment_id:int}/refunds", opt=may(refunds.request_refund), tags=["payments"])
@work
def request_refund(tx: Tx, actor: Actor, settings: Settings, payment_id: PathId, data: RefundInput) -> RefundView:
    """Send money of a payment by Stripe back: all that is left, or an amount. It is asked of Stripe right after the answer."""
    return queries.refund(tx, actor, refunds.request_refund(tx, actor, payment_id, data, settings.stripe_rate))


@get("/api/payments/{payment_id:int}/refunds", opt=may(queries.refunds), tags=["payments"])
@work
def list_refunds(tx: Tx, actor: Actor, payment_id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[RefundView]:
    """The refunds of a payment that were asked for here."""
    return queries.refunds(tx, actor, payment_id, page(skip, limit))


ROUTES = [request_refund, list_refunds]
