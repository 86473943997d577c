"""Digests, and what became of texts for Telegram."""

from typing import Any

from sqlalchemy import case, exists, literal, select, update

from bilim.accounts.models import User
from bilim.db.base import UtcDateTime
from bilim.db.engine import Tx
from bilim.kit.access import internal
from bilim.notifications import rules
from bilim.notifications.inputs import SendDigest
from bilim.notifications.models import Notification, NotificationDigest, NotificationSettings
from bilim.notifications.queries.pushing import Digest
from bilim.notifications.rules import Channel

BATCH = 200


@internal
def settle_push(tx: Tx, notification_id: int, channel: str | None = None) -> None:
    """Note that a notification's text was sent, or need not be. Somebody who chose digests meanwhile gets it in the next one."""
    later: Channel | None = "digest" if channel == "digest" else None
    queued = update(Notification).where(Notification.id == notification_id, Notification.push == "queued")
    tx.execute(queued.values(push=later))


@internal
def make_digests(tx: Tx) -> int:
    """Make some of the digests whose hour has come, one a person and day, where there is something to tell; how many people had one due.

    A digest tells what came before its hour: what comes later waits for the next day.
    """
    people: list[dict[str, Any]] = [
        {"user_id": user_id, "day": tx.today, "moment": moment} for user_id, moment in tx.all(_due(tx).limit(BATCH))
    ]
    if people:
        made = tx.inserting(NotificationDigest).values(people).on_conflict_do_nothing().returning(NotificationDigest.id)
        tx.enqueue(*(SendDigest(digest_id) for digest_id in tx.scalars(made)))
    return len(people)


def _due(tx: Tx) -> Any:
    """A SELECT of those whose digest is due today and not made, each with its moment."""
    now, settings = tx.local_now, NotificationSettings
    moments = {hour: literal(moment, UtcDateTime) for hour, moment in rules.digest_moments(now, now.tzinfo).items()}
    moment = case(moments, value=settings.digest_hour)
    waits = exists().where(
        Notification.user_id == settings.user_id,
        Notification.push == "digest",
        Notification.read_at.is_(None),
        Notification.created_at <= moment,
    )
    made = exists().where(NotificationDigest.user_id == settings.user_id, NotificationDigest.day == tx.today)
    return (
        select(settings.user_id, moment)
        .join(User, User.id == settings.user_id)
        .where(settings.telegram == "digest", settings.digest_hour <= now.hour, waits, ~made)
        .where(User.telegram_id.is_not(None), User.is_active, User.deleted_at.is_(None))
        .order_by(settings.user_id)
    )


@internal
def settle_digest(tx: Tx, digest_id: int, digest: Digest) -> None:
    """Note that a digest was sent, with all that it told."""
    tx.execute(update(NotificationDigest).where(NotificationDigest.id == digest_id).values(sent_at=tx.now))
    told = update(Notification).where(Notification.user_id == digest.user_id, Notification.push == "digest")
    tx.execute(told.where(Notification.created_at <= digest.moment).values(push=None))
