"""Whom and which groups the centre's records may name."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, exists, or_, select, true
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.centre.models import Group, Membership, Subject
from bilim.db.engine import Query, Tx
from bilim.db.prepared import ListQuery
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid, NotFound, unknown

_ANY_MEMBERSHIP = aliased(Membership)
"""Apart from the membership that a query may be about."""


def is_student() -> ColumnElement[bool]:
    """People who can have records: present ones of the role student."""
    return (User.role == Role.STUDENT) & User.deleted_at.is_(None)


def is_of_the_centre() -> ColumnElement[bool]:
    """Students who have or had a group or were made by staff: not every online learner (CONTRACT section 1)."""
    belonged = exists(select(_ANY_MEMBERSHIP.id).where(_ANY_MEMBERSHIP.student_id == User.id))
    return is_student() & or_(User.made_by_staff, belonged)


def own_unless_staff(actor: Actor, owner: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Records that the actor may see: staff all, students their own."""
    return true() if actor.is_teacher else owner == actor.id


def own_or_all(query: Query, owner: SQLColumnExpression[int]) -> Callable[[Actor], ListQuery]:
    """A list of which staff see all and students their own: the one for an actor, whose id is its `viewer_id`."""
    everyones, own = ListQuery(query), ListQuery(query.where(owner == bindparam("viewer_id")))
    return lambda actor: everyones if actor.is_teacher else own


def require_known(tx: Tx, *, student_id: int | None = None, group_id: int | None = None, closed_too: bool = False) -> None:
    """Check that a body's student and group exist; the group must be active, unless closed ones count too.

    The group's row is held until the transaction ends, so that it is not closed or deleted meanwhile.

    Raises:
        Invalid: naming `student`, `group` or both.
    """
    wrong: FieldProblems = {}
    if student_id is not None and tx.scalar(select(User.id).where(User.id == student_id, is_student())) is None:
        wrong |= unknown("student", student_id).fields
    if group_id is not None:
        known = select(Group.id).where(Group.id == group_id, Group.deleted_at.is_(None))
        if not closed_too:
            known = known.where(Group.is_active)
        if tx.scalar(known.with_for_update(read=True)) is None:
            wrong |= unknown("group", group_id).fields
    if wrong:
        raise Invalid(wrong)


def lock(tx: Tx, table: type[Group | Subject], row_id: int) -> None:
    """Check that a group (active or not) or a subject exists, and hold its row until the transaction ends.

    Raises:
        NotFound: it does not.
    """
    if tx.scalar(select(table.id).where(table.id == row_id, table.deleted_at.is_(None)).with_for_update()) is None:
        raise NotFound
