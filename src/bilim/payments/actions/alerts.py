"""What a person must look at: written in the ledger, shown to admins, counted by the metrics, and logged."""

import logging
from enum import StrEnum

from sqlalchemy import select, update

from bilim.db.engine import Tx
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound
from bilim.payments.models import PaymentAlert

_log = logging.getLogger("bilim.payments")
_MAX_DETAIL = 500


class Alert(StrEnum):
    """Kinds of alerts."""

    PAID_TWICE = "paid_twice"
    """Money came for what was paid already."""
    MISMATCH = "mismatch"
    """A service tells another amount or currency, or something else that cannot be."""
    DISPUTE = "dispute"
    """The service or the payer takes captured money into doubt."""
    RECONCILIATION = "reconciliation"
    """The ledger and a service's statement differ."""


@internal
def raise_alert(tx: Tx, kind: Alert, payment_id: int | None, detail: str) -> None:
    """Have a person look at something."""
    _log.warning("payment alert %s: payment %s: %s", kind, payment_id, detail)
    tx.insert(PaymentAlert, kind=kind.value, payment_id=payment_id, detail=detail[:_MAX_DETAIL], created_at=tx.now)


@requires(Role.ADMIN)
def resolve_alert(tx: Tx, actor: Actor, alert_id: int) -> None:  # noqa: ARG001 - the decorator asks who it is
    """Note that somebody looked at an alert; again changes nothing.

    Raises:
        NotFound: there is none.
    """
    if tx.scalar(select(PaymentAlert.id).where(PaymentAlert.id == alert_id)) is None:
        raise NotFound
    waiting = (PaymentAlert.id == alert_id, PaymentAlert.resolved_at.is_(None))
    tx.execute(update(PaymentAlert).where(*waiting).values(resolved_at=tx.now))
