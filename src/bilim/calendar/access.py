"""Whose calendar a secret opens, and whose lessons stand in it."""

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, exists, or_, select

from bilim.accounts.models import User
from bilim.calendar.models import CalendarToken
from bilim.catalog.access import VIEWER
from bilim.db.engine import Tx
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.groups.models import Group
from bilim.homework.models import Homework
from bilim.journal.models import Attendance
from bilim.kit.access import internal
from bilim.kit.actors import Role, role_named
from bilim.kit.codes import digest_of
from bilim.notifications.models import NotificationSettings


class Subscriber(Struct):
    """Whose calendar is read. `language` is None where they never chose."""

    id: int
    role: Role
    language: str | None

    @property
    def is_teacher(self) -> bool:
        """Whether the person is a teacher or more: staff."""
        return self.role.includes(Role.TEACHER)


_SUBSCRIBER = PreparedSelection(
    select_into(Subscriber, id=User.id, role=convert(role_named, User.role), language=NotificationSettings.language)
    .select_from(CalendarToken)
    .join(User, User.id == CalendarToken.user_id)
    .outerjoin(NotificationSettings, NotificationSettings.user_id == User.id)
    .where(CalendarToken.digest == bindparam("digest"), User.is_active, User.deleted_at.is_(None))
)


@internal
def subscriber_of(tx: Tx, secret: str) -> Subscriber | None:
    """Whose calendar a secret opens; None for any other text, and where the account is closed or deleted."""
    return tx.fetch_first(_SUBSCRIBER, {"digest": digest_of(secret)})


TAUGHT_SINCE = bindparam("taught_since", type_=Attendance.date.type)


def is_taught() -> ColumnElement[bool]:
    """Groups that the viewer teaches: whose attendance they marked since a day, or for which they set homework since a moment.

    Groups have no teacher of their own: any may mark any group (CONTRACT section 7).
    """
    marked = select(Attendance.id).where(Attendance.group_id == Group.id, Attendance.date >= TAUGHT_SINCE, Attendance.marked_by == VIEWER)
    assigned = select(Homework.id).where(
        Homework.group_id == Group.id,
        Homework.created_by == VIEWER,
        Homework.created_at >= bindparam("since", type_=Homework.created_at.type),
        Homework.deleted_at.is_(None),
    )
    return or_(exists(marked), exists(assigned))
