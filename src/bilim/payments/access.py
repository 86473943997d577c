"""Who sees orders and their payments: admins all, everyone else their own."""

from sqlalchemy import ColumnElement, bindparam, true

from bilim.billing.models import Payment


def is_visible(*, is_admin: bool) -> ColumnElement[bool]:
    """Payments that an actor may see, whose id is the parameter `actor_id`."""
    return true() if is_admin else Payment.payer_id == bindparam("actor_id")
