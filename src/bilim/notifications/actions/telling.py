"""Telling people: once each, whatever happens to the job that tells them."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import JSON, ColumnElement, case, exists, literal, null, select, update

from bilim.accounts.models import User
from bilim.db.base import BigId, UtcDateTime
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.notifications import rules
from bilim.notifications.inputs import PushNotification
from bilim.notifications.models import Notification, NotificationMute, NotificationSettings
from bilim.notifications.rules import Kind

BATCH = 500
"""Texts for Telegram that are queued in one transaction."""


class News(Struct):
    """Something to tell: of which kind, about what, and whom, as a condition on `User`."""

    kind: Kind
    subject_id: int
    data: dict[str, Any]
    who: ColumnElement[bool]


@internal
def tell(tx: Tx, news: News) -> None:
    """Tell everybody who was not told yet, in one statement.

    Closed accounts and those who wish to hear nothing of the kind are left out. What is to go to Telegram is marked here, in the row that
    is written once, and queued by `queue_pushes`.
    """
    channel = NotificationSettings.telegram
    people = (
        select(
            User.id,
            literal(news.kind),
            literal(news.subject_id, BigId),
            literal(news.data, JSON),
            literal(tx.now, UtcDateTime),
            case((User.telegram_id.is_not(None) & channel.in_(("instant", "digest")), channel), else_=null()),
        )
        .outerjoin(NotificationSettings, NotificationSettings.user_id == User.id)
        .where(news.who, User.is_active, User.deleted_at.is_(None), ~_is_muted(news.kind))
        .order_by(User.id)  # two that tell the same people lock them in one order
    )
    told = tx.inserting(Notification).from_select(["user_id", "kind", "subject_id", "data", "created_at", "push"], people)
    once = [Notification.user_id, Notification.kind, Notification.subject_id]
    tx.execute(told.on_conflict_do_nothing(index_elements=once))


def _is_muted(kind: Kind) -> ColumnElement[bool]:
    return exists().where(NotificationMute.user_id == User.id, NotificationMute.kind == kind)


@internal
def queue_pushes(tx: Tx, news: News) -> int:
    """Queue some of what is to go to Telegram at once, or when the person's quiet hours end; how many, 0 where none is left.

    A row and its job are written together: a crash between two batches leaves the rest for the next try.
    """
    settings = NotificationSettings
    waiting = (
        select(Notification.id, settings.quiet_from, settings.quiet_until)
        .outerjoin(settings, settings.user_id == Notification.user_id)
        .where(Notification.kind == news.kind, Notification.subject_id == news.subject_id, Notification.push == "instant")
        .order_by(Notification.id)
        .limit(BATCH)
        .with_for_update(of=Notification)
    )
    jobs: defaultdict[datetime | None, list[PushNotification]] = defaultdict(list)
    for notification_id, start, end in tx.all(waiting):
        due_at = rules.quiet_end(tx.local_now, start, end) if start is not None else None
        jobs[due_at].append(PushNotification(notification_id))
    ids = [job.notification_id for batch in jobs.values() for job in batch]
    if ids:
        tx.execute(update(Notification).where(Notification.id.in_(ids)).values(push="queued"))
    for due_at, batch in jobs.items():
        tx.enqueue(*batch, at=due_at)
    return len(ids)
