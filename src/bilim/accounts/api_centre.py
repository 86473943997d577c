"""Accounts in the centre's words."""

from datetime import datetime

from litestar import delete, get, post
from msgspec import Struct

from bilim.accounts import actions, flows, queries, sessions
from bilim.accounts.inputs import StaffChanges, StaffInput, WholeStaff
from bilim.accounts.passwords import Hashing
from bilim.accounts.queries import PersonView
from bilim.accounts.tokens import ROLE_CLAIM, Tokens
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import READ_ONLY, Units, change, work
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import RowStream, page

OWNERS = (Role.ADMIN, Role.SUPERADMIN)
EMPLOYEES = (Role.TEACHER,)


class StaffOut(Struct):
    """An owner or an employee."""

    id: int
    username: str
    first_name: str
    last_name: str
    phone: str | None
    telegram_id: str | None
    role: str
    is_staff: bool
    is_superuser: bool
    created_at: datetime


class RefreshBody(Struct):
    """A refresh token."""

    refresh: str


class AccessOut(Struct):
    """A new access token."""

    access: str


def staff_out(person: PersonView) -> StaffOut:
    """A member of staff; owners show as staff and superuser, employees as staff (CONTRACT section 1)."""
    return StaffOut(
        id=person.id,
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        phone=person.phone,
        telegram_id=person.telegram_id,
        role=ROLE_CLAIM[person.role],
        is_staff=person.role.includes(Role.TEACHER),
        is_superuser=person.role.includes(Role.ADMIN),
        created_at=person.created_at,
    )


@get("/api/v1/owners", opt=may(queries.people), tags=["owners"])
@work
def list_owners(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[StaffOut]:
    """All owners: admins and superadmins."""
    return queries.people(tx, actor, page(skip, limit), OWNERS).map(staff_out)


@post("/api/v1/owners", opt=may(actions.create_staff), tags=["owners"])
@work
async def create_owner(units: Units, hashing: Hashing, actor: Actor, data: StaffInput) -> StaffOut:
    """Make an owner."""
    return staff_out(await flows.create_staff(units, hashing, actor, data, Role.ADMIN))


@get("/api/v1/owners/{id:int}", opt=may(queries.person_of), tags=["owners"])
@work
def read_owner(tx: Tx, actor: Actor, id: PathId) -> StaffOut:
    """One owner."""
    return staff_out(queries.person_of(tx, actor, id, OWNERS))


@change("/api/v1/owners/{id:int}", whole=WholeStaff, opt=may(actions.change_person), tags=["owners"])
async def change_owner(units: Units, hashing: Hashing, actor: Actor, id: PathId, data: StaffChanges) -> StaffOut:
    """Change an owner: what is left out stays."""
    return staff_out(await flows.change_person(units, hashing, actor, id, data, OWNERS))


@delete("/api/v1/owners/{id:int}", opt=may(actions.delete_person), tags=["owners"])
@work
def delete_owner(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete an owner."""
    actions.delete_person(tx, actor, id, OWNERS)


@get("/api/v1/workers", opt=may(queries.people), tags=["workers"])
@work
def list_workers(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[StaffOut]:
    """All employees."""
    return queries.people(tx, actor, page(skip, limit), EMPLOYEES).map(staff_out)


@post("/api/v1/workers", opt=may(actions.create_staff), tags=["workers"])
@work
async def create_worker(units: Units, hashing: Hashing, actor: Actor, data: StaffInput) -> StaffOut:
    """Make an employee."""
    return staff_out(await flows.create_staff(units, hashing, actor, data, Role.TEACHER))


@get("/api/v1/workers/{id:int}", opt=may(queries.person_of), tags=["workers"])
@work
def read_worker(tx: Tx, actor: Actor, id: PathId) -> StaffOut:
    """One employee."""
    return staff_out(queries.person_of(tx, actor, id, EMPLOYEES))


@change("/api/v1/workers/{id:int}", whole=WholeStaff, opt=may(actions.change_person), tags=["workers"])
async def change_worker(units: Units, hashing: Hashing, actor: Actor, id: PathId, data: StaffChanges) -> StaffOut:
    """Change an employee: what is left out stays."""
    return staff_out(await flows.change_person(units, hashing, actor, id, data, EMPLOYEES))


@delete("/api/v1/workers/{id:int}", opt=may(actions.delete_person), tags=["workers"])
@work
def delete_worker(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete an employee."""
    actions.delete_person(tx, actor, id, EMPLOYEES)


@post("/api/token/refresh", status_code=200, opt=may(sessions.refresh) | READ_ONLY, tags=["login"])
@work
def refresh_token(tx: Tx, tokens: Tokens, data: RefreshBody) -> AccessOut:
    """A new access token for a refresh token."""
    return AccessOut(sessions.refresh(tx, tokens, data.refresh))


ROUTES = [
    list_owners,
    create_owner,
    read_owner,
    *change_owner,
    delete_owner,
    list_workers,
    create_worker,
    read_worker,
    *change_worker,
    delete_worker,
    refresh_token,
]
