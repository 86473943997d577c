"""Reads of people."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from bilim.accounts.models import AuditRecord, Session, User
from bilim.accounts.tokens import INVALID_TOKEN, Claims
from bilim.db.engine import Query, Tx
from bilim.db.prepared import ListQuery, Prepared
from bilim.kit import text
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound, Unauthenticated
from bilim.kit.paging import Flow, Listed, Page

S = TypeVar("S")


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


_ACTOR = Prepared(
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
_BY_ID = Prepared(select(*_PERSON).where(User.id == bindparam("user_id"), User.deleted_at.is_(None)))


def actor(tx: Tx, claims: Claims) -> Actor:
    """The person behind a token, as they are now: rights come from the database, never from the token.

    Raises:
        Unauthenticated: the session ended, or the account was closed.
    """
    row = tx.first(_ACTOR, {"session_id": claims.session_id, "user_id": claims.user_id, "now": tx.now})
    if row is None:
        raise Unauthenticated(INVALID_TOKEN)
    return Actor(row[0], Role(row[1]), row[2], row[3])


def person_of(tx: Tx, user_id: int, roles: tuple[Role, ...]) -> Person:
    """One person of some roles.

    Raises:
        NotFound: there is none, they were deleted, or have another role.
    """
    found = person(tx, user_id)
    if found.role not in roles:
        raise NotFound
    return found


AUDIT_QUERY: Query = select(
    AuditRecord.id,
    AuditRecord.actor_id,
    AuditRecord.kind,
    AuditRecord.object_id,
    AuditRecord.before,
    AuditRecord.after,
    AuditRecord.created_at,
).order_by(AuditRecord.id.desc())


def person(tx: Tx, user_id: int) -> Person:
    """One person.

    Raises:
        NotFound: there is none, or they were deleted.
    """
    row = tx.first(_BY_ID, {"user_id": user_id})
    if row is None:
        raise NotFound
    return _as_person(*row)


def people(tx: Tx, roles: tuple[Role, ...], make: Callable[[Person], S], page: Page) -> Flow[S]:
    """Everyone of some roles, by id, in a surface's words."""
    return tx.flow(_of_roles(roles), lambda *columns: make(_as_person(*columns)), page)


_PRESENT = select(*_PERSON).where(User.deleted_at.is_(None)).order_by(User.id)
_EVERYONE = Prepared(_PRESENT.offset(bindparam("skip")).limit(bindparam("limit")))
_COUNT_OF_ALL = Prepared(select(func.count()).select_from(User).where(User.deleted_at.is_(None)))


def all_people(tx: Tx, page: Page) -> Listed[Person]:
    """Everyone, by id."""
    rows = tx.rows(_EVERYONE, _as_person, {"skip": page.skip, "limit": page.limit or 0})
    return Listed(rows, tx.scalar(_COUNT_OF_ALL), page)


def people_of_role(tx: Tx, role: Role, page: Page, *, is_premium: bool) -> Listed[Person]:
    """Everyone of a role, by id; students are told apart by whether premium is granted."""
    query = _PRESENT.where(User.role == role)
    if role is Role.STUDENT:
        query = query.where(User.is_premium.is_(is_premium))
    return tx.listed(query, _as_person, page)


@cache
def _of_roles(roles: tuple[Role, ...]) -> ListQuery:
    return ListQuery(select(*_PERSON).where(User.role.in_(roles), User.deleted_at.is_(None)).order_by(User.id))


def credentials(tx: Tx, login: str) -> Credentials | None:
    """What to check a password against, found by username or e-mail, case ignored. None where nobody may sign in by that name."""
    key = User.email_key if "@" in login else User.username_key
    open_account = select(User.id, User.password_hash).where(key == text.fold(login), User.is_active, User.deleted_at.is_(None))
    return tx.row(open_account, Credentials)
