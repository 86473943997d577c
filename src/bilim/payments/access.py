"""Who sees orders and their payments: admins all, everyone else their own."""

from sqlalchemy import ColumnElement, true

from bilim.billing.models import Payment
from bilim.kit.actors import Actor


def is_visible(actor: Actor) -> ColumnElement[bool]:
    """Payments that the actor may see."""
    return true() if actor.is_admin else Payment.payer_id == actor.id
