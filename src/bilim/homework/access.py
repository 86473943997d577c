"""Who sees and who changes homework (CONTRACT section 7)."""

from sqlalchemy import BindParameter, ColumnElement, exists, select, true

from bilim.db.engine import Tx
from bilim.groups.models import Membership
from bilim.homework.models import Homework
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden, NotFound


def is_of_own_group(student_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Homework of the group that a student is in."""
    own = Membership.group_id == Homework.group_id
    return exists(select(Membership.id).where(Membership.student_id == student_id, Membership.left_at.is_(None), own))


def is_visible(actor: Actor) -> ColumnElement[bool]:
    """Homework that the actor may see: staff all, students that of their group."""
    return true() if actor.is_teacher else is_of_own_group(actor.id)


def editable(tx: Tx, actor: Actor, homework_id: int) -> None:
    """Let the actor change homework: its author, or an admin. The row is held until the transaction ends.

    Raises:
        NotFound: there is none.
        Forbidden: somebody else's.
    """
    author = tx.scalar(select(Homework.created_by).where(Homework.id == homework_id).with_for_update())
    if author is None:
        raise NotFound
    if not actor.is_admin and author != actor.id:
        raise Forbidden
