"""Who may do what in a room. Its key is unguessable: whoever names it may know that it exists."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, exists, select

from bilim.accounts.models import Session, User
from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.groups.models import Membership
from bilim.kit.access import internal
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden
from bilim.rooms.models import Participant, Room
from bilim.rooms.rules import LOST_AFTER


class HeldRoom(Struct):
    """A room as an action needs it."""

    id: int
    is_private: bool
    max_participants: int
    group_id: int | None
    created_by: int
    created_at: datetime
    ended_at: datetime | None
    attendance_at: datetime | None


_HELD = select_into(
    HeldRoom,
    id=Room.id,
    is_private=Room.is_private,
    max_participants=Room.max_participants,
    group_id=Room.group_id,
    created_by=Room.created_by,
    created_at=Room.created_at,
    ended_at=Room.ended_at,
    attendance_at=Room.attendance_at,
)


@internal
def hold(tx: Tx, key: str) -> HeldRoom:
    """A room, locked until the transaction ends: nobody comes while it ends, and of two who come for one seat one goes first.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_HELD.where(Room.key == key).with_for_update())


@internal
def find(tx: Tx, key: str) -> HeldRoom:
    """A room, to read.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_HELD.where(Room.key == key))


def is_in(tx: Tx) -> ColumnElement[bool]:
    """Participants who are there: not those whose process told nothing for too long, whether or not that was noticed."""
    return Participant.left_at.is_(None) & (Participant.seen_at > tx.now - LOST_AFTER)


def is_signed_in(tx: Tx) -> ColumnElement[bool]:
    """Participants whose session and account are open."""
    open_session = (Session.id == Participant.session_id) & Session.ended_at.is_(None) & (Session.expires_at > tx.now)
    return exists(select(Session.id).join(User, User.id == Session.user_id).where(open_session, User.is_active, User.deleted_at.is_(None)))


@internal
def require_entry(tx: Tx, actor: Actor, room: HeldRoom) -> None:
    """Let the actor into a room: a group's private room is for its members and for staff, all others for whoever has their key.

    Raises:
        Conflict: it ended.
        Forbidden: a group's private room, and the actor is no member of the group.
    """
    if room.ended_at is not None:
        raise Conflict("room_ended")
    if room.group_id is None or not room.is_private or actor.is_teacher or room.created_by == actor.id:
        return
    member = select(Membership.id).where(
        Membership.group_id == room.group_id, Membership.student_id == actor.id, Membership.left_at.is_(None)
    )
    if tx.scalar(member) is None:
        raise Forbidden


@internal
def require_owner(actor: Actor, room: HeldRoom) -> None:
    """Let a room be ended by who made it, and by admins.

    Raises:
        Forbidden: the actor is neither.
    """
    if room.created_by != actor.id and not actor.is_admin:
        raise Forbidden


@internal
def require_sight(tx: Tx, actor: Actor, room: HeldRoom) -> None:
    """Let those see who is in a room who are in it themselves, who made it, and admins.

    Raises:
        Forbidden: the actor is none of them.
    """
    if room.created_by == actor.id or actor.is_admin:
        return
    own = select(Participant.id).where(Participant.room_id == room.id, Participant.user_id == actor.id, is_in(tx))
    if tx.scalar(own) is None:
        raise Forbidden
