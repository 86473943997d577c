"""Notifications, on the learning surface and, under its own paths, in the marketplace: one resource."""

from typing import Annotated

from litestar import get, patch, post
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.notifications.actions import choosing, reading
from bilim.notifications.inputs import SettingsChanges
from bilim.notifications.queries import reading as queries
from bilim.notifications.queries.reading import NotificationView, SettingsView

IsRead = Annotated[bool | None, QueryParameter(description="Only what was read, or only what was not.")]
_ROOTS = ("/api/v1/notifications", "/api/notifications")


class UnreadCountOut(Struct):
    """How many notifications were not read."""

    unread_count: int


class ReadAllOut(Struct):
    """What was done, in Uzbek."""

    msg: str


ALL_READ = ReadAllOut("Barcha bildirishnomalar oʻqildi")


def _at(path: str = "") -> list[str]:
    return [root + path for root in _ROOTS]


@get(_at(), opt=may(queries.notifications) | RUN_IN_LOOP, tags=["notifications"])
@work
def list_notifications(
    tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT, is_read: IsRead = None
) -> RowStream[NotificationView]:
    """What one was told, newest first."""
    return queries.notifications(tx, actor, page(skip, limit), is_read=is_read)


@get(_at("/unread-count"), opt=may(queries.unread_count) | RUN_IN_LOOP, tags=["notifications"])
@work
def count_unread(tx: Tx, actor: Actor) -> UnreadCountOut:
    """How many notifications one has not read."""
    return UnreadCountOut(queries.unread_count(tx, actor))


@post(_at("/read-all"), status_code=200, opt=may(reading.read_all), tags=["notifications"])
@work
def read_all_notifications(tx: Tx, actor: Actor) -> ReadAllOut:
    """Mark all one's notifications as read."""
    reading.read_all(tx, actor)
    return ALL_READ


@post(_at("/{id:int}/read"), status_code=200, opt=may(reading.read_notification), tags=["notifications"])
@work
def read_notification(tx: Tx, actor: Actor, id: PathId) -> NotificationView:
    """Mark one of one's notifications as read."""
    reading.read_notification(tx, actor, id)
    return queries.notification(tx, actor, id)


@get(_at("/settings"), opt=may(queries.settings), tags=["notifications"])
@work
def read_notification_settings(tx: Tx, actor: Actor) -> SettingsView:
    """How one wishes to be told."""
    return queries.settings(tx, actor)


@patch(_at("/settings"), opt=may(choosing.change_settings), tags=["notifications"])
@work
def change_notification_settings(tx: Tx, actor: Actor, data: SettingsChanges) -> SettingsView:
    """Choose what to be told of, and how; what is left out stays."""
    choosing.change_settings(tx, actor, data)
    return queries.settings(tx, actor)


ROUTES = [
    list_notifications,
    count_unread,
    read_all_notifications,
    read_notification,
    read_notification_settings,
    change_notification_settings,
]
