"""Reads of people."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, not_, select

from bilim.accounts import access
from bilim.accounts.models import AuditRecord, Session, User
from bilim.accounts.tokens import Claims
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, convert, nested, select_into
from bilim.kit import text
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role, role_named
from bilim.kit.errors import Forbidden, NotFound, Unauthenticated
from bilim.kit.paging import Page, RowStream


class PersonView(Struct):
    """A person as stored; each surface shows a part under its own names."""

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


class ActorWithPerson(Actor, frozen=True):
    """The actor together with their account, both of one query."""

    person: PersonView


class Credentials(Struct, frozen=True):
    """What a password is checked against at sign-in."""

    user_id: int
    password_hash: str


class AuditView(Struct):
    """A change of another person's role, state or password, or of a payment or an expense; `before` and `after` as in the API."""

    id: int
    actor_id: int
    kind: str
    object_id: int
    before: dict[str, Any]
    after: dict[str, Any]
    created_at: datetime


_IS_PREMIUM = access.is_premium_now()
PERSON: dict[str, Any] = {
    "id": User.id,
    "username": User.username,
    "email": User.email,
    "phone": User.phone,
    "telegram_id": User.telegram_id,
    "first_name": User.first_name,
    "last_name": User.last_name,
    "role": convert(role_named, User.role),
    "is_active": User.is_active,
    "is_premium": _IS_PREMIUM,
    "current_level": User.current_level,
    "last_viewed_lesson_id": User.last_viewed_lesson_id,
    "created_at": User.created_at,
}
"""The columns of a `PersonView`, for other slices' queries that show somebody with what is theirs."""
_ACTOR: dict[str, Any] = {"id": User.id, "role": convert(role_named, User.role), "is_premium": _IS_PREMIUM, "session_id": Session.id}
_PEOPLE = select_into(PersonView, **PERSON).where(User.deleted_at.is_(None))


def _of_session(selection: "Selection[Any]") -> PreparedSelection[Any]:
    return PreparedSelection(
        selection.join(User, User.id == Session.user_id).where(
            Session.id == bindparam("session_id"),
            Session.user_id == bindparam("user_id"),
            Session.ended_at.is_(None),
            Session.expires_at > bindparam("now", type_=Session.expires_at.type),
            User.is_active,
            User.deleted_at.is_(None),
        )
    )


_ACTOR_OF_SESSION = _of_session(select_into(Actor, **_ACTOR).select_from(Session))
_ACTOR_WITH_PERSON = _of_session(select_into(ActorWithPerson, **_ACTOR, person=nested(PersonView, **PERSON)).select_from(Session))
_BY_ID = PreparedSelection(_PEOPLE.where(User.id == bindparam("user_id")))
_BY_IDS = PreparedSelection(select_into(PersonView, **PERSON).where(User.id.in_(bindparam("user_ids", expanding=True))))
_ALL = ListQuery(_PEOPLE.order_by(User.id), select(func.count()).select_from(User).where(User.deleted_at.is_(None)))
_AUDIT = ListQuery(
    select_into(
        AuditView,
        id=AuditRecord.id,
        actor_id=AuditRecord.actor_id,
        kind=AuditRecord.kind,
        object_id=AuditRecord.object_id,
        before=AuditRecord.before,
        after=AuditRecord.after,
        created_at=AuditRecord.created_at,
    ).order_by(AuditRecord.id.desc())
)


@internal
def actor(tx: Tx, claims: Claims) -> Actor:
    """The person behind a token, as they are now: rights come from the database, never from the token.

    Raises:
        Unauthenticated: the session ended, or the account was closed.
    """
    return _behind(tx, claims, _ACTOR_OF_SESSION)


@internal
def actor_with_person(tx: Tx, claims: Claims) -> ActorWithPerson:
    """The same with the account, for handlers that show it.

    Raises:
        Unauthenticated: the session ended, or the account was closed.
    """
    return _behind(tx, claims, _ACTOR_WITH_PERSON)


def _behind(tx: Tx, claims: Claims, query: PreparedSelection[Any]) -> Any:
    found = tx.fetch_first(query, {"session_id": claims.session_id, "user_id": claims.user_id, "now": tx.now})
    if found is None:
        raise Unauthenticated("token_invalid")
    return found


@internal
def person(tx: Tx, user_id: int) -> PersonView:
    """One person.

    Raises:
        NotFound: there is none, or they were deleted.
    """
    return tx.fetch_one(_BY_ID, {"user_id": user_id, "now": tx.now})


@internal
def people_by_id(tx: Tx, user_ids: set[int]) -> dict[int, PersonView]:
    """Some people by their ids, hidden ones too: their records stay."""
    found = tx.fetch_all(_BY_IDS, {"user_ids": sorted(user_ids), "now": tx.now}) if user_ids else []
    return {person.id: person for person in found}


@signed_in
def own_profile(tx: Tx, actor: Actor) -> PersonView:
    """One's own account."""
    return actor.person if isinstance(actor, ActorWithPerson) else person(tx, actor.id)


@requires(Role.ADMIN)
def person_of(tx: Tx, _actor: Actor, user_id: int, roles: tuple[Role, ...] = tuple(Role)) -> PersonView:
    """One person of some roles.

    Raises:
        NotFound: there is none, they were deleted, or have another role.
    """
    found = person(tx, user_id)
    if found.role not in roles:
        raise NotFound
    return found


@requires(Role.ADMIN)
def people(tx: Tx, _actor: Actor, page: Page, roles: tuple[Role, ...] | None = None) -> RowStream[PersonView]:
    """Everyone, or everyone of some roles, by id."""
    return paginate(tx, _ALL if roles is None else _of_roles(roles), page, {"now": tx.now})


@requires(Role.ADMIN)
def people_of_role(tx: Tx, _actor: Actor, role: Role, page: Page, *, is_premium: bool) -> RowStream[PersonView]:
    """Everyone of a role, by id; students can be filtered by whether they are premium now."""
    return paginate(tx, _of_standing(role, is_premium if role is Role.STUDENT else None), page, {"now": tx.now})


@requires(Role.ADMIN)
def audit_records(tx: Tx, _actor: Actor, page: Page) -> RowStream[AuditView]:
    """Who changed whose role, state or password, and which payment or expense; newest first."""
    return paginate(tx, _AUDIT, page)


@signed_in
def check_premium(_tx: Tx, actor: Actor) -> None:
    """Check that the actor is a premium member, a teacher or an admin.

    Raises:
        Forbidden: the actor is none of them.
    """
    if not (actor.is_premium or actor.is_teacher):
        raise Forbidden


@requires(Role.SUPERADMIN)
def check_superadmin(_tx: Tx, _actor: Actor) -> None:
    """Check that the actor is a superadmin."""


@internal
def credentials(tx: Tx, login: str) -> Credentials | None:
    """What to check a password against, found by username or e-mail, case ignored. None where nobody may sign in by that name."""
    key = User.email_key if "@" in login else User.username_key
    account = select_into(Credentials, user_id=User.id, password_hash=User.password_hash)
    return tx.fetch_first(account.where(key == text.fold(login), User.is_active, User.deleted_at.is_(None)))


@cache
def _of_roles(roles: tuple[Role, ...]) -> ListQuery[PersonView]:
    return ListQuery(_PEOPLE.where(User.role.in_(roles)).order_by(User.id))


@cache
def _of_standing(role: Role, is_premium: bool | None) -> ListQuery[PersonView]:  # noqa: FBT001 - a value of a column
    chosen = _PEOPLE.where(User.role == role)
    if is_premium is not None:
        chosen = chosen.where(_IS_PREMIUM if is_premium else not_(_IS_PREMIUM))
    return ListQuery(chosen.order_by(User.id))
