"""Other people's accounts in the learning surface's words: for admins."""

from typing import Annotated, Literal

from litestar import delete, get, patch, post, put
from litestar.params import QueryParameter
from msgspec import UNSET, UnsetType

from bilim.accounts import actions, flows, queries, rules
from bilim.accounts.api_learning import Message, NewUserBody, RoleNames, person_input
from bilim.accounts.inputs import Email, FullName, OwnChanges, PersonChanges
from bilim.accounts.passwords import Hashing
from bilim.accounts.queries import AuditView
from bilim.accounts.shapes import UserOut, user_out
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import Units, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import Input, Omittable, Rule, sent_fields
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page

LearningRole = Literal["free", "premium", "teacher", "admin", "superadmin"]
RoleFilter = Annotated[LearningRole | None, QueryParameter(description="Only people of this role.")]


class UserChangesBody(OwnChanges):
    """What an admin may change of somebody; omitted fields stay. Of several roles the highest applies; an empty list changes nothing."""

    roles: Omittable[Annotated[RoleNames, Rule(rules.roles_problem)]] = UNSET
    is_active: bool | UnsetType = UNSET


class RoleBody(Input):
    """A person's new role; `premium` is a student with premium granted."""

    role: LearningRole
    is_active: bool | UnsetType = UNSET


class ProfileBody(Input):
    """A person's name and e-mail."""

    full_name: Omittable[FullName] = UNSET
    email: Omittable[Email] = UNSET


def _changes(data: UserChangesBody) -> PersonChanges:
    changes = PersonChanges(**sent_fields(data, *OwnChanges.__struct_fields__), is_active=data.is_active)
    if data.roles:
        changes.role, changes.is_premium = rules.highest_role(data.roles)
    return changes


@get("/api/v1/users", opt=may(queries.people), tags=["users"])
@work
def list_users(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[UserOut]:
    """Everyone, by id."""
    return queries.people(tx, actor, page(skip, limit)).map(user_out)


@get("/api/v1/admin/users", opt=may(queries.people, queries.people_of_role), tags=["admin"])
@work
def list_users_by_role(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT, role: RoleFilter = None) -> RowStream[UserOut]:
    """Everyone, or everyone of one role."""
    if role is None:
        return queries.people(tx, actor, page(skip, limit)).map(user_out)
    kind, is_premium = rules.LEARNING_ROLES[role]
    return queries.people_of_role(tx, actor, kind, page(skip, limit), is_premium=is_premium).map(user_out)


@get(["/api/v1/users/{user_id:int}", "/api/v1/admin/users/{user_id:int}"], opt=may(queries.person_of), tags=["admin"])
@work
def read_user(tx: Tx, actor: Actor, user_id: PathId) -> UserOut:
    """One person."""
    return user_out(queries.person_of(tx, actor, user_id))


@post("/api/v1/admin/users", opt=may(actions.create_person), tags=["admin"])
@work
async def create_user_as_admin(units: Units, hashing: Hashing, actor: Actor, data: NewUserBody) -> UserOut:
    """Make an account of any role; superadmins only by superadmins."""
    return user_out(await flows.create_person(units, hashing, actor, person_input(data)))


@put("/api/v1/users/{user_id:int}", opt=may(actions.change_person), tags=["users"])
@work
async def change_user(units: Units, hashing: Hashing, actor: Actor, user_id: PathId, data: UserChangesBody) -> UserOut:
    """Change somebody's account."""
    return user_out(await flows.change_person(units, hashing, actor, user_id, _changes(data)))


@patch(["/api/v1/admin/users/{user_id:int}", "/api/v1/admin/users/{user_id:int}/role"], opt=may(actions.change_person), tags=["admin"])
@work
def change_role(tx: Tx, actor: Actor, user_id: PathId, data: RoleBody) -> UserOut:
    """Give somebody another role, or close or reopen their account."""
    role, is_premium = rules.LEARNING_ROLES[data.role]
    changes = PersonChanges(role=role, is_premium=is_premium, is_active=data.is_active)
    return user_out(actions.change_person(tx, actor, user_id, changes))


@patch("/api/v1/admin/users/{user_id:int}/profile", opt=may(actions.change_person), tags=["admin"])
@work
def change_profile(tx: Tx, actor: Actor, user_id: PathId, data: ProfileBody) -> UserOut:
    """Change somebody's name and e-mail."""
    return user_out(actions.change_person(tx, actor, user_id, PersonChanges(full_name=data.full_name, email=data.email)))


@delete("/api/v1/users/{user_id:int}", status_code=200, opt=may(actions.delete_person), tags=["users"])
@work
def delete_user(tx: Tx, actor: Actor, user_id: PathId) -> UserOut:
    """Delete somebody; the answer is the deleted person."""
    return user_out(actions.delete_person(tx, actor, user_id))


@delete("/api/v1/admin/users/{user_id:int}", status_code=200, opt=may(actions.delete_person), tags=["admin"])
@work
def delete_user_as_admin(tx: Tx, actor: Actor, user_id: PathId) -> Message:
    """Delete somebody."""
    actions.delete_person(tx, actor, user_id)
    return Message("Foydalanuvchi oʻchirildi")


@get("/api/v1/admin/audit", opt=may(queries.audit_records), tags=["admin"])
@work
def list_audit(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[AuditView]:
    """Audited changes of people's role, state or password, and of payments and expenses, newest first."""
    return queries.audit_records(tx, actor, page(skip, limit))


@get("/api/v1/users/test-superuser", opt=may(queries.check_superadmin), tags=["users"])
@work
def test_superuser(tx: Tx, actor: Actor) -> Message:
    """Something that only superadmins may call."""
    queries.check_superadmin(tx, actor)
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
