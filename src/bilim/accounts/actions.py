"""Writes of people and their sessions."""

from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from bilim.accounts import attempts, passwords, queries, rules
from bilim.accounts.models import Session, User
from bilim.accounts.tokens import Claims, Tokens
from bilim.db.engine import Database, Tx, violates
from bilim.kit import text
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid, Unauthenticated, Unavailable
from bilim.limits import windows
from bilim.limits.rules import network_of

USERNAME_TAKEN = "A user with that username already exists."
EMAIL_TAKEN = "A user with that email already exists."
INVALID_CREDENTIALS = "Invalid credentials"


class NewPerson(Struct, kw_only=True):
    """What an account is made of. `password` is as typed."""

    username: str
    password: str
    email: str | None = None
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    parent_phone: str | None = None
    telegram_id: str | None = None
    current_level: str | None = None
    role: Role = Role.STUDENT
    is_premium: bool = False
    is_active: bool = True
    made_by_staff: bool = False


class SignedIn(Struct):
    """A fresh session and its two tokens."""

    access: str
    refresh: str
    person: queries.Person


class Captcha(Protocol):
    """Tells people who sign up from programs that do."""

    def check(self, token: str | None) -> None:
        """Let a sign-up pass, or raise Invalid; Unavailable where nobody can tell."""
        ...


def sign_up(db: Database, captcha: Captcha, new: NewPerson, token: str | None, address: str) -> queries.Person:
    """Make an account for whoever asks. Every door at which people sign up comes through here; admins use `create_person`.

    Args:
        token: what the captcha gave the person's browser.

    Raises:
        RateLimited: too many sign-ups from this network. One that is refused counts too, unless the captcha does not answer.
        Invalid: the captcha's token is missing or wrong, or the username or e-mail is taken.
        Unavailable: the captcha does not answer.
    """
    with db.write() as tx:
        place = windows.take(tx, rules.SIGN_UPS_FROM_NETWORK, network_of(address))
    try:
        captcha.check(token)
    except Unavailable:
        with db.write() as tx:
            windows.give_back(tx, place)
        raise
    return create_person(db, new)


def create_person(db: Database, new: NewPerson) -> queries.Person:
    """Make an account. The password is hashed before the transaction begins, so that no lock waits for it.

    Raises:
        Invalid: the username or e-mail is taken.
    """
    with db.read() as tx:
        refuse_taken(tx, new.username, new.email)
    password_hash = passwords.hash_password(new.password)
    with db.write() as tx:
        return queries.person(tx, store_person(tx, new, password_hash))


def store_person(tx: Tx, new: NewPerson, password_hash: str) -> int:
    """Store an account.

    Raises:
        Invalid: the username or e-mail is taken; the database decides, so of parallel sign-ups one wins.
    """
    try:
        with tx.savepoint():
            return tx.insert(
                User,
                username=text.tidy(new.username),
                username_key=text.fold(new.username),
                email=new.email.strip() if new.email else None,
                email_key=text.fold(new.email) if new.email else None,
                phone=text.phone(new.phone) if new.phone else None,
                parent_phone=text.phone(new.parent_phone) if new.parent_phone else None,
                telegram_id=new.telegram_id or None,
                password_hash=password_hash,
                first_name=text.tidy(new.first_name),
                last_name=text.tidy(new.last_name),
                role=new.role,
                is_premium=new.is_premium,
                is_active=new.is_active,
                current_level=new.current_level,
                made_by_staff=new.made_by_staff,
                created_at=tx.now,
                updated_at=tx.now,
            )
    except IntegrityError as error:
        raise _taken(error) from None


def change_own(db: Database, actor: Actor, changes: dict[str, Any]) -> queries.Person:
    """Change one's own account; a new password ends every session, this one too (CONTRACT section 6).

    Args:
        changes: any of username, email, full_name, first_name, last_name, phone, telegram_id, current_level, password. Null clears what
            may be empty.

    Raises:
        Invalid: the username or e-mail is taken.
    """
    values = person_columns(changes)
    with db.write() as tx:
        update_person(tx, actor.id, values)
        return queries.person(tx, actor.id)


def update_person(tx: Tx, user_id: int, values: dict[str, Any]) -> None:
    """Write columns of a person; a new password or a closed account ends every session.

    Raises:
        Invalid: the username or e-mail is taken.
    """
    if not values:
        return
    try:
        with tx.savepoint():
            tx.execute(update(User).where(User.id == user_id).values(**values, updated_at=tx.now))
    except IntegrityError as error:
        raise _taken(error) from None
    if "password_hash" in values or values.get("is_active") is False:
        end_sessions(tx, user_id)


def person_columns(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes as the columns that hold them. A password is hashed here, which takes a while: call it outside of a transaction."""
    values: dict[str, Any] = {}
    for field, value in changes.items():
        values.update(_columns(field, value))
    return values


def _columns(field: str, value: Any) -> dict[str, Any]:
    """One change as the columns that hold it."""
    match field:
        case "username":
            return {"username": text.tidy(value), "username_key": text.fold(value)}
        case "email":
            return {"email": value and value.strip(), "email_key": value and text.fold(value)}
        case "full_name":
            first_name, last_name = text.split_name(value or "")
            return {"first_name": first_name, "last_name": last_name}
        case "first_name" | "last_name":
            return {field: text.tidy(value or "")}
        case "phone" | "parent_phone":
            return {field: text.phone(value) if value else None}
        case "telegram_id" | "current_level":
            return {field: value or None}
        case "password":
            return {"password_hash": passwords.hash_password(value)}
        case "is_active":
            return {field: value}
        case _:
            return {}


def sign_in(db: Database, tokens: Tokens, login: str, password: str, address: str) -> SignedIn:
    """Check a password and begin a session. Every door of every surface comes through here, so all share the counts of wrong passwords.

    Raises:
        Unauthenticated: no such open account, or a wrong password: the same words and the same time for both.
        RateLimited: wrong passwords before; see `attempts.begin`.
    """
    with db.write() as tx:
        attempt = attempts.begin(tx, login, address)
    known = attempt.credentials
    right = passwords.matches(known.password_hash if known else None, password)
    if known is None or not right:
        raise Unauthenticated(INVALID_CREDENTIALS)
    renewed = passwords.hash_password(password) if passwords.is_outdated(known.password_hash) else None
    with db.write() as tx:
        attempts.succeed(tx, attempt, known.user_id, renewed)
        return begin_session(tx, tokens, known.user_id)


def begin_session(tx: Tx, tokens: Tokens, user_id: int) -> SignedIn:
    """A new session and its tokens; the person's expired ones go.

    It lasts as long as its refresh token, plus one access token taken at the last moment.
    """
    person = queries.person(tx, user_id)
    tx.execute(delete(Session).where(Session.user_id == user_id, Session.expires_at <= tx.now))
    lasts = tokens.lifetimes["refresh"] + tokens.lifetimes["access"]
    session_id = tx.insert(Session, user_id=user_id, created_at=tx.now, expires_at=tx.now + lasts)
    claims = Claims(user_id=user_id, session_id=session_id)
    return SignedIn(
        access=tokens.make("access", claims, person.role),
        refresh=tokens.make("refresh", claims, person.role),
        person=person,
    )


def refresh(tx: Tx, tokens: Tokens, token: str) -> str:
    """A new access token for a refresh token; role and state are read anew.

    Raises:
        Unauthenticated: not a refresh token, or its session or account is closed.
    """
    claims = tokens.read("refresh", token)
    return tokens.make("access", claims, queries.actor(tx, claims).role)


def sign_out(tx: Tx, actor: Actor) -> None:
    """End the session: its access and refresh tokens are worth nothing from now on."""
    tx.execute(update(Session).where(Session.id == actor.session_id).values(ended_at=tx.now))


def end_sessions(tx: Tx, user_id: int) -> None:
    """End every session of a person."""
    tx.execute(update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None)).values(ended_at=tx.now))


def ensure_superuser(db: Database, email: str, password: str) -> bool:
    """Make the first superadmin on an empty database; whether one was made. The part before @ becomes the username."""
    with db.read() as tx:
        if tx.scalar(select(func.count()).select_from(User)):
            return False
    new = NewPerson(username=email.partition("@")[0], email=email, password=password, first_name="Admin", role=Role.SUPERADMIN)
    password_hash = passwords.hash_password(password)
    with db.write() as tx:
        if tx.scalar(select(func.count()).select_from(User)):
            return False
        store_person(tx, new, password_hash)
    return True


def refuse_taken(tx: Tx, username: str, email: str | None) -> None:
    """Name both taken fields at once; the unique indexes still decide when it is stored."""
    wrong: FieldProblems = {}
    if tx.scalar(select(User.id).where(User.username_key == text.fold(username))):
        wrong["username"] = [USERNAME_TAKEN]
    if email and tx.scalar(select(User.id).where(User.email_key == text.fold(email))):
        wrong["email"] = [EMAIL_TAKEN]
    if wrong:
        raise Invalid(wrong)


def _taken(error: IntegrityError) -> Exception:
    if violates(error, "uq_users_username_key", "users.username_key"):
        return Invalid(username=USERNAME_TAKEN)
    if violates(error, "uq_users_email_key", "users.email_key"):
        return Invalid(email=EMAIL_TAKEN)
    return error
