"""Who is a student of the centre, and which records the actor may see."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, exists, or_, select, true
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery
from bilim.db.select_into import Selection
from bilim.groups.models import Group, Membership, Subject
from bilim.kit.access import internal
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid, NotFound, unknown, unknown_id

S = TypeVar("S", bound=Struct)

_ANY_MEMBERSHIP = aliased(Membership)
"""Apart from the membership that a query may be about."""


def is_student() -> ColumnElement[bool]:
    """People whom records may name: of the role student and not deleted. An account that an admin closed keeps its records."""
    return (User.role == Role.STUDENT) & User.deleted_at.is_(None)


def is_open_student() -> ColumnElement[bool]:
    """Students who are counted and rated, and marked with their group: a closed account is not (CONTRACT section 7)."""
    return is_student() & User.is_active


def is_or_was_of_the_centre() -> ColumnElement[bool]:
    """Students who have or had a group or were made by staff: not every online learner (CONTRACT section 1). Closed accounts too."""
    belonged = exists(select(_ANY_MEMBERSHIP.id).where(_ANY_MEMBERSHIP.student_id == User.id))
    return is_student() & or_(User.made_by_staff, belonged)


def is_of_the_centre() -> ColumnElement[bool]:
    """The centre's students to whom messages may be written: no closed accounts."""
    return is_or_was_of_the_centre() & User.is_active


def own_unless_staff(actor: Actor, owner: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Records that the actor may see: staff all, students their own."""
    return true() if actor.is_teacher else owner == actor.id


def own_or_all(selection: Selection[S], owner: SQLColumnExpression[int]) -> Callable[[Actor], ListQuery[S]]:
    """A list of which staff see all and students their own: the one for an actor, whose id is its parameter `viewer_id`."""
    all_rows, own = ListQuery(selection), ListQuery(selection.where(owner == bindparam("viewer_id")))
    return lambda actor: all_rows if actor.is_teacher else own


@internal
def require_known(tx: Tx, *, student_id: int | None = None, group_id: int | None = None, closed_too: bool = False) -> None:
    """Check that an input's student and group exist; the group must be active, unless closed ones count too.

    The group's row is locked until the transaction ends, so that it is not closed or deleted meanwhile.

    Raises:
        Invalid: naming `student_id`, `group_id` or both.
    """
    wrong: FieldProblems = {}
    if student_id is not None and tx.scalar(select(User.id).where(User.id == student_id, is_student())) is None:
        wrong["student_id"] = [unknown_id(student_id)]
    if group_id is not None:
        known = select(Group.id).where(Group.id == group_id, Group.deleted_at.is_(None))
        if not closed_too:
            known = known.where(Group.is_active)
        if tx.scalar(known.with_for_update(read=True)) is None:
            wrong["group_id"] = [unknown_id(group_id)]
    if wrong:
        raise Invalid(wrong)


@internal
def require_subject(tx: Tx, subject_id: int) -> None:
    """Check that an input's subject exists. Its row is locked until the transaction ends, so that it is not deleted meanwhile.

    Raises:
        Invalid: naming `subject_id`.
    """
    known = select(Subject.id).where(Subject.id == subject_id, Subject.deleted_at.is_(None))
    if tx.scalar(known.with_for_update(read=True)) is None:
        raise unknown("subject_id", subject_id)


@internal
def lock(tx: Tx, table: type[Group | Subject], row_id: int) -> None:
    """Check that a group (active or not) or a subject exists, and lock its row until the transaction ends.

    Raises:
        NotFound: it does not.
    """
    if tx.scalar(select(table.id).where(table.id == row_id, table.deleted_at.is_(None)).with_for_update()) is None:
        raise NotFound
