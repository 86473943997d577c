"""Making, entering, leaving and ending rooms."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, select, update

from bilim.db.engine import Tx
from bilim.groups import access as groups
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Conflict, Forbidden
from bilim.kit.inputs import value_or
from bilim.limits import windows
from bilim.live import tickets
from bilim.live.tickets import Issued
from bilim.rooms import access, queries, rules
from bilim.rooms.inputs import RoomInput
from bilim.rooms.models import Participant, Room
from bilim.rooms.queries import PeerView, RoomView

_CHUNK = 500
"""Ids in one statement."""
_IS_OPEN = Participant.left_at.is_(None)


class Joined(Struct, frozen=True):
    """Somebody's place in a room, and what the others must hear."""

    id: int
    room: RoomView
    me: PeerView
    others: list[PeerView]
    replaced: str | None
    """The peer of the connection that the same person had until now."""
    lost: list[str]
    """Peers who turned out to be gone."""


class Beat(Struct, frozen=True):
    """Which participants are still there, and who is not."""

    kept: set[int]
    ended: set[int]
    """Those whose room ended."""
    lost: list[tuple[str, str]]
    """Keys of rooms, and the peers in them who turned out to be gone."""


@signed_in
def create_room(tx: Tx, actor: Actor, new: RoomInput) -> str:
    """Make a room; its key.

    Raises:
        Forbidden: a group's room, and the actor is no member of the staff.
        Invalid: no active group.
        RateLimited: too many in an hour.
    """
    group_id = value_or(new.group_id, None)
    if group_id is not None:
        if not actor.is_teacher:
            raise Forbidden
        groups.require_known(tx, group_id=group_id)
    windows.take(tx, rules.CREATING, str(actor.id))
    key = rules.new_key()
    tx.insert(
        Room,
        key=key,
        name=value_or(new.name, None) or None,
        is_private=value_or(new.is_private, True),
        max_participants=value_or(new.max_participants, rules.DEFAULT_PARTICIPANTS),
        group_id=group_id,
        created_by=actor.id,
        created_at=tx.now,
        used_at=tx.now,
    )
    return key


@signed_in
def give_ticket(tx: Tx, actor: Actor, key: str) -> Issued:
    """A ticket with which the actor enters a room, once and soon.

    Raises:
        NotFound: there is no such room.
        Conflict: it ended.
        Forbidden: it is not for the actor.
        RateLimited: too many in a minute.
    """
    access.require_entry(tx, actor, access.find(tx, key))
    return tickets.issue(tx, actor, rules.topic_of(key))


@signed_in
def join(tx: Tx, actor: Actor, key: str, peer: str) -> Joined:
    """Enter a room as a peer. Somebody who is in it already moves to the new connection.

    Raises:
        NotFound: there is no such room.
        Conflict: it ended, or it is full.
        Forbidden: it is not for the actor.
    """
    room = access.hold(tx, key)
    access.require_entry(tx, actor, room)
    of_room = (Participant.room_id == room.id) & _IS_OPEN
    lost = _let_go(tx, of_room & (Participant.seen_at <= tx.now - rules.LOST_AFTER), left_at=Participant.seen_at)
    replaced = _let_go(tx, of_room & (Participant.user_id == actor.id), left_at=tx.now)
    seat = rules.free_seat(tx.scalars(select(Participant.seat).where(of_room)), room.max_participants)
    if seat is None:
        raise Conflict("room_full")
    made = {"joined_at": tx.now, "seen_at": tx.now}
    row = tx.insert(Participant, room_id=room.id, user_id=actor.id, session_id=actor.session_id, peer=peer, seat=seat, **made)
    tx.execute(update(Room).where(Room.id == room.id).values(used_at=tx.now))
    present = queries.peers(tx, room.id)
    me = next(each for each in present if each.peer == peer)
    others = [each for each in present if each.peer != peer]
    return Joined(row, queries.room(tx, key), me, others, replaced[0] if replaced else None, lost)


def _let_go(tx: Tx, whom: Any, left_at: Any) -> list[str]:
    """Let participants go; their peers."""
    gone = update(Participant).where(whom).values(left_at=left_at).returning(Participant.peer)
    return list(tx.execute(gone).scalars())


@internal
def leave(tx: Tx, participant_id: int) -> bool:
    """Leave; False where somebody else has noted that already."""
    left = update(Participant).where(Participant.id == participant_id, _IS_OPEN).values(left_at=tx.now)
    return bool(tx.execute(left).rowcount)


@internal
def beat(tx: Tx, participant_ids: Sequence[int]) -> Beat:
    """Note that these participants are still there, unless their room or their session ended; find who is gone from their rooms."""
    kept = set[int]()
    for start in range(0, len(participant_ids), _CHUNK):
        chunk = participant_ids[start : start + _CHUNK]
        there = update(Participant).where(Participant.id.in_(chunk), _IS_OPEN, access.is_signed_in(tx)).values(seen_at=tx.now)
        kept.update(tx.execute(there.returning(Participant.id)).scalars())
    dropped = [each for each in participant_ids if each not in kept]
    ended = set[int]()
    for start in range(0, len(dropped), _CHUNK):
        chunk = dropped[start : start + _CHUNK]
        tx.execute(update(Participant).where(Participant.id.in_(chunk), _IS_OPEN).values(left_at=tx.now))
        in_ended = select(Participant.id).join(Room, Room.id == Participant.room_id)
        ended.update(tx.scalars(in_ended.where(Participant.id.in_(chunk), Room.ended_at.is_not(None))))
    return Beat(kept, ended, _find_lost(tx, sorted(kept)))


def _find_lost(tx: Tx, participant_ids: Sequence[int]) -> list[tuple[str, str]]:
    lost: list[tuple[str, str]] = []
    for start in range(0, len(participant_ids), _CHUNK):
        rooms = select(Participant.room_id).where(Participant.id.in_(participant_ids[start : start + _CHUNK]))
        silent = Participant.room_id.in_(rooms) & _IS_OPEN & (Participant.seen_at <= tx.now - rules.LOST_AFTER)
        gone = update(Participant).where(silent).values(left_at=Participant.seen_at)
        found = tx.execute(gone.returning(Participant.room_id, Participant.peer)).all()
        keys: dict[int, str] = dict(map(tuple, tx.all(select(Room.id, Room.key).where(Room.id.in_({row[0] for row in found})))))
        lost.extend((keys[room_id], peer) for room_id, peer in found)
    return lost


@signed_in
def end_room(tx: Tx, actor: Actor, key: str) -> None:
    """End a room for everybody. To end it again changes nothing.

    Raises:
        NotFound: there is no such room.
        Forbidden: the actor did not make it and is no admin.
    """
    room = access.hold(tx, key)
    access.require_owner(actor, room)
    if room.ended_at is None:
        _end(tx, [room.id])


def _end(tx: Tx, room_ids: Sequence[int]) -> None:
    tx.execute(update(Room).where(Room.id.in_(room_ids), Room.ended_at.is_(None)).values(ended_at=tx.now))
    tx.execute(update(Participant).where(Participant.room_id.in_(room_ids), _IS_OPEN).values(left_at=tx.now))


@internal
def sweep(tx: Tx) -> int:
    """Let participants go whose process told nothing, end rooms in which nobody was for long, delete old ones; how many rooms it ended."""
    _let_go(tx, _IS_OPEN & (Participant.seen_at <= tx.now - rules.LOST_AFTER), left_at=Participant.seen_at)
    somebody = select(Participant.id).where(Participant.room_id == Room.id, _IS_OPEN).exists()
    idle = select(Room.id).where(Room.ended_at.is_(None), Room.used_at <= tx.now - rules.IDLE_AFTER, ~somebody).limit(_CHUNK)
    ended = tx.scalars(idle.with_for_update(skip_locked=True))
    if ended:
        _end(tx, ended)
    tx.execute(delete(Room).where(Room.ended_at <= tx.now - rules.KEPT_FOR))
    return len(ended)
