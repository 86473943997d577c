"""Rooms and who is or was in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Row, UtcDateTime

_IS_IN = text("left_at IS NULL")


class Room(Row):
    """A room. Its `key` is the id that the API shows: who knows it was given it."""

    __tablename__ = "rooms"
    __table_args__ = (
        CheckConstraint("max_participants BETWEEN 2 AND 50", name="max_participants"),
        CheckConstraint("attendance_at IS NULL OR group_id IS NOT NULL", name="attendance_at"),
        Index("ix_rooms_open", "used_at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
        Index("ix_rooms_ended_at", "ended_at"),
    )

    key: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str | None] = mapped_column(String(255))
    is_private: Mapped[bool]
    max_participants: Mapped[int]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="RESTRICT"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was made, or somebody last came."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attendance_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When who was there was written into the group's journal."""


class Participant(Row):
    """One connection of a person to a room, open until `left_at`.

    A person is in a room once, and each of its seats is taken once: so a room is never fuller than it may be, whichever process lets
    people in.
    """

    __tablename__ = "room_participants"
    __table_args__ = (
        CheckConstraint("seat BETWEEN 1 AND 50", name="seat"),
        Index("uq_room_participants_user", "room_id", "user_id", unique=True, sqlite_where=_IS_IN, postgresql_where=_IS_IN),
        Index("uq_room_participants_seat", "room_id", "seat", unique=True, sqlite_where=_IS_IN, postgresql_where=_IS_IN),
        Index("ix_room_participants_seen", "seen_at", sqlite_where=_IS_IN, postgresql_where=_IS_IN),
        Index("ix_room_participants_room_id", "room_id", "user_id", "joined_at"),
    )

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    """The sign-in in whose name they are here: whoever signs out leaves."""
    peer: Mapped[str] = mapped_column(String(16), unique=True)
    """What the others address them by."""
    seat: Mapped[int]
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the process that holds the connection last told that it is there."""
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
