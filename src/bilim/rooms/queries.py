"""Reads of rooms and of who is in them."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name
from bilim.rooms import access
from bilim.rooms.models import Participant, Room
from bilim.rooms.rules import LOST_AFTER


class RoomView(Struct):
    """A room; `participants_count` are those in it now."""

    room_id: str
    name: str | None
    is_private: bool
    max_participants: int
    group_id: int | None
    created_by: int
    created_at: datetime
    ended_at: datetime | None
    is_active: bool
    participants_count: int
    attendance_at: datetime | None


class PeerView(Struct):
    """Somebody in a room, as the others see them: by name."""

    peer: str
    user_id: int
    full_name: str
    joined_at: datetime


class RoomUserView(Struct):
    """Somebody in a room; `email` and `phone` are theirs and the staff's to see."""

    id: int
    username: str
    full_name: str
    email: str | None
    phone: str | None
    is_creator: bool
    peer: str
    joined_at: datetime


_SINCE = bindparam("since", type_=Participant.seen_at.type)
_ARE_IN = Participant.left_at.is_(None) & (Participant.seen_at > _SINCE)
_COUNT = select(func.count()).where(Participant.room_id == Room.id, _ARE_IN).scalar_subquery()
_NAME = convert(join_name, User.first_name, User.last_name)
_ROOM = select_into(
    RoomView,
    room_id=Room.key,
    name=Room.name,
    is_private=Room.is_private,
    max_participants=Room.max_participants,
    group_id=Room.group_id,
    created_by=Room.created_by,
    created_at=Room.created_at,
    ended_at=Room.ended_at,
    is_active=Room.ended_at.is_(None),
    participants_count=_COUNT,
    attendance_at=Room.attendance_at,
)
_ONE_ROOM = PreparedSelection(_ROOM.where(Room.key == bindparam("key")))
_PEERS = PreparedSelection(
    select_into(PeerView, peer=Participant.peer, user_id=User.id, full_name=_NAME, joined_at=Participant.joined_at)
    .join(User, User.id == Participant.user_id)
    .where(Participant.room_id == bindparam("room_id"), _ARE_IN)
    .order_by(Participant.id)
)
_USERS = ListQuery(
    select_into(
        RoomUserView,
        id=User.id,
        username=User.username,
        full_name=_NAME,
        email=User.email,
        phone=User.phone,
        is_creator=User.id == Room.created_by,
        peer=Participant.peer,
        joined_at=Participant.joined_at,
    )
    .select_from(Participant)
    .join(User, User.id == Participant.user_id)
    .join(Room, Room.id == Participant.room_id)
    .where(Participant.room_id == bindparam("room_id"), _ARE_IN)
    .order_by(Participant.id)
)


def _since(tx: Tx) -> dict[str, Any]:
    return {"since": tx.now - LOST_AFTER}


@internal
def room(tx: Tx, key: str) -> RoomView:
    """A room, for who made or changed it.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_ONE_ROOM, {"key": key, **_since(tx)})


@internal
def peers(tx: Tx, room_id: int) -> list[PeerView]:
    """Who is in a room, in the order in which they came."""
    return tx.fetch_all(_PEERS, {"room_id": room_id, **_since(tx)})


@internal
def peers_of(tx: Tx, key: str) -> list[PeerView]:
    """The same by the room's key, for its participants."""
    return peers(tx, access.find(tx, key).id)


@signed_in
def users(tx: Tx, actor: Actor, key: str, page: Page) -> RowStream[RoomUserView]:
    """Who is in a room, in the order in which they came.

    Raises:
        NotFound: there is no such room.
        Forbidden: the actor is not in it, did not make it, and is no admin.
    """
    room = access.find(tx, key)
    access.require_sight(tx, actor, room)
    return paginate(tx, _USERS, page, {"room_id": room.id, **_since(tx)}).map(lambda user: _as_seen_by(actor, user))


def _as_seen_by(actor: Actor, user: RoomUserView) -> RoomUserView:
    if actor.id != user.id and not actor.is_teacher:
        user.email = user.phone = None
    return user
