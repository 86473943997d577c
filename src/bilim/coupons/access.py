"""Who sees and manages coupons: admins all, an instructor those of their own courses."""

from sqlalchemy import ColumnElement, and_

from bilim.coupons.models import Coupon
from bilim.kit.actors import Actor


def is_own(actor: Actor) -> ColumnElement[bool]:
    """Coupons that the actor manages."""
    there = Coupon.deleted_at.is_(None)
    return there if actor.is_admin else and_(there, Coupon.instructor_id == actor.id)
