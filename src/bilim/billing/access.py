"""Who sees payments: staff all, everyone else their own (CONTRACT section 7); and what they are at a moment, as clauses for queries."""

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, true

from bilim.billing.models import Payment
from bilim.billing.rules import CANCELLED, PENDING
from bilim.kit.actors import Actor


def is_visible(actor: Actor) -> ColumnElement[bool]:
    """Payments that the actor may see."""
    return true() if actor.is_teacher else Payment.payer_id == actor.id


NOW: Any = bindparam("now", type_=Payment.expires_at.type)


def is_expired() -> ColumnElement[bool]:
    """Pending payments whose time was over at the moment bound as `now`. They count as cancelled, before anybody writes it down."""
    return and_(Payment.status == PENDING, Payment.expires_at <= NOW)


def status_now() -> ColumnElement[str]:
    """The status of a payment at the moment bound as `now`."""
    return case((is_expired(), CANCELLED), else_=Payment.status)
