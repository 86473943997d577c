"""What admins do to other people's accounts; every change of a role, a state or a password leaves an audit record."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, update

from bilim.accounts import access, actions, audit, queries
from bilim.accounts.models import User
from bilim.db.engine import Database, Tx
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, Forbidden, NotFound

NOT_ONESELF = "You cannot take your own account or role away."
LAST_SUPERADMIN = "This is the last superadmin."

_AUDITED = ("role", "is_premium", "is_active")
ANYONE = tuple(Role)


def change_person(db: Database, actor: Actor, user_id: int, changes: dict[str, Any], roles: Collection[Role] = ANYONE) -> queries.Person:
    """Change somebody's account. Only what is named changes, so two admins who change different things lose nothing.

    Args:
        changes: what `actions.change_own` takes, and `role`, `is_premium`, `is_active`.

    Raises: see `write_changes`.
    """
    values = actions.person_columns(changes) | {name: changes[name] for name in ("role", "is_premium") if name in changes}
    with db.write() as tx:
        write_changes(tx, actor, user_id, values, roles)
        return queries.person(tx, user_id)


def write_changes(tx: Tx, actor: Actor, user_id: int, values: dict[str, Any], roles: Collection[Role] = ANYONE) -> None:
    """Change somebody's account in the caller's transaction. The change of a role, a state or a password is audited.

    Args:
        values: columns, as `actions.person_columns` makes them.
        roles: whom the address is about; somebody of another role is not found.

    Raises:
        NotFound, Forbidden: see `access.manageable`; nobody demotes or closes themselves.
        Conflict: the last superadmin.
        Invalid: the username or e-mail is taken.
    """
    _lock_superadmins(tx)
    role = access.manageable(tx, actor, user_id, roles)
    _allow_loss(tx, actor, user_id, role, values)
    before = _state(tx, user_id)
    actions.update_person(tx, user_id, values)
    _record(tx, actor, user_id, before, password="password_hash" in values)


def delete_person(db: Database, actor: Actor, user_id: int, roles: Collection[Role] = ANYONE) -> queries.Person:
    """Delete somebody, and tell who it was; see `remove_person`."""
    with db.write() as tx:
        return remove_person(tx, actor, user_id, roles)


def remove_person(tx: Tx, actor: Actor, user_id: int, roles: Collection[Role] = ANYONE) -> queries.Person:
    """Delete somebody in the caller's transaction, and tell who it was. The deletion is audited.

    Whoever has history (studied, taught, bought) is hidden: sign-in closed, names free for others, what they did stays
    (CONTRACT section 2).

    Raises:
        NotFound, Forbidden: see `access.manageable`; nobody deletes themselves.
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


def _hide(tx: Tx, user_id: int) -> None:
    # No username holds an @, so this key can be nobody's.
    freed = {"username_key": f"@{user_id}", "email_key": None}
    tx.execute(update(User).where(User.id == user_id).values(**freed, is_active=False, deleted_at=tx.now, updated_at=tx.now))
    actions.end_sessions(tx, user_id)


def _lock_superadmins(tx: Tx) -> None:
    """Let changes of people follow each other where superadmins are concerned: two of them must not demote each other at once."""
    tx.execute(_superadmins().order_by(User.id).with_for_update())


def _superadmins() -> Any:
    return select(User.id).where(User.role == Role.SUPERADMIN, User.is_active, User.deleted_at.is_(None))


def _allow_loss(tx: Tx, actor: Actor, user_id: int, role: Role, values: dict[str, Any]) -> None:
    """Refuse what takes a role or an account away from the wrong person."""
    new_role = Role(values.get("role", role))
    access.require_rank(actor, new_role)
    loses = values.get("is_active") is False or not new_role.includes(role)
    if not loses:
        return
    if user_id == actor.id:
        raise Forbidden(NOT_ONESELF)
    if role is Role.SUPERADMIN and tx.scalars(_superadmins()) == [user_id]:
        raise Conflict(LAST_SUPERADMIN)


def _state(tx: Tx, user_id: int) -> dict[str, Any]:
    row = tx.execute(select(User.role, User.is_premium, User.is_active).where(User.id == user_id)).first()
    if row is None:
        raise NotFound
    return dict(zip(_AUDITED, row, strict=True))


def _record(tx: Tx, actor: Actor, user_id: int, before: dict[str, Any], *, password: bool) -> None:
    """Write down what changed, where it was another's role, state or password."""
    after = _state(tx, user_id)
    changed = [name for name in _AUDITED if before[name] != after[name]]
    if actor.id == user_id or not (changed or password):
        return
    old, new = ({name: state[name] for name in changed} for state in (before, after))
    if password:
        new["password"] = "changed"  # noqa: S105 - that it was, not what it is
    audit.record(tx, actor, "person", user_id, old, new)
