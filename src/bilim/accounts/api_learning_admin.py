"""Other people's accounts in the learning surface's words: for admins."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from litestar import delete, get, patch, post, put
from litestar.params import QueryParameter
from msgspec import UNSET, Struct, UnsetType

from bilim.accounts import actions, management, queries, rules
from bilim.accounts.api_learning import Message, NewUser, OwnChanges, UserOut, new_person, user_out
from bilim.db.engine import Database, Tx
from bilim.http.access import needs
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid
from bilim.kit.fields import Body, Email, FullName, Line, Omittable
from bilim.kit.paging import DEFAULT_LIMIT, Listed, page
from bilim.kit.patch import sent_fields

ADMINS = needs(Role.ADMIN)

LearningRole = Literal["free", "premium", "teacher", "admin", "superadmin"]
RoleFilter = Annotated[LearningRole | None, QueryParameter(description="Only people of this role.")]


class UserChanges(OwnChanges):
    """What an admin may change of somebody: what is left out stays."""

    roles: Omittable[list[Line]] = UNSET
    is_active: bool | UnsetType = UNSET


class RoleIn(Struct):
    """A person's new role; `premium` is a student with premium granted."""

    role: LearningRole
    is_active: bool | UnsetType = UNSET


class ProfileIn(Body):
    """A person's name and e-mail."""

    checks: ClassVar = {"email": rules.email_problem}

    full_name: Omittable[FullName] = UNSET
    email: Omittable[Email] = UNSET


class AuditOut(Struct):
    """That somebody changed another person's role, state or password, or a payment or an expense."""

    id: int
    actor_id: int
    kind: str
    object_id: int
    before: dict[str, Any]
    after: dict[str, Any]
    created_at: datetime


def _listed(found: Listed[queries.Person]) -> Listed[UserOut]:
    return Listed([user_out(person) for person in found], found.total, found.page)


@get("/api/v1/users", opt=ADMINS, tags=["users"])
@work
def list_users(tx: Tx, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[UserOut]:
    """Everyone, by id."""
    return _listed(queries.all_people(tx, page(skip, limit)))


@get("/api/v1/admin/users", opt=ADMINS, tags=["admin"])
@work
def list_users_by_role(tx: Tx, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT, role: RoleFilter = None) -> list[UserOut]:
    """Everyone, or everyone of one role."""
    if role is None:
        return _listed(queries.all_people(tx, page(skip, limit)))
    kind, is_premium = rules.LEARNING_ROLES[role]
    return _listed(queries.people_of_role(tx, kind, page(skip, limit), is_premium=is_premium))


@get(["/api/v1/users/{user_id:int}", "/api/v1/admin/users/{user_id:int}"], opt=ADMINS, tags=["admin"])
@work
def read_user(tx: Tx, user_id: PathId) -> UserOut:
    """One person."""
    return user_out(queries.person(tx, user_id))


@post("/api/v1/admin/users", opt=ADMINS, tags=["admin"])
@work
def create_user_as_admin(db: Database, actor: Actor, data: NewUser) -> UserOut:
    """Make an account of any role; superadmins only by superadmins."""
    return user_out(actions.create_person(db, new_person(data, actor)))


@put("/api/v1/users/{user_id:int}", opt=ADMINS, tags=["users"])
@work
def change_user(db: Database, actor: Actor, user_id: PathId, data: UserChanges) -> UserOut:
    """Change somebody's account."""
    changes = sent_fields(data)
    if roles := changes.pop("roles", None):
        changes |= role_changes(roles)
    return user_out(management.change_person(db, actor, user_id, changes))


def role_changes(names: list[str]) -> dict[str, Any]:
    """The highest of named roles as changes.

    Raises:
        Invalid: a role that does not exist.
    """
    role, is_premium = rules.highest_role(names)
    if role is None:
        raise Invalid(roles=f'"{names[0]}" is not a valid choice.')
    return {"role": role, "is_premium": is_premium}


@patch(["/api/v1/admin/users/{user_id:int}", "/api/v1/admin/users/{user_id:int}/role"], opt=ADMINS, tags=["admin"])
@work
def change_role(db: Database, actor: Actor, user_id: PathId, data: RoleIn) -> UserOut:
    """Give somebody another role, or close and open their account."""
    role, is_premium = rules.LEARNING_ROLES[data.role]
    changes = {"role": role, "is_premium": is_premium} | sent_fields(data, "is_active")
    return user_out(management.change_person(db, actor, user_id, changes))


@patch("/api/v1/admin/users/{user_id:int}/profile", opt=ADMINS, tags=["admin"])
@work
def change_profile(db: Database, actor: Actor, user_id: PathId, data: ProfileIn) -> UserOut:
    """Change somebody's name and e-mail."""
    return user_out(management.change_person(db, actor, user_id, sent_fields(data)))


@delete("/api/v1/users/{user_id:int}", status_code=200, opt=ADMINS, tags=["users"])
@work
def delete_user(db: Database, actor: Actor, user_id: PathId) -> UserOut:
    """Delete somebody and answer who it was."""
    return user_out(management.delete_person(db, actor, user_id))


@delete("/api/v1/admin/users/{user_id:int}", status_code=200, opt=ADMINS, tags=["admin"])
@work
def delete_user_as_admin(db: Database, actor: Actor, user_id: PathId) -> Message:
    """Delete somebody."""
    management.delete_person(db, actor, user_id)
    return Message("Foydalanuvchi oʻchirildi")


@get("/api/v1/admin/audit", opt=ADMINS, tags=["admin"])
@work
def list_audit(tx: Tx, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[AuditOut]:
    """Who changed whose role, state or password, and which payment or expense; newest first."""
    return tx.listed(queries.AUDIT_QUERY, AuditOut, page(skip, limit))


@get("/api/v1/users/test-superuser", opt=needs(Role.SUPERADMIN), tags=["users"])
@work
def test_superuser(tx: Tx) -> Message:  # noqa: ARG001 - `work` gives every reader its transaction
    """Something that only superadmins may call."""
    return Message("Siz superusersiz")


ROUTES = [
    list_users,
    list_users_by_role,
    read_user,
    create_user_as_admin,
    change_user,
    change_role,
    change_profile,
    delete_user,
    delete_user_as_admin,
    list_audit,
    test_superuser,
]
