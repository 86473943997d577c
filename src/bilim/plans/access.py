"""Which subscriptions there are at a moment, as clauses for queries."""

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam

from bilim.plans.models import Subscription

NOW: Any = bindparam("now", type_=Subscription.ends_at.type)


def is_shown() -> ColumnElement[bool]:
    """Subscriptions that were not taken back. Revoked ones stay in the table, out of every list."""
    return Subscription.revoked_at.is_(None)


def is_running() -> ColumnElement[bool]:
    """Subscriptions that run at the moment bound as `now`. One that ended counts as ended at once."""
    return and_(is_shown(), Subscription.starts_at <= NOW, Subscription.ends_at > NOW)
