"""Writes of people. Passwords are hashed before the transaction, so that no lock is held meanwhile."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from bilim.accounts import access, audit, queries, rules, sessions
from bilim.accounts.inputs import AccountChanges, OwnChanges, PersonInput, SignUpInput, StaffInput
from bilim.accounts.models import User
from bilim.accounts.queries import PersonView
from bilim.db.engine import Tx, violates
from bilim.kit import text
from bilim.kit.access import internal, public, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, FieldProblems, Forbidden, Invalid, NotFound, Problem
from bilim.kit.inputs import sent_fields, value_or
from bilim.limits import windows
from bilim.limits.rules import network_of
from bilim.limits.windows import Place

ANYONE = tuple(Role)
_AUDITED = ("role", "is_premium", "is_active")


@public
def begin_sign_up(tx: Tx, address: str) -> Place:
    """Take the place of a sign-up, before the captcha is called and the password hashed.

    Raises:
        RateLimited: too many sign-ups from this network.
    """
    return windows.take(tx, rules.SIGN_UPS_FROM_NETWORK, network_of(address))


@public
def sign_up(tx: Tx, _actor: Actor | None, new: SignUpInput, password_hash: str) -> PersonView:
    """Make an account for oneself: a student's (CONTRACT section 1).

    Raises:
        Invalid: the username or e-mail is taken.
    """
    first_name, last_name = text.split_name(value_or(new.full_name, ""))
    person = PersonInput(
        username=new.username,
        password=new.password,
        email=new.email,
        first_name=first_name,
        last_name=last_name,
        current_level=value_or(new.current_level, "") or None,
    )
    refuse_taken(tx, person.username, person.email)
    return queries.person(tx, store_person(tx, person, password_hash))


@requires(Role.ADMIN)
def create_person(tx: Tx, actor: Actor, new: PersonInput, password_hash: str) -> PersonView:
    """Make an account of any role for somebody.

    Raises:
        Forbidden: only superadmins make superadmins.
        Invalid: the username or e-mail is taken.
    """
    access.require_rank(actor, new.role)
    refuse_taken(tx, new.username, new.email)
    return queries.person(tx, store_person(tx, new, password_hash, made_by_staff=True))


@requires(Role.ADMIN)
def create_staff(tx: Tx, actor: Actor, new: StaffInput, role: Role, password_hash: str) -> PersonView:
    """Make an account of the centre, which has no e-mail; see `create_person`."""
    person = PersonInput(
        username=new.username,
        password=new.password,
        first_name=value_or(new.first_name, ""),
        last_name=value_or(new.last_name, ""),
        phone=value_or(new.phone, "") or None,
        telegram_id=value_or(new.telegram_id, "") or None,
        role=role,
    )
    return create_person(tx, actor, person, password_hash)


@internal
def store_person(tx: Tx, new: PersonInput, password_hash: str, *, made_by_staff: bool = False) -> int:
    """Store an account; return its id.

    Raises:
        Invalid: the username or e-mail is taken; the database decides, so of parallel sign-ups one wins.
    """
    try:
        with tx.savepoint():
            return tx.insert(
                User,
                **_username(new.username),
                **_email(new.email),
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
                made_by_staff=made_by_staff,
                created_at=tx.now,
                updated_at=tx.now,
            )
    except IntegrityError as error:
        raise _taken(error) from None


@signed_in
def change_own(tx: Tx, actor: Actor, changes: OwnChanges, new_hash: str | None = None) -> PersonView:
    """Change one's own account; a new password ends every session, this one too (CONTRACT section 6).

    Args:
        new_hash: the hash of the new password, where one is sent.

    Raises:
        Invalid: the username or e-mail is taken.
    """
    own = OwnChanges(**sent_fields(changes, *OwnChanges.__struct_fields__))  # not what only admins may change
    _update(tx, actor.id, _columns(own, new_hash))
    return queries.person(tx, actor.id)


@requires(Role.ADMIN)
def change_person(
    tx: Tx, actor: Actor, user_id: int, changes: AccountChanges, new_hash: str | None = None, roles: Collection[Role] = ANYONE
) -> PersonView:
    """Change somebody's account. Only what is sent changes, so two admins who change different things lose nothing.

    Changes of another person's role, state or password are audited.

    Args:
        new_hash: the hash of the new password, where one is sent.
        roles: those that the route is about; a person of another role is not found.

    Raises:
        NotFound, Forbidden: see `access.manageable`; demoting or closing oneself.
        Conflict: the last superadmin.
        Invalid: the username or e-mail is taken.
    """
    values = _columns(changes, new_hash)
    _lock_superadmins(tx)
    role = access.manageable(tx, actor, user_id, roles)
    _allow_loss(tx, actor, user_id, role, values)
    before = _state(tx, user_id)
    _update(tx, user_id, values)
    _record(tx, actor, user_id, before, password=new_hash is not None)
    return queries.person(tx, user_id)


@requires(Role.ADMIN)
def delete_person(tx: Tx, actor: Actor, user_id: int, roles: Collection[Role] = ANYONE) -> PersonView:
    """Delete somebody; return who it was.

    People with history (studied, taught, bought) are hidden instead: they cannot sign in, their username and e-mail are free for others,
    and their records stay (CONTRACT section 2).

    Raises:
        NotFound, Forbidden: see `access.manageable`; deleting oneself.
        Conflict: the last superadmin.
    """
    _lock_superadmins(tx)
    role = access.manageable(tx, actor, user_id, roles)
    _allow_loss(tx, actor, user_id, role, {"is_active": False})
    deleted, before = queries.person(tx, user_id), _state(tx, user_id)
    if not tx.delete_unless_referenced(User, user_id):
        _hide(tx, user_id)
    audit.record(tx, actor, "person", user_id, before, {"deleted": True})
    return deleted


@internal
def is_empty(tx: Tx) -> bool:
    """Whether there are no accounts yet."""
    return not tx.scalar(select(func.count()).select_from(User))


@internal
def ensure_superuser(tx: Tx, new: PersonInput, password_hash: str) -> bool:
    """Make the first superadmin if there are no accounts yet; return whether one was made."""
    if not is_empty(tx):
        return False
    store_person(tx, new, password_hash)
    return True


@internal
def refuse_taken(tx: Tx, username: str, email: str | None) -> None:
    """Report both taken fields at once; the unique indexes still decide when the account is stored.

    Raises:
        Invalid: the username, the e-mail or both are taken.
    """
    wrong: FieldProblems = {}
    if tx.scalar(select(User.id).where(User.username_key == text.fold(username))):
        wrong["username"] = [Problem("username_taken")]
    if email and tx.scalar(select(User.id).where(User.email_key == text.fold(email))):
        wrong["email"] = [Problem("email_taken")]
    if wrong:
        raise Invalid(wrong)


def _columns(changes: AccountChanges, new_hash: str | None) -> dict[str, Any]:
    """Changes as the columns that hold them."""
    values: dict[str, Any] = {}
    for field, value in sent_fields(changes).items():
        values.update(_columns_of(field, value, new_hash))
    return values


def _columns_of(field: str, value: Any, new_hash: str | None) -> dict[str, Any]:
    """One change as the columns that hold it; none for a field of another slice."""
    match field:
        case "username":
            return _username(value)
        case "email":
            return _email(value)
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
            if new_hash is None:
                raise TypeError("a new password without its hash")
            return {"password_hash": new_hash}
        case "role" | "is_premium" | "is_active":
            return {field: value}
        case _:
            return {}


def _username(username: str) -> dict[str, Any]:
    return {"username": text.tidy(username), "username_key": text.fold(username)}


def _email(email: str | None) -> dict[str, Any]:
    return {"email": email.strip(), "email_key": text.fold(email)} if email else {"email": None, "email_key": None}


def _update(tx: Tx, user_id: int, values: dict[str, Any]) -> None:
    """Write columns of a person; a new password or a closed account ends every session."""
    if not values:
        return
    try:
        with tx.savepoint():
            tx.execute(update(User).where(User.id == user_id).values(**values, updated_at=tx.now))
    except IntegrityError as error:
        raise _taken(error) from None
    if "password_hash" in values or values.get("is_active") is False:
        sessions.end_sessions(tx, user_id)


def _hide(tx: Tx, user_id: int) -> None:
    # No username holds an @, so this key can be nobody's.
    freed = {"username_key": f"@{user_id}", "email_key": None}
    tx.execute(update(User).where(User.id == user_id).values(**freed, is_active=False, deleted_at=tx.now, updated_at=tx.now))
    sessions.end_sessions(tx, user_id)


def _lock_superadmins(tx: Tx) -> None:
    """Serialise changes of people by the superadmins' rows: two superadmins must not demote each other at once."""
    tx.execute(_superadmins().order_by(User.id).with_for_update())


def _superadmins() -> Any:
    return select(User.id).where(User.role == Role.SUPERADMIN, User.is_active, User.deleted_at.is_(None))


def _allow_loss(tx: Tx, actor: Actor, user_id: int, role: Role, values: dict[str, Any]) -> None:
    """Refuse to demote or close oneself, or the last superadmin."""
    new_role = Role(values.get("role", role))
    access.require_rank(actor, new_role)
    loses = values.get("is_active") is False or not new_role.includes(role)
    if not loses:
        return
    if user_id == actor.id:
        raise Forbidden("not_oneself")
    if role is Role.SUPERADMIN and tx.scalars(_superadmins()) == [user_id]:
        raise Conflict("last_superadmin")


def _state(tx: Tx, user_id: int) -> dict[str, Any]:
    """The audited fields of a person, as they are now."""
    row = tx.first(select(User.role, User.is_premium, User.is_active).where(User.id == user_id))
    if row is None:
        raise NotFound
    return dict(zip(_AUDITED, row, strict=True))


def _record(tx: Tx, actor: Actor, user_id: int, before: dict[str, Any], *, password: bool) -> None:
    """Audit changes of another person's role, state or password."""
    after = _state(tx, user_id)
    changed = [name for name in _AUDITED if before[name] != after[name]]
    if actor.id == user_id or not (changed or password):
        return
    old, new = ({name: state[name] for name in changed} for state in (before, after))
    if password:
        new["password"] = "changed"  # noqa: S105 - that it was, not what it is
    audit.record(tx, actor, "person", user_id, old, new)


def _taken(error: IntegrityError) -> Exception:
    if violates(error, "uq_users_username_key", "users.username_key"):
        return Invalid(username="username_taken")
    if violates(error, "uq_users_email_key", "users.email_key"):
        return Invalid(email="email_taken")
    return error
