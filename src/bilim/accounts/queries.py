"""Reads of people."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, select

from bilim.accounts.models import Session, User
from bilim.accounts.tokens import Claims
from bilim.db.engine import Query, Tx
from bilim.kit import text
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound, Unauthenticated
from bilim.kit.paging import Listed, Page


class Person(Struct):
    """A person as stored; each surface shows its part in its own words."""

    id: int
    username: str
    email: str | None
    phone: str | None
    telegram_id: str | None
    first_name: str
    last_name: str
    role: Role
    is_active: bool
    is_premium: bool
    current_level: str | None
    last_viewed_lesson_id: int | None
    created_at: datetime

    @property
    def full_name(self) -> str:
        """First and last name."""
        return text.join_name(self.first_name, self.last_name)


class Credentials(Struct):
    """What a sign-in is checked against."""

    user_id: int
    password_hash: str


_PERSON = (
    User.id,
    User.username,
    User.email,
    User.phone,
    User.telegram_id,
    User.first_name,
    User.last_name,
    User.role,
    User.is_active,
    User.is_premium,
    User.current_level,
    User.last_viewed_lesson_id,
    User.created_at,
)


def _as_person(*columns: Any) -> Person:
    person = Person(*columns)
    person.role = Role(person.role)
    return person


_ACTOR = (
    select(User.id, User.role, User.is_premium, Session.id)
    .join(User, User.id == Session.user_id)
    .where(
        Session.id == bindparam("session_id"),
        Session.user_id == bindparam("user_id"),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now", type_=Session.expires_at.type),
        User.is_active,
        User.deleted_at.is_(None),
    )
)
_BY_ID = select(*_PERSON).where(User.id == bindparam("user_id"), User.deleted_at.is_(None))


def actor(tx: Tx, claims: Claims) -> Actor:
    """The person behind a token, as they are now: rights come from the database, never from the token.

    Raises:
        Unauthenticated: the session ended, or the account was closed.
    """
    row = tx.execute(_ACTOR, {"session_id": claims.session_id, "user_id": claims.user_id, "now": tx.now}).first()
    if row is None:
        raise Unauthenticated("Token is invalid or expired")
    return Actor(row[0], Role(row[1]), row[2], row[3])


def person(tx: Tx, user_id: int) -> Person:
    """One person.

    Raises:
        NotFound: there is none, or they were deleted.
    """
    row = tx.execute(_BY_ID, {"user_id": user_id}).first()
    if row is None:
        raise NotFound
    return _as_person(*row)


def people(tx: Tx, role: Role, page: Page) -> Listed[Person]:
    """Everyone of one role, by id."""
    return tx.listed(_of_role(role), _as_person, page)


@cache
def _of_role(role: Role) -> Query:
    return select(*_PERSON).where(User.role == role, User.deleted_at.is_(None)).order_by(User.id)


def credentials(tx: Tx, login: str) -> Credentials | None:
    """What to check a password against, found by username or e-mail, case ignored. None where nobody may sign in by that name."""
    key = User.email_key if "@" in login else User.username_key
    open_account = select(User.id, User.password_hash).where(key == text.fold(login), User.is_active, User.deleted_at.is_(None))
    return tx.row(open_account, Credentials)
