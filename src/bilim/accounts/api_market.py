"""Accounts in the marketplace's words. Its document names no bodies; CONTRACT section 8 does."""

from datetime import datetime

from litestar import get, post, put
from msgspec import Struct

from bilim.accounts import actions, flows, queries, sessions
from bilim.accounts.api_learning import CaptchaToken, SignInBody, TokenPair
from bilim.accounts.inputs import OwnChanges, SignUpInput
from bilim.accounts.passwords import Hashing
from bilim.accounts.protocols import Captcha
from bilim.accounts.queries import ActorWithPerson, PersonView
from bilim.accounts.tokens import Tokens
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.client import Client
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit.actors import Actor, Role

ROLES = {Role.STUDENT: "user", Role.TEACHER: "instructor", Role.ADMIN: "admin", Role.SUPERADMIN: "admin"}


class ProfileOut(Struct):
    """One's own account."""

    id: int
    username: str
    email: str | None
    full_name: str
    phone: str | None
    role: str
    created_at: datetime


def profile_out(person: PersonView) -> ProfileOut:
    """A person as shown to themselves."""
    return ProfileOut(person.id, person.username, person.email, person.full_name, person.phone, ROLES[person.role], person.created_at)


@post("/api/auth/register", opt=may(actions.sign_up), tags=["auth"])
@work
async def register(
    units: Units, hashing: Hashing, captcha: Captcha, client: Client, data: SignUpInput, recaptcha: CaptchaToken = None
) -> ProfileOut:
    """Sign up."""
    return profile_out(await flows.sign_up(units, hashing, captcha, data, recaptcha, client.address))


@post("/api/auth/login", status_code=200, opt=may(sessions.begin_attempt), tags=["auth"])
@work
async def sign_in(units: Units, hashing: Hashing, tokens: Tokens, client: Client, data: SignInBody) -> TokenPair:
    """Sign in."""
    signed_in = await flows.sign_in(units, hashing, tokens, data, client.address)
    return TokenPair(signed_in.access, signed_in.refresh)


@get("/api/auth/profile", opt=may(queries.own_profile) | RUN_IN_LOOP, tags=["auth"])
@work
def read_profile(tx: Tx, actor: ActorWithPerson) -> ProfileOut:
    """One's own account."""
    return profile_out(queries.own_profile(tx, actor))


@put("/api/auth/profile", opt=may(actions.change_own), tags=["auth"])
@work
async def change_profile(units: Units, hashing: Hashing, actor: Actor, data: OwnChanges) -> ProfileOut:
    """Change one's own account: fields left out stay. A new password ends every session."""
    return profile_out(await flows.change_own(units, hashing, actor, data))


ROUTES = [register, sign_in, read_profile, change_profile]
