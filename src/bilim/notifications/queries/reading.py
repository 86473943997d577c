"""What a person was told, and how they wish to be told."""

from datetime import datetime, time
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, func, literal_column, select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.notifications import rules
from bilim.notifications.models import Notification, NotificationMute, NotificationSettings
from bilim.notifications.rules import KINDS, Channel, message_of


class NotificationView(Struct, rename={"kind": "notification_type"}):
    """A notification; `data` has the ids and names of what it is about, as its kind says."""

    id: int
    user_id: int
    message: str
    is_read: bool
    created_at: datetime
    kind: str
    data: dict[str, Any]


class QuietHours(Struct, rename={"start": "from", "end": "until"}):
    """The hours in which nothing is sent to Telegram, on the school's clock."""

    start: time
    end: time


class SettingsView(Struct):
    """How somebody wishes to be told. `telegram_linked` says whether Telegram can reach them."""

    telegram: str
    telegram_linked: bool
    quiet_hours: QuietHours | None
    digest_hour: int
    language: str | None
    kinds: dict[str, bool]


_NOTIFICATION = select_into(
    NotificationView,
    id=Notification.id,
    user_id=Notification.user_id,
    message=convert(message_of, Notification.kind, Notification.data, NotificationSettings.language),
    is_read=case((Notification.read_at.is_not(None), True), else_=False),
    created_at=Notification.created_at,
    kind=Notification.kind,
    data=Notification.data,
).outerjoin(NotificationSettings, NotificationSettings.user_id == Notification.user_id)
_IS_OWN = Notification.user_id == bindparam("viewer_id")
_IS_UNREAD = Notification.read_at.is_(None)


def _list(*conditions: Any) -> ListQuery[NotificationView]:
    mine = (_IS_OWN, *conditions)
    count = select(func.count()).select_from(Notification).where(*mine)
    return ListQuery(_NOTIFICATION.where(*mine).order_by(Notification.id.desc()), count)


_LISTS = {None: _list(), False: _list(_IS_UNREAD), True: _list(Notification.read_at.is_not(None))}
_ONE = PreparedSelection(_NOTIFICATION.where(_IS_OWN, Notification.id == bindparam("notification_id")))
_UNREAD_COUNT = Prepared(select(func.count(literal_column("1"))).select_from(Notification).where(_IS_OWN, _IS_UNREAD))


@signed_in
def notifications(tx: Tx, actor: Actor, page: Page, *, is_read: bool | None = None) -> RowStream[NotificationView]:
    """What the actor was told, newest first; all of it, or only what was read or was not."""
    return paginate(tx, _LISTS[is_read], page, {"viewer_id": actor.id})


@signed_in
def notification(tx: Tx, actor: Actor, notification_id: int) -> NotificationView:
    """One notification of the actor's.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return tx.fetch_one(_ONE, {"viewer_id": actor.id, "notification_id": notification_id})


@signed_in
def unread_count(tx: Tx, actor: Actor) -> int:
    """How many notifications the actor has not read."""
    return tx.scalar(_UNREAD_COUNT, {"viewer_id": actor.id})


@signed_in
def settings(tx: Tx, actor: Actor) -> SettingsView:
    """How the actor wishes to be told: what they chose, and the defaults of what they did not."""
    chosen = select(NotificationSettings).where(NotificationSettings.user_id == actor.id)
    columns = NotificationSettings.__table__.c
    row = tx.first(
        chosen.with_only_columns(columns.telegram, columns.quiet_from, columns.quiet_until, columns.digest_hour, columns.language)
    )
    telegram: Channel = row[0] if row else rules.DEFAULT_CHANNEL
    muted = set(tx.scalars(select(NotificationMute.kind).where(NotificationMute.user_id == actor.id)))
    chat_id = tx.scalar(select(User.telegram_id).where(User.id == actor.id))
    return SettingsView(
        telegram=telegram,
        telegram_linked=bool(chat_id),
        quiet_hours=QuietHours(row[1], row[2]) if row and row[1] is not None else None,
        digest_hour=row[3] if row else rules.DEFAULT_DIGEST_HOUR,
        language=row[4] if row else None,
        kinds={kind: kind not in muted for kind in KINDS},
    )
