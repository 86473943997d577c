"""Reads of refunds that admins want. Amounts are UZS."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import select_into, uzs
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.payments.models import RefundRequest


class RefundView(Struct):
    """A refund that an admin wants: `asked` until its service was heard, then `done` or `failed`. The amount is UZS."""

    id: int
    payment_id: int
    amount: Decimal
    status: str
    reason: str | None
    created_at: datetime
    settled_at: datetime | None


_REFUND = select_into(
    RefundView,
    id=RefundRequest.id,
    payment_id=RefundRequest.payment_id,
    amount=uzs(RefundRequest.amount),
    status=RefundRequest.status,
    reason=RefundRequest.reason,
    created_at=RefundRequest.created_at,
    settled_at=RefundRequest.settled_at,
)
_REFUNDS = ListQuery(_REFUND.where(RefundRequest.payment_id == bindparam("payment_id")).order_by(RefundRequest.id))


@requires(Role.ADMIN)
def refunds(tx: Tx, actor: Actor, payment_id: int, page: Page) -> RowStream[RefundView]:  # noqa: ARG001 - the same for all admins
    """The refunds of a payment, the oldest first."""
    return paginate(tx, _REFUNDS, page, {"payment_id": payment_id})


@requires(Role.ADMIN)
def refund(tx: Tx, actor: Actor, request_id: int) -> RefundView:  # noqa: ARG001 - the same for all admins
    """One refund.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_REFUND.where(RefundRequest.id == request_id))
