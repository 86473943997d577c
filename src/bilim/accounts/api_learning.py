"""Accounts in the learning surface's words."""

from typing import Annotated

from litestar import get, patch, post
from litestar.params import HeaderParameter
from msgspec import UNSET, Meta, Struct

from bilim.accounts import access, actions, flows, queries, rules, sessions
from bilim.accounts.inputs import OwnChanges, PersonInput, SignInInput, SignUpInput
from bilim.accounts.passwords import Hashing
from bilim.accounts.protocols import Captcha
from bilim.accounts.queries import ActorWithPerson
from bilim.accounts.shapes import UserOut, user_out
from bilim.accounts.tokens import ROLE_CLAIM, Tokens
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.client import Client
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit import clock, text
from bilim.kit.actors import Actor
from bilim.kit.errors import Invalid
from bilim.kit.fields import Line
from bilim.kit.inputs import Omittable, renamed, value_or
from bilim.settings import Settings

CaptchaToken = Annotated[str | None, HeaderParameter(name="g-recaptcha-response", description="The captcha's token.")]
RoleNames = Annotated[list[Line], Meta(max_length=20)]


@renamed(login="username")
class SignInBody(SignInInput):
    """Sign-in: a username or an e-mail, and the password."""


class LoginUser(Struct):
    """The person who signed in, with the fields of both documents."""

    id: int
    username: str
    email: str | None
    phone_number: str | None
    role: str
    full_name: str


class LocationInfo(Struct):
    """When and from where somebody signed in. Addresses are not looked up, so country, region and city are null."""

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


class NewUserBody(SignUpInput):
    """Sign-up. Fields that only an admin may set are ignored from all others (endpoints' `who`)."""

    is_active: Omittable[bool] = UNSET
    is_superuser: Omittable[bool] = UNSET
    roles: Omittable[RoleNames] = UNSET


def person_input(data: NewUserBody) -> PersonInput:
    """An account of any role, as an admin makes it.

    Raises:
        Invalid: a role that does not exist.
    """
    names = [*value_or(data.roles, []), *(["superadmin"] if data.is_superuser is True else [])]
    if problem := rules.roles_problem(names):
        raise Invalid(roles=problem)
    role, is_premium = rules.highest_role(names)
    first_name, last_name = text.split_name(value_or(data.full_name, ""))
    return PersonInput(
        username=data.username,
        password=data.password,
        email=data.email,
        first_name=first_name,
        last_name=last_name,
        current_level=value_or(data.current_level, "") or None,
        role=role,
        is_premium=is_premium,
        is_active=data.is_active is not False,
    )


@post("/api/v1/login", status_code=200, opt=may(sessions.begin_attempt), tags=["login"])
@work
async def login(units: Units, hashing: Hashing, tokens: Tokens, settings: Settings, client: Client, data: SignInBody) -> LoginOut:
    """Sign in. Serves the learning and the centre's document alike."""
    signed_in = await flows.sign_in(units, hashing, tokens, data, client.address)
    person = signed_in.person
    return LoginOut(
        access_token=signed_in.access,
        refresh_token=signed_in.refresh,
        token_type="bearer",  # noqa: S106 - the kind of token
        expires_in=expires_in(tokens),
        scope="",
        success=True,
        message="Muvaffaqiyatli kirildi",
        user=LoginUser(
            person.id, person.username, person.email, person.phone, ROLE_CLAIM[person.role], person.full_name or person.username
        ),
        location_info=_location(settings, client),
        tokens=TokenPair(signed_in.access, signed_in.refresh),
    )


def expires_in(tokens: Tokens) -> int:
    """Seconds that an access token lives."""
    return int(tokens.lifetimes["access"].total_seconds())


def _location(settings: Settings, client: Client) -> LocationInfo:
    here = clock.now().astimezone(settings.zone)
    return LocationInfo(
        ip=client.address,
        country=None,
        region=None,
        city=None,
        timezone=settings.time_zone,
        current_time=here.isoformat(timespec="seconds"),
        utc_offset=here.strftime("%z"),
        display_time=here.strftime("%d.%m.%Y %H:%M"),
        login_time=here.isoformat(timespec="seconds"),
    )


@post("/api/v1/login/access-token", status_code=200, opt=may(sessions.begin_attempt), tags=["login"])
@work
async def login_access_token(units: Units, hashing: Hashing, tokens: Tokens, client: Client, data: SignInBody) -> AccessTokenOut:
    """Sign in with OAuth2's password form."""
    signed_in = await flows.sign_in(units, hashing, tokens, data, client.address)
    return AccessTokenOut(signed_in.access, signed_in.refresh, "bearer", expires_in(tokens))


@get("/api/v1/login/test-token", opt=may(queries.own_profile) | RUN_IN_LOOP, tags=["login"])
@work
def test_token(tx: Tx, actor: ActorWithPerson) -> UserOut:
    """The account that the token belongs to."""
    return user_out(queries.own_profile(tx, actor))


@post("/api/v1/logout", status_code=200, opt=may(sessions.sign_out), tags=["login"])
@work
def logout(tx: Tx, actor: Actor) -> Message:
    """End the session: its access and refresh tokens stop working."""
    sessions.sign_out(tx, actor)
    return Message("Tizimdan chiqildi")


@post("/api/v1/users", opt=may(actions.sign_up), tags=["users"])
@work
async def create_user(
    units: Units,
    hashing: Hashing,
    captcha: Captcha,
    client: Client,
    actor: Actor | None,
    data: NewUserBody,
    recaptcha: CaptchaToken = None,
) -> UserOut:
    """Sign up, or make an account as an admin."""
    if access.makes_accounts(actor):
        return user_out(await flows.create_person(units, hashing, actor, person_input(data)))
    return user_out(await flows.sign_up(units, hashing, captcha, data, recaptcha, client.address))


@get(["/api/v1/users/me", "/api/v1/profile/me"], opt=may(queries.own_profile) | RUN_IN_LOOP, tags=["users"])
@work
def read_me(tx: Tx, actor: ActorWithPerson) -> UserOut:
    """One's own account."""
    return user_out(queries.own_profile(tx, actor))


@patch("/api/v1/users/me", opt=may(actions.change_own), tags=["users"])
@work
async def change_me(units: Units, hashing: Hashing, actor: Actor, data: OwnChanges) -> UserOut:
    """Change one's own account. A new password ends every session."""
    return user_out(await flows.change_own(units, hashing, actor, data))


@get("/api/v1/users/me/premium-data", opt=may(queries.check_premium), tags=["users"])
@work
def premium_data(tx: Tx, actor: Actor) -> Message:
    """Something for premium members, teachers and admins only."""
    queries.check_premium(tx, actor)
    return Message("Premium maʼlumotlar ochiq")


ROUTES = [login, login_access_token, test_token, logout, create_user, read_me, change_me, premium_data]
