"""Which accounts an admin may create and change (CONTRACT section 1)."""

from collections.abc import Collection
from typing import TypeGuard

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, NotFound


def is_premium_now() -> ColumnElement[bool]:
    """Whether somebody is premium at the moment that is bound as `now`: granted by an admin, or subscribed (CONTRACT section 1).

    A subscription that ended counts as ended at once, whatever has run since. Never null, so that it can be negated.
    """
    now = bindparam("now", type_=User.premium_until.type)
    return or_(User.is_premium, and_(User.premium_until.is_not(None), User.premium_until > now))


def makes_accounts(actor: Actor | None) -> TypeGuard[Actor]:
    """Whether the actor makes accounts for others; everybody else signs up."""
    return actor is not None and actor.is_admin


def manageable(tx: Tx, actor: Actor, user_id: int, roles: Collection[Role]) -> Role:
    """Check that the actor may change somebody; return their role. The row is locked until the transaction ends.

    An admin may change everyone but superadmins; those only a superadmin may.

    Raises:
        NotFound: no such person of one of these roles.
        Forbidden: a superadmin, and the actor is not one.
    """
    found = tx.scalar(select(User.role).where(User.id == user_id, User.deleted_at.is_(None)).with_for_update())
    if found is None or found not in roles:
        raise NotFound
    require_rank(actor, Role(found))
    return Role(found)


def require_rank(actor: Actor, role: Role) -> None:
    """Check that the actor may create or change accounts of this role.

    Raises:
        Forbidden: only a superadmin makes and changes superadmins.
    """
    if role is Role.SUPERADMIN and actor.role is not Role.SUPERADMIN:
        raise Forbidden
