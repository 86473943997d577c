"""Accounts in the marketplace's words. Its document names no bodies; CONTRACT section 8 does."""

from datetime import datetime
from typing import Any, ClassVar

from litestar import Request, get, post, put
from msgspec import UNSET, Struct, UnsetType

from bilim.accounts import actions, queries, rules
from bilim.accounts.actions import NewPerson
from bilim.accounts.api_learning import CaptchaToken, LoginIn, TokenPair, address_of, sign_in_of
from bilim.db.engine import Database, Tx
from bilim.http.access import PUBLIC
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit import text
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Body, Email, FullName, Omittable, Password, Phone, Username
from bilim.kit.patch import sent_fields

ROLES = {Role.STUDENT: "user", Role.TEACHER: "instructor", Role.ADMIN: "admin", Role.SUPERADMIN: "admin"}


class Registration(Body):
    """A new account."""

    checks: ClassVar = {"email": rules.email_problem, "username": rules.username_problem, "password": rules.password_problem}

    username: Username
    email: Email
    password: Password
    full_name: Omittable[FullName] = UNSET


class ProfileOut(Struct):
    """One's own account."""

    id: int
    username: str
    email: str | None
    full_name: str
    phone: str | None
    role: str
    created_at: datetime


class ProfileChanges(Body):
    """What people may change of their own account."""

    checks: ClassVar = {**Registration.checks, "phone": rules.phone_problem}

    username: Username | UnsetType = UNSET
    email: Omittable[Email] = UNSET
    full_name: Omittable[FullName] = UNSET
    phone: Omittable[Phone] = UNSET
    password: Password | UnsetType = UNSET


def profile_out(person: queries.Person) -> ProfileOut:
    """A person as shown to themselves."""
    return ProfileOut(person.id, person.username, person.email, person.full_name, person.phone, ROLES[person.role], person.created_at)


@post("/api/auth/register", opt=PUBLIC, tags=["auth"])
@work
def register(db: Database, request: Request[Any, Any, Any], data: Registration, recaptcha: CaptchaToken = None) -> ProfileOut:
    """Sign up."""
    first_name, last_name = text.split_name(data.full_name or "")
    new = NewPerson(username=data.username, password=data.password, email=data.email, first_name=first_name, last_name=last_name)
    return profile_out(actions.sign_up(db, request.app.state.recaptcha, new, recaptcha, address_of(request)))


@post("/api/auth/login", status_code=200, opt=PUBLIC, tags=["auth"])
@work
def sign_in(db: Database, request: Request[Any, Any, Any], data: LoginIn) -> TokenPair:
    """Sign in."""
    signed_in = sign_in_of(request, db, data)
    return TokenPair(signed_in.access, signed_in.refresh)


@get("/api/auth/profile", opt=RUN_IN_LOOP, tags=["auth"])
@work
def read_profile(tx: Tx, actor: Actor) -> ProfileOut:
    """One's own account."""
    return profile_out(queries.person(tx, actor.id))


@put("/api/auth/profile", tags=["auth"])
@work
def change_profile(db: Database, actor: Actor, data: ProfileChanges) -> ProfileOut:
    """Change one's own account: fields left out stay. A new password ends every session."""
    return profile_out(actions.change_own(db, actor, sent_fields(data)))


ROUTES = [register, sign_in, read_profile, change_profile]
