"""Choosing what to be told of, and how."""

from typing import Any

from sqlalchemy import delete, update

from bilim.db.engine import Tx
from bilim.groups.rules import parse_time
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.inputs import sent_fields
from bilim.notifications import rules
from bilim.notifications.inputs import KindsInput, QuietHoursInput, SettingsChanges
from bilim.notifications.models import Notification, NotificationMute, NotificationSettings


@signed_in
def change_settings(tx: Tx, actor: Actor, changes: SettingsChanges) -> None:
    """Change how the actor wishes to be told; what is left out stays. Notifications that are there already stay too."""
    columns = sent_fields(changes, "telegram", "digest_hour", "language")
    if "quiet_hours" in sent_fields(changes):
        hours = changes.quiet_hours
        start, end = (parse_time(hours.start), parse_time(hours.end)) if isinstance(hours, QuietHoursInput) else (None, None)
        columns |= {"quiet_from": start, "quiet_until": end}
    if columns:
        _store(tx, actor, columns)
    if columns.get("telegram", "digest") != "digest":
        waiting = update(Notification).where(Notification.user_id == actor.id, Notification.push == "digest")
        tx.execute(waiting.values(push=None))
    if isinstance(changes.kinds, KindsInput):
        _mute(tx, actor, changes.kinds)


def _store(tx: Tx, actor: Actor, columns: dict[str, Any]) -> None:
    defaults = {"telegram": rules.DEFAULT_CHANNEL, "digest_hour": rules.DEFAULT_DIGEST_HOUR}
    made = tx.inserting(NotificationSettings).values(user_id=actor.id, **{**defaults, **columns}, updated_at=tx.now)
    changed = {**columns, "updated_at": tx.now}
    tx.execute(made.on_conflict_do_update(index_elements=[NotificationSettings.user_id], set_=changed))


def _mute(tx: Tx, actor: Actor, kinds: KindsInput) -> None:
    chosen = {kind: is_on for kind, is_on in sent_fields(kinds).items() if is_on is not None}
    if on := [kind for kind, is_on in chosen.items() if is_on]:
        tx.execute(delete(NotificationMute).where(NotificationMute.user_id == actor.id, NotificationMute.kind.in_(on)))
    if off := [{"user_id": actor.id, "kind": kind} for kind, is_on in chosen.items() if not is_on]:
        tx.execute(tx.inserting(NotificationMute).values(off).on_conflict_do_nothing())
