"""Rooms for calls, who is in them, and tickets for sockets

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from bilim.db.base import BigId, UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables of rooms and tickets."""
    op.create_table(
        "live_tickets",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_live_tickets_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_live_tickets_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_live_tickets")),
    )
    for column in ("user_id", "session_id", "expires_at"):
        op.create_index(op.f(f"ix_live_tickets_{column}"), "live_tickets", [column])
    op.create_table(
        "rooms",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("max_participants", sa.Integer(), nullable=False),
        sa.Column("group_id", BigId, nullable=True),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("attendance_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("max_participants BETWEEN 2 AND 50", name=op.f("ck_rooms_max_participants")),
        sa.CheckConstraint("attendance_at IS NULL OR group_id IS NOT NULL", name=op.f("ck_rooms_attendance_at")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_rooms_group_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_rooms_created_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("key", name=op.f("uq_rooms_key")),
        sqlite_autoincrement=True,
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index("ix_rooms_open", "rooms", ["used_at"], sqlite_where=is_open, postgresql_where=is_open)
    for column in ("ended_at", "group_id", "created_by"):
        op.create_index(op.f(f"ix_rooms_{column}"), "rooms", [column])
    _create_participants()


def _create_participants() -> None:
    op.create_table(
        "room_participants",
        sa.Column("id", BigId, nullable=False),
        sa.Column("room_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("peer", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("seat BETWEEN 1 AND 50", name=op.f("ck_room_participants_seat")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_participants_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_room_participants_user_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_room_participants_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_participants")),
        sa.UniqueConstraint("peer", name=op.f("uq_room_participants_peer")),
        sqlite_autoincrement=True,
    )
    is_in = sa.text("left_at IS NULL")
    for name, columns, unique in (
        ("uq_room_participants_user", ["room_id", "user_id"], True),
        ("uq_room_participants_seat", ["room_id", "seat"], True),
        ("ix_room_participants_seen", ["seen_at"], False),
    ):
        op.create_index(name, "room_participants", columns, unique=unique, sqlite_where=is_in, postgresql_where=is_in)
    op.create_index("ix_room_participants_room_id", "room_participants", ["room_id", "user_id", "joined_at"])
    for column in ("user_id", "session_id"):
        op.create_index(op.f(f"ix_room_participants_{column}"), "room_participants", [column])


def downgrade() -> None:
    """Drop them."""
    for table in ("room_participants", "rooms", "live_tickets"):
        op.drop_table(table)
