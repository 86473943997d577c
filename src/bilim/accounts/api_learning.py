"""Accounts in the learning surface's words."""

from typing import Annotated, Any, ClassVar

from litestar import Request, get, patch, post
from litestar.params import HeaderParameter
from msgspec import UNSET, Struct, UnsetType

from bilim.accounts import access, actions, queries, rules
from bilim.accounts.actions import NewPerson, SignedIn
from bilim.accounts.tokens import ROLE_CLAIM
from bilim.db.engine import Database, Tx
from bilim.http.access import PUBLIC
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit import clock, text
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Invalid
from bilim.kit.fields import Body, Email, FullName, Line, Omittable, Password, Username
from bilim.kit.patch import sent_fields

CaptchaToken = Annotated[str | None, HeaderParameter(name="g-recaptcha-response")]


class UserOut(Struct):
    """A person in the learning surface: `email` is null where the caller may not see it."""

    id: int
    email: str | None
    username: str
    is_active: bool
    is_superuser: bool
    full_name: str
    current_level: str | None
    last_viewed_lesson_id: int | None
    roles: list[str]
    is_premium: bool
    role: str


class LoginIn(Struct):
    """Sign-in: a username or an e-mail, and the password."""

    username: Email
    password: Password


class LoginUser(Struct):
    """Who signed in, in the words of both documents."""

    id: int
    username: str
    email: str | None
    phone_number: str | None
    role: str
    full_name: str


class LocationInfo(Struct):
    """When and from where somebody signed in. Nothing is looked up outside, so the place stays null."""

    ip: str
    country: str | None
    region: str | None
    city: str | None
    timezone: str
    current_time: str
    utc_offset: str
    display_time: str
    login_time: str


class TokenPair(Struct):
    """Both tokens in the centre's words."""

    access: str
    refresh: str


class LoginOut(Struct):
    """The answer to a sign-in: what the learning and the centre's documents show, together."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int
    scope: str
    success: bool
    message: str
    user: LoginUser
    location_info: LocationInfo
    tokens: TokenPair


class AccessTokenOut(Struct):
    """The answer of the OAuth2 password form."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class Message(Struct):
    """A sentence for a person."""

    msg: str


class NewUser(Body):
    """Sign-up. What only an admin may set is ignored from everybody else (endpoints' `who`)."""

    checks: ClassVar = {"email": rules.email_problem, "username": rules.username_problem, "password": rules.password_problem}

    email: Email
    username: Username
    password: Password
    full_name: Omittable[FullName] = UNSET
    current_level: Omittable[Line] = UNSET
    is_active: Omittable[bool] = UNSET
    is_superuser: Omittable[bool] = UNSET
    roles: Omittable[list[Line]] = UNSET


class OwnChanges(Body):
    """What people may change of their own account; roles are not among it."""

    checks: ClassVar = {"email": rules.email_problem, "username": rules.username_problem, "password": rules.password_problem}

    email: Omittable[Email] = UNSET
    username: Username | UnsetType = UNSET
    full_name: Omittable[FullName] = UNSET
    current_level: Omittable[Line] = UNSET
    password: Password | UnsetType = UNSET


def user_out(person: queries.Person) -> UserOut:
    """A person as the learning surface shows them to themselves and to staff."""
    role = rules.learning_role(person.role, is_premium=person.is_premium)
    return UserOut(
        id=person.id,
        email=person.email,
        username=person.username,
        is_active=person.is_active,
        is_superuser=person.role is Role.SUPERADMIN,
        full_name=person.full_name,
        current_level=person.current_level,
        last_viewed_lesson_id=person.last_viewed_lesson_id,
        roles=[role],
        is_premium=person.is_premium,
        role=role,
    )


def address_of(request: Request[Any, Any, Any]) -> str:
    """The caller's network address, or "" where the server was not told."""
    return request.client.host if request.client else ""


def sign_in_of(request: Request[Any, Any, Any], db: Database, data: LoginIn) -> SignedIn:
    """Sign in with a request's address."""
    return actions.sign_in(db, request.app.state.tokens, data.username, data.password, address_of(request))


def expires_in(request: Request[Any, Any, Any]) -> int:
    """Seconds that an access token lives."""
    return int(request.app.state.tokens.lifetimes["access"].total_seconds())


@post("/api/v1/login", status_code=200, opt=PUBLIC, tags=["login"])
@work
def login(db: Database, request: Request[Any, Any, Any], data: LoginIn) -> LoginOut:
    """Sign in. Serves the learning and the centre's document alike."""
    signed_in = sign_in_of(request, db, data)
    person = signed_in.person
    return LoginOut(
        access_token=signed_in.access,
        refresh_token=signed_in.refresh,
        token_type="bearer",  # noqa: S106 - the kind of token
        expires_in=expires_in(request),
        scope="",
        success=True,
        message="Muvaffaqiyatli kirildi",
        user=LoginUser(
            person.id, person.username, person.email, person.phone, ROLE_CLAIM[person.role], person.full_name or person.username
        ),
        location_info=_location(request),
        tokens=TokenPair(signed_in.access, signed_in.refresh),
    )


def _location(request: Request[Any, Any, Any]) -> LocationInfo:
    settings = request.app.state.settings
    here = clock.now().astimezone(settings.zone)
    return LocationInfo(
        ip=address_of(request),
        country=None,
        region=None,
        city=None,
        timezone=settings.time_zone,
        current_time=here.isoformat(timespec="seconds"),
        utc_offset=here.strftime("%z"),
        display_time=here.strftime("%d.%m.%Y %H:%M"),
        login_time=here.isoformat(timespec="seconds"),
    )


@post("/api/v1/login/access-token", status_code=200, opt=PUBLIC, tags=["login"])
@work
def login_access_token(db: Database, request: Request[Any, Any, Any], data: LoginIn) -> AccessTokenOut:
    """Sign in with OAuth2's password form."""
    signed_in = sign_in_of(request, db, data)
    return AccessTokenOut(signed_in.access, signed_in.refresh, "bearer", expires_in(request))


@get("/api/v1/login/test-token", opt=RUN_IN_LOOP, tags=["login"])
@work
def test_token(tx: Tx, actor: Actor) -> UserOut:
    """Whose token it is."""
    return user_out(queries.person(tx, actor.id))


@post("/api/v1/logout", status_code=200, tags=["login"])
@work
def logout(tx: Tx, actor: Actor) -> Message:
    """End the session: its access and refresh tokens stop working."""
    actions.sign_out(tx, actor)
    return Message("Tizimdan chiqildi")


@post("/api/v1/users", opt=PUBLIC, tags=["users"])
@work
def create_user(
    db: Database,
    request: Request[Any, Any, Any],
    actor: Actor | None,
    data: NewUser,
    recaptcha: CaptchaToken = None,
) -> UserOut:
    """Sign up, or make an account as an admin."""
    new = new_person(data, actor)
    if actor and actor.is_admin:
        return user_out(actions.create_person(db, new))
    return user_out(actions.sign_up(db, request.app.state.recaptcha, new, recaptcha, address_of(request)))


def new_person(data: NewUser, actor: Actor | None) -> NewPerson:
    """A sign-up as an account; what only an admin may set counts only from one.

    Raises:
        Invalid: a role that does not exist.
        Forbidden: an admin may not make superadmins (CONTRACT section 1).
    """
    first_name, last_name = text.split_name(data.full_name or "")
    new = NewPerson(
        username=data.username,
        password=data.password,
        email=data.email,
        first_name=first_name,
        last_name=last_name,
        current_level=data.current_level or None,
    )
    if actor and actor.is_admin:
        names = [*(data.roles or []), *(["superadmin"] if data.is_superuser is True else [])]
        role, new.is_premium = rules.highest_role(names)
        if role is None:
            raise Invalid(roles=f'"{names[0]}" is not a valid choice.')
        access.require_rank(actor, role)
        new.role, new.is_active, new.made_by_staff = role, data.is_active is not False, True
    return new


@get(["/api/v1/users/me", "/api/v1/profile/me"], opt=RUN_IN_LOOP, tags=["users"])
@work
def read_me(tx: Tx, actor: Actor) -> UserOut:
    """One's own account."""
    return user_out(queries.person(tx, actor.id))


@patch("/api/v1/users/me", tags=["users"])
@work
def change_me(db: Database, actor: Actor, data: OwnChanges) -> UserOut:
    """Change one's own account. A new password ends every session."""
    return user_out(actions.change_own(db, actor, sent_fields(data)))


@get("/api/v1/users/me/premium-data", tags=["users"])
@work
def premium_data(actor: Actor, tx: Tx) -> Message:  # noqa: ARG001 - `work` gives every reader its transaction
    """Something for premium members, teachers and admins only."""
    if not (actor.is_premium or actor.is_teacher):
        raise Forbidden
    return Message("Premium maʼlumotlar ochiq")


ROUTES = [login, login_access_token, test_token, logout, create_user, read_me, change_me, premium_data]
