"""Reading what one was told, and forgetting what was read long ago."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from bilim.db.engine import Tx
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.notifications.models import Notification, NotificationDigest

SWEPT = 1_000
"""Rows that are deleted in one transaction."""


@signed_in
def read_notification(tx: Tx, actor: Actor, notification_id: int) -> None:
    """Note that the actor read a notification; the first time counts.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    mine = update(Notification).where(Notification.id == notification_id, Notification.user_id == actor.id)
    if not tx.execute(mine.values(read_at=func.coalesce(Notification.read_at, tx.now, type_=Notification.read_at.type))).rowcount:
        raise NotFound


@signed_in
def read_all(tx: Tx, actor: Actor) -> None:
    """Note that the actor read all that they were told until now."""
    tx.execute(update(Notification).where(Notification.user_id == actor.id, Notification.read_at.is_(None)).values(read_at=tx.now))


@internal
def sweep(tx: Tx, kept: timedelta) -> int:
    """Delete some of what was read longer ago, and old digests; how many notifications. What was never read stays."""
    tx.execute(delete(NotificationDigest).where(NotificationDigest.day < tx.today - kept))
    old = select(Notification.id).where(Notification.read_at < tx.now - kept).order_by(Notification.read_at).limit(SWEPT)
    return tx.execute(delete(Notification).where(Notification.id.in_(old))).rowcount
