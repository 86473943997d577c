"""Accounts in the centre's words."""

from datetime import datetime
from typing import Any, ClassVar

from litestar import Request, get, post
from msgspec import UNSET, Struct

from bilim.accounts import actions, queries, rules
from bilim.accounts.actions import NewPerson
from bilim.accounts.tokens import ROLE_CLAIM
from bilim.db.engine import Database, Tx
from bilim.http.parameters import AnyLimit, Skip
from bilim.http.work import PUBLIC, READS, needs, work
from bilim.kit.actors import Role
from bilim.kit.fields import Body, FirstName, FullName, Optional, Password, Phone, TelegramId, Username
from bilim.kit.paging import Listed, page


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


class NewWorker(Body):
    """A new employee."""

    checks: ClassVar = {
        "username": rules.centre_username_problem,
        "password": rules.password_problem,
        "phone": rules.phone_problem,
        "telegram_id": rules.telegram_problem,
    }

    username: Username
    password: Password
    first_name: Optional[FirstName] = UNSET
    last_name: Optional[FullName] = UNSET
    phone: Optional[Phone] = UNSET
    telegram_id: Optional[TelegramId] = UNSET


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


@get("/api/v1/workers", opt=needs(Role.ADMIN), tags=["workers"])
@work
def list_workers(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> list[StaffOut]:
    """All employees."""
    found = queries.people(tx, Role.TEACHER, page(skip, limit))
    return Listed([staff_out(person) for person in found], found.total, found.page)


@post("/api/v1/workers", opt=needs(Role.ADMIN), tags=["workers"])
@work
def create_worker(db: Database, data: NewWorker) -> StaffOut:
    """Make an employee: a teacher in the other surfaces' words."""
    new = NewPerson(
        username=data.username,
        password=data.password,
        first_name=data.first_name or "",
        last_name=data.last_name or "",
        phone=data.phone or None,
        telegram_id=data.telegram_id or None,
        role=Role.TEACHER,
    )
    return staff_out(actions.create_person(db, new))


@post("/api/token/refresh", status_code=200, opt=PUBLIC | READS, tags=["login"])
@work
def refresh_token(tx: Tx, request: Request[Any, Any, Any], data: RefreshIn) -> AccessOut:
    """A new access token for a refresh token."""
    return AccessOut(actions.refresh(tx, request.app.state.tokens, data.refresh))


ROUTES = [list_workers, create_worker, refresh_token]
