"""What awaits something between its transactions, for all vocabularies: hashing a password or calling the captcha."""

from bilim.accounts import actions, sessions
from bilim.accounts.inputs import AccountChanges, OwnChanges, PersonInput, SignInInput, SignUpInput, StaffInput
from bilim.accounts.passwords import Hashing
from bilim.accounts.protocols import Captcha
from bilim.accounts.queries import PersonView
from bilim.accounts.sessions import SignedIn
from bilim.accounts.tokens import Tokens
from bilim.http.work import Units
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Unauthenticated, Unavailable
from bilim.limits import windows


async def sign_in(units: Units, hashing: Hashing, tokens: Tokens, typed: SignInInput, address: str) -> SignedIn:
    """Check a password and begin a session. All routes for signing in use this, so they share the counts of wrong passwords.

    Raises:
        Unauthenticated: no such open account, or a wrong password: the same answer in the same time for both.
        RateLimited: wrong passwords before; see `sessions.begin_attempt`.
        Unavailable: too many passwords wait to be checked.
    """
    attempt = await units.write(sessions.begin_attempt, typed.login, address)
    known = attempt.credentials
    try:
        verdict = await hashing.check(known.password_hash if known else None, typed.password)
    except Unavailable:
        await units.write(sessions.abandon_attempt, attempt)
        raise
    if known is None or not verdict.is_right:
        raise Unauthenticated("invalid_credentials")
    return await units.write(sessions.succeed, attempt, tokens, known.user_id, verdict.renewed_hash)


async def sign_up(units: Units, hashing: Hashing, captcha: Captcha, new: SignUpInput, token: str | None, address: str) -> PersonView:
    """Make an account for oneself. All routes for signing up use this.

    Args:
        token: the captcha's, from the person's browser.

    Raises:
        RateLimited: too many sign-ups from this network. Refused ones count too, except where something was unavailable.
        Invalid: the captcha's token is missing or wrong, or the username or e-mail is taken.
        Unavailable: the captcha does not answer, or too many passwords wait to be hashed.
    """
    place = await units.write(actions.begin_sign_up, address)
    try:
        await captcha.check(token)
        password_hash = await hashing.hash(new.password)
    except Unavailable:
        await units.write(windows.give_back, place)
        raise
    return await units.write(actions.sign_up, None, new, password_hash)


async def create_person(units: Units, hashing: Hashing, actor: Actor, new: PersonInput) -> PersonView:
    """Make an account as an admin; see `actions.create_person`."""
    return await units.write(actions.create_person, actor, new, await hashing.hash(new.password))


async def create_staff(units: Units, hashing: Hashing, actor: Actor, new: StaffInput, role: Role) -> PersonView:
    """Make an owner or an employee; see `actions.create_staff`."""
    return await units.write(actions.create_staff, actor, new, role, await hashing.hash(new.password))


async def change_own(units: Units, hashing: Hashing, actor: Actor, changes: OwnChanges) -> PersonView:
    """Change one's own account; see `actions.change_own`."""
    return await units.write(actions.change_own, actor, changes, await hashing.hash_sent(changes.password))


async def change_person(
    units: Units, hashing: Hashing, actor: Actor, user_id: int, changes: AccountChanges, roles: tuple[Role, ...] = tuple(Role)
) -> PersonView:
    """Change somebody's account as an admin; see `actions.change_person`."""
    return await units.write(actions.change_person, actor, user_id, changes, await hashing.hash_sent(changes.password), roles)
