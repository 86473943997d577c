"""Who sees homework, who changes it, who assigns and grades it (CONTRACT section 7)."""

from functools import cache

from msgspec import Struct
from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, bindparam, case, exists, or_, select, true, union

from bilim.catalog.access import VIEWER, Visibility, is_visible, viewer, visibility_of
from bilim.catalog.models import Course
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import select_into
from bilim.groups.models import Group, Membership
from bilim.homework.models import Assignment, Homework
from bilim.kit.access import requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, NotFound
from bilim.study.models import Enrollment


def _its_course(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(Course.id).where(Course.id == Homework.course_id, *conditions))


IS_OFFERED = and_(
    Homework.deleted_at.is_(None),
    Homework.is_published,
    or_(Homework.course_id.is_(None), _its_course(is_visible(Visibility.ANYONE))),
)
"""Homework that its students may know of: neither draft nor deleted, nor of a course that was withdrawn."""

_OWN_GROUP = Homework.group_id.in_(select(Membership.group_id).where(Membership.student_id == VIEWER, Membership.left_at.is_(None)))
_OWN_COURSE = Homework.course_id.in_(select(Enrollment.course_id).where(Enrollment.user_id == VIEWER))
_ASSIGNED = Homework.id.in_(select(Assignment.homework_id).where(Assignment.user_id == VIEWER))
_WAYS = (_OWN_GROUP, _OWN_COURSE, _ASSIGNED)
"""How homework becomes somebody's. Each is found by an index; a query that has to choose among all asks for each by itself."""

IS_OWN = and_(IS_OFFERED, or_(*_WAYS))
"""Homework that the viewer is to do, and may hand in."""


def keys_of_own(*conditions: ColumnElement[bool]) -> Select[int]:
    """The ids of the homework that the viewer is to do, by id: a union, since an OR would be asked of every homework there is."""
    ids = union(*(select(Homework.id).where(IS_OFFERED, way, *conditions) for way in _WAYS)).subquery()
    return select(ids.c.id).order_by(ids.c.id)


def keys_of_group_homework() -> Select[int]:
    """The ids of the homework of the viewer's own group, by id."""
    return select(Homework.id).where(IS_OFFERED, _OWN_GROUP).order_by(Homework.id)


def whose(homework_id: int) -> CompoundSelect[int]:
    """The ids of those who are to do a piece of homework: its group's members, its course's learners, and whom it is assigned to."""
    members = select(Membership.student_id).join(Homework, Homework.group_id == Membership.group_id).where(Membership.left_at.is_(None))
    learners = select(Enrollment.user_id).join(Homework, Homework.course_id == Enrollment.course_id)
    assigned = select(Assignment.user_id).where(Assignment.homework_id == homework_id)
    return union(members.where(Homework.id == homework_id), learners.where(Homework.id == homework_id), assigned)


def is_known_to_staff(visibility: Visibility) -> ColumnElement[bool]:
    """Homework that staff know of: all but that of other teachers' courses that are not published."""
    there = Homework.deleted_at.is_(None)
    if visibility is Visibility.ADMIN:
        return and_(there, or_(Homework.course_id.is_(None), _its_course(is_visible(visibility))))
    return and_(
        there, or_(Homework.course_id.is_(None), _its_course(or_(is_visible(visibility), _is_author()), Course.deleted_at.is_(None)))
    )


def _is_author() -> ColumnElement[bool]:
    return Homework.created_by == VIEWER


@cache
def is_known(visibility: Visibility, *, is_teacher: bool) -> ColumnElement[bool]:
    """One piece of homework that the viewer may know of."""
    return is_known_to_staff(visibility) if is_teacher else IS_OWN


def may_manage(visibility: Visibility) -> ColumnElement[bool]:
    """Homework that the viewer, one of the staff, assigns and grades, and whose submissions they read.

    Its author, its course's instructor, any teacher where the group is active; an admin all.
    """
    if visibility is Visibility.ADMIN:
        return true()
    active = exists(select(Group.id).where(Group.id == Homework.group_id, Group.is_active, Group.deleted_at.is_(None)))
    return or_(_is_author(), _its_course(Course.instructor_id == VIEWER), active)


class HeldHomework(Struct):
    """The columns of locked homework that a change needs."""

    id: int
    group_id: int | None
    course_id: int | None
    lesson_id: int | None
    text: str | None
    file: str | None
    homework_type: str
    oral_assignment: object
    max_score: int
    created_by: int
    is_managed: bool
    """Whether the actor may assign and grade it."""


@cache
def _held(visibility: Visibility, *, shared: bool) -> PreparedSelection[HeldHomework]:
    """Homework that staff know of, locked until the transaction ends."""
    columns = select_into(
        HeldHomework,
        id=Homework.id,
        group_id=Homework.group_id,
        course_id=Homework.course_id,
        lesson_id=Homework.lesson_id,
        text=Homework.text,
        file=Homework.file,
        homework_type=Homework.homework_type,
        oral_assignment=Homework.oral_assignment,
        max_score=Homework.max_score,
        created_by=Homework.created_by,
        is_managed=case((may_manage(visibility), True), else_=False),
    )
    found = columns.where(Homework.id == bindparam("homework_id"), is_known_to_staff(visibility))
    return PreparedSelection(found.with_for_update(read=shared, of=Homework))


@requires(Role.TEACHER)
def lock_editable(tx: Tx, actor: Actor, homework_id: int) -> HeldHomework:
    """Lock homework that the actor may change: its author, or an admin. Nobody hands it in or grades it meanwhile.

    Raises:
        NotFound: there is none that the actor may know of.
        Forbidden: another author's.
    """
    held = tx.fetch_one(_held(visibility_of(actor), shared=False), viewer(actor, homework_id=homework_id))
    if not actor.is_admin and held.created_by != actor.id:
        raise Forbidden
    return held


@requires(Role.TEACHER)
def lock_managed(tx: Tx, actor: Actor, homework_id: int) -> HeldHomework:
    """Lock homework that the actor may assign and grade (see `may_manage`), so that it is not changed meanwhile.

    Raises:
        NotFound: there is none that the actor may know of.
        Forbidden: another teacher's.
    """
    held = tx.fetch_one(_held(visibility_of(actor), shared=True), viewer(actor, homework_id=homework_id))
    if not held.is_managed:
        raise Forbidden
    return held


@requires(Role.TEACHER)
def require_managed(tx: Tx, actor: Actor, homework_id: int) -> None:
    """Let the actor read what was handed in: whoever grades it.

    Raises:
        NotFound: there is no such homework that the actor may know of.
        Forbidden: another teacher's.
    """
    known = tx.first(_managed(visibility_of(actor)), viewer(actor, homework_id=homework_id))
    if known is None:
        raise NotFound
    if not known[0]:
        raise Forbidden


@signed_in
def is_managed(tx: Tx, actor: Actor, homework_id: int) -> bool:
    """Whether the actor grades a piece of homework, and so may read what was handed in."""
    return actor.is_teacher and bool(tx.scalar(_managed(visibility_of(actor)), viewer(actor, homework_id=homework_id)))


@cache
def _managed(visibility: Visibility) -> Prepared:
    known = (Homework.id == bindparam("homework_id"), is_known_to_staff(visibility))
    return Prepared(select(case((may_manage(visibility), True), else_=False)).where(*known))
