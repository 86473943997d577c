"""People, their sessions and where they signed in from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bilim.db.base import Base, BigId, Row, UtcDateTime
from bilim.kit.actors import Role

MAX_NETWORK = 64
_SUBSCRIBED = text("premium_until IS NOT NULL")


class User(Row):
    """A person with an account. `username_key` and `email_key` are the folded forms by which people sign in."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(role.value) for role in Role)})", name="role"),
        Index("ix_users_role", "role", "id"),
        Index("ix_users_is_premium", "id", sqlite_where=text("is_premium = 1"), postgresql_where=text("is_premium")),
        Index("ix_users_premium_until", "premium_until", sqlite_where=_SUBSCRIBED, postgresql_where=_SUBSCRIBED),
    )

    username: Mapped[str] = mapped_column(String(150))
    username_key: Mapped[str] = mapped_column(String(150), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(16))
    parent_phone: Mapped[str | None] = mapped_column(String(16))
    telegram_id: Mapped[str | None] = mapped_column(String(32))
    password_hash: Mapped[str] = mapped_column(String(255))
    first_name: Mapped[str] = mapped_column(String(255), default="")
    last_name: Mapped[str] = mapped_column(String(255), default="")
    role: Mapped[str] = mapped_column(String(16), default=Role.STUDENT)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_premium: Mapped[bool] = mapped_column(default=False)
    """Premium granted by an admin, without an end. Whether somebody is premium now: `access.is_premium_now`."""
    premium_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the last of the person's subscriptions ends; written by `plans` in the transaction that changes them."""
    current_level: Mapped[str | None] = mapped_column(String(50))
    last_viewed_lesson_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_staff: Mapped[bool] = mapped_column(default=False)
    """Whether staff made the account: such students belong to the centre before they join a group."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the person was hidden; their records stay."""


class Session(Row):
    """One sign-in. Its access and refresh tokens work until `expires_at` or until it is ended."""

    __tablename__ = "sessions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownNetwork(Base):
    """A network that somebody signed in from: guesses made elsewhere do not lock them out there."""

    __tablename__ = "known_networks"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[str] = mapped_column(String(MAX_NETWORK), primary_key=True)
    """An IPv4 address, or the /64 of an IPv6 address."""
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the account last signed in from there."""


class AuditRecord(Row):
    """A change of another person's rights, of money or of what was marked: who, when, the values before and after.

    Ids, not foreign keys: the record outlives its object. Of a password only the fact of the change is kept.
    """

    __tablename__ = "audit_records"
    __table_args__ = (Index("ix_audit_records_object", "kind", "object_id", "id"),)

    actor_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(16))
    """What was changed: see `audit.Kind`."""
    object_id: Mapped[int] = mapped_column(BigId)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
