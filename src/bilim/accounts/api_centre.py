"""Accounts in the centre's words."""

from datetime import datetime
from typing import Any, ClassVar

from litestar import Request, delete, get, patch, post, put
from msgspec import UNSET, Struct, UnsetType

from bilim.accounts import actions, management, queries, rules
from bilim.accounts.actions import NewPerson
from bilim.accounts.tokens import ROLE_CLAIM
from bilim.db.engine import Database, Tx
from bilim.http.access import PUBLIC, needs
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import READ_ONLY, work
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Body, FirstName, FullName, Omittable, Password, Phone, TelegramId, Username
from bilim.kit.paging import Flow, page
from bilim.kit.patch import sent_fields

ADMINS = needs(Role.ADMIN)
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


class StaffFields(Body):
    """What may be said of an owner or employee."""

    checks: ClassVar = {
        "username": rules.centre_username_problem,
        "password": rules.password_problem,
        "phone": rules.phone_problem,
        "telegram_id": rules.telegram_problem,
    }

    first_name: Omittable[FirstName] = UNSET
    last_name: Omittable[FullName] = UNSET
    phone: Omittable[Phone] = UNSET
    telegram_id: Omittable[TelegramId] = UNSET


class NewStaff(StaffFields, kw_only=True):
    """A new owner or employee."""

    username: Username
    password: Password


class WholeStaff(StaffFields, kw_only=True):
    """An owner or employee as a PUT sends them: the password may be left out."""

    username: Username
    password: Password | UnsetType = UNSET


class StaffChanges(StaffFields, kw_only=True):
    """Changes of an owner or employee as a PATCH sends them."""

    username: Username | UnsetType = UNSET
    password: Password | UnsetType = UNSET


class RefreshIn(Struct):
    """A refresh token."""

    refresh: str


class AccessOut(Struct):
    """A new access token."""

    access: str


def staff_out(person: queries.Person) -> StaffOut:
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


def _create(db: Database, data: NewStaff, role: Role) -> StaffOut:
    new = NewPerson(
        username=data.username,
        password=data.password,
        first_name=data.first_name or "",
        last_name=data.last_name or "",
        phone=data.phone or None,
        telegram_id=data.telegram_id or None,
        role=role,
        made_by_staff=True,
    )
    return staff_out(actions.create_person(db, new))


@get("/api/v1/owners", opt=ADMINS, tags=["owners"])
@work
def list_owners(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[StaffOut]:
    """All owners: admins and superadmins."""
    return queries.people(tx, OWNERS, staff_out, page(skip, limit))


@post("/api/v1/owners", opt=ADMINS, tags=["owners"])
@work
def create_owner(db: Database, data: NewStaff) -> StaffOut:
    """Make an owner."""
    return _create(db, data, OWNERS[0])


@get("/api/v1/owners/{id:int}", opt=ADMINS, tags=["owners"])
@work
def read_owner(tx: Tx, id: PathId) -> StaffOut:
    """One owner."""
    return staff_out(queries.person_of(tx, id, OWNERS))


@put("/api/v1/owners/{id:int}", opt=ADMINS, tags=["owners"])
@work
def replace_owner(db: Database, actor: Actor, id: PathId, data: WholeStaff) -> StaffOut:
    """Change an owner: what is left out stays."""
    return staff_out(management.change_person(db, actor, id, sent_fields(data), OWNERS))


@patch("/api/v1/owners/{id:int}", opt=ADMINS, tags=["owners"])
@work
def change_owner(db: Database, actor: Actor, id: PathId, data: StaffChanges) -> StaffOut:
    """Change an owner: what is left out stays."""
    return staff_out(management.change_person(db, actor, id, sent_fields(data), OWNERS))


@delete("/api/v1/owners/{id:int}", opt=ADMINS, tags=["owners"])
@work
def delete_owner(db: Database, actor: Actor, id: PathId) -> None:
    """Delete an owner."""
    management.delete_person(db, actor, id, OWNERS)


@get("/api/v1/workers", opt=ADMINS, tags=["workers"])
@work
def list_workers(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[StaffOut]:
    """All employees."""
    return queries.people(tx, EMPLOYEES, staff_out, page(skip, limit))


@post("/api/v1/workers", opt=ADMINS, tags=["workers"])
@work
def create_worker(db: Database, data: NewStaff) -> StaffOut:
    """Make an employee."""
    return _create(db, data, EMPLOYEES[0])


@get("/api/v1/workers/{id:int}", opt=ADMINS, tags=["workers"])
@work
def read_worker(tx: Tx, id: PathId) -> StaffOut:
    """One employee."""
    return staff_out(queries.person_of(tx, id, EMPLOYEES))


@put("/api/v1/workers/{id:int}", opt=ADMINS, tags=["workers"])
@work
def replace_worker(db: Database, actor: Actor, id: PathId, data: WholeStaff) -> StaffOut:
    """Change an employee: what is left out stays."""
    return staff_out(management.change_person(db, actor, id, sent_fields(data), EMPLOYEES))


@patch("/api/v1/workers/{id:int}", opt=ADMINS, tags=["workers"])
@work
def change_worker(db: Database, actor: Actor, id: PathId, data: StaffChanges) -> StaffOut:
    """Change an employee: what is left out stays."""
    return staff_out(management.change_person(db, actor, id, sent_fields(data), EMPLOYEES))


@delete("/api/v1/workers/{id:int}", opt=ADMINS, tags=["workers"])
@work
def delete_worker(db: Database, actor: Actor, id: PathId) -> None:
    """Delete an employee."""
    management.delete_person(db, actor, id, EMPLOYEES)


@post("/api/token/refresh", status_code=200, opt=PUBLIC | READ_ONLY, tags=["login"])
@work
def refresh_token(tx: Tx, request: Request[Any, Any, Any], data: RefreshIn) -> AccessOut:
    """A new access token for a refresh token."""
    return AccessOut(actions.refresh(tx, request.app.state.tokens, data.refresh))


ROUTES = [
    list_owners,
    create_owner,
    read_owner,
    replace_owner,
    change_owner,
    delete_owner,
    list_workers,
    create_worker,
    read_worker,
    replace_worker,
    change_worker,
    delete_worker,
    refresh_token,
]
