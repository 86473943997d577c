"""Who sees and who changes homework (CONTRACT section 7)."""

from msgspec import Struct
from sqlalchemy import BindParameter, ColumnElement, exists, select, true

from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.groups.models import Membership
from bilim.homework.models import Homework
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden


def is_of_own_group(student_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Homework of the group that a student is in."""
    own = Membership.group_id == Homework.group_id
    return exists(select(Membership.id).where(Membership.student_id == student_id, Membership.left_at.is_(None), own))


def is_visible(actor: Actor) -> ColumnElement[bool]:
    """Homework that the actor may see: staff all, students that of their group."""
    return true() if actor.is_teacher else is_of_own_group(actor.id)


class HeldHomework(Struct):
    """The columns of locked homework that a change needs."""

    group_id: int
    text: str | None
    file: str | None
    created_by: int


_HELD = select_into(
    HeldHomework, group_id=Homework.group_id, text=Homework.text, file=Homework.file, created_by=Homework.created_by
).with_for_update()


@requires(Role.TEACHER)
def lock_editable(tx: Tx, actor: Actor, homework_id: int) -> HeldHomework:
    """Homework that the actor may change: its author, or an admin. The row is locked until the transaction ends.

    Raises:
        NotFound: there is none.
        Forbidden: another author's.
    """
    held = tx.fetch_one(_HELD.where(Homework.id == homework_id))
    if not actor.is_admin and held.created_by != actor.id:
        raise Forbidden
    return held
