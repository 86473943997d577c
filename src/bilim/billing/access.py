"""Who sees payments: staff all, everyone else their own (CONTRACT section 7)."""

from sqlalchemy import ColumnElement, true

from bilim.billing.models import Payment
from bilim.kit.actors import Actor


def is_visible(actor: Actor) -> ColumnElement[bool]:
    """Payments that the actor may see."""
    return true() if actor.is_teacher else Payment.payer_id == actor.id
