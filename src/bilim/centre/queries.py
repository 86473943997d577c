"""Reads of groups and students with their figures, and their ratings."""

from datetime import datetime, time
from decimal import Decimal
from functools import cache
from itertools import chain

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, func, select

from bilim.accounts.models import User
from bilim.db.engine import Query, Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared
from bilim.db.select_into import nested_or_none, select_into, uzs
from bilim.groups.access import is_open_student, is_or_was_of_the_centre, is_student, own_unless_staff
from bilim.groups.models import Group, Membership, Subject
from bilim.groups.queries import GroupRef
from bilim.homework.models import Homework
from bilim.journal.models import Score
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import BadRequest, NotFound
from bilim.kit.paging import Page, RowStream

# `gc=False` below: rows form no cycles and lists of them are long, so the collector need not look at each.


class GroupView(Struct, gc=False):
    """A group with its figures: the sum of the scores given in it, and how many students (without closed accounts) and homework it has."""

    id: int
    name: str
    description: str | None
    subject_id: int
    subject_name: str
    is_active: bool
    days: str | None
    start_time: time | None
    end_time: time | None
    monthly_price: Decimal | None
    created_at: datetime
    total_score: int
    students_count: int
    homework_count: int


class RatedGroup(Struct, gc=False):
    """A group's place among the active ones; equal sums share a rank, and the next rank counts them all (1, 2, 2, 4)."""

    id: int
    name: str
    subject_name: str
    total_score: int
    rank: int
    students_count: int


class StudentView(Struct, gc=False):
    """A student; `all_score` is the sum of all their scores, in whatever group."""

    id: int
    username: str
    first_name: str
    last_name: str
    phone: str | None
    parent_phone: str | None
    telegram_id: str | None
    role: str
    group: GroupRef | None
    all_score: int
    created_at: datetime


class RatedStudent(Struct, gc=False):
    """A student's place in a group; equal sums share a rank, and the next rank counts them all (1, 2, 2, 4)."""

    id: int
    username: str
    first_name: str
    last_name: str
    total_score: int
    rank: int
    group_name: str


def _of_group(counted: Query) -> ColumnElement[int]:
    return func.coalesce(counted.correlate(Group).scalar_subquery(), 0)


_TOTAL_SCORE = _of_group(select(func.sum(Score.score)).where(Score.group_id == Group.id))
_STUDENTS_COUNT = _of_group(
    select(func.count())
    .select_from(Membership)
    .join(User, User.id == Membership.student_id)
    .where(Membership.group_id == Group.id, Membership.left_at.is_(None), is_open_student())
)
_HOMEWORK_COUNT = _of_group(
    select(func.count()).select_from(Homework).where(Homework.group_id == Group.id, Homework.is_published, Homework.deleted_at.is_(None))
)

_GROUP = (
    select_into(
        GroupView,
        id=Group.id,
        name=Group.name,
        description=Group.description,
        subject_id=Group.subject_id,
        subject_name=Subject.name,
        is_active=Group.is_active,
        days=Group.days,
        start_time=Group.start_time,
        end_time=Group.end_time,
        monthly_price=uzs(Group.monthly_price),
        created_at=Group.created_at,
        total_score=_TOTAL_SCORE,
        students_count=_STUDENTS_COUNT,
        homework_count=_HOMEWORK_COUNT,
    )
    .join(Subject, Subject.id == Group.subject_id)
    .where(Group.deleted_at.is_(None))
    .order_by(Group.id)
)
_GROUPS = ListQuery(_GROUP)


@signed_in
def groups(tx: Tx, _actor: Actor, page: Page) -> RowStream[GroupView]:
    """All groups, active or not, by id."""
    return paginate(tx, _GROUPS, page)


@signed_in
def group(tx: Tx, _actor: Actor, group_id: int) -> GroupView:
    """One group.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_GROUP.where(Group.id == group_id))


_GROUP_TOTALS = (
    select(Group.id, Group.name, Subject.name.label("subject_name"), _TOTAL_SCORE.label("total"), _STUDENTS_COUNT.label("students"))
    .join(Subject, Subject.id == Group.subject_id)
    .where(Group.deleted_at.is_(None), Group.is_active)
    .cte("totals")
    .prefix_with("MATERIALIZED")  # else SQLite computes the sum again wherever it is named
)
_RATED_GROUPS = ListQuery(
    select_into(
        RatedGroup,
        id=_GROUP_TOTALS.c.id,
        name=_GROUP_TOTALS.c.name,
        subject_name=_GROUP_TOTALS.c.subject_name,
        total_score=_GROUP_TOTALS.c.total,
        rank=func.rank().over(order_by=_GROUP_TOTALS.c.total.desc()),
        students_count=_GROUP_TOTALS.c.students,
    ).order_by(_GROUP_TOTALS.c.total.desc(), _GROUP_TOTALS.c.id),
    count=select(func.count(Group.id)).where(Group.deleted_at.is_(None), Group.is_active),
)


@signed_in
def rated_groups(tx: Tx, _actor: Actor, page: Page) -> RowStream[RatedGroup]:
    """The active groups by the sum of the scores given in them, the best first."""
    return paginate(tx, _RATED_GROUPS, page)


_ALL_SCORE = func.coalesce(select(func.sum(Score.score)).where(Score.student_id == User.id).correlate(User).scalar_subquery(), 0)
_STUDENT = (
    select_into(
        StudentView,
        id=User.id,
        username=User.username,
        first_name=User.first_name,
        last_name=User.last_name,
        phone=User.phone,
        parent_phone=User.parent_phone,
        telegram_id=User.telegram_id,
        role=User.role,
        group=nested_or_none(GroupRef, id=Group.id, name=Group.name),
        all_score=_ALL_SCORE,
        created_at=User.created_at,
    )
    .outerjoin(Membership, (Membership.student_id == User.id) & Membership.left_at.is_(None))
    .outerjoin(Group, Group.id == Membership.group_id)
    .order_by(User.id)
)


@signed_in
def students(tx: Tx, actor: Actor, group_id: int | None, page: Page) -> RowStream[StudentView]:
    """The centre's students, by id, or those of a group; closed accounts too. To a student only themselves."""
    query = _students(of_centre=actor.is_teacher, of_group=group_id is not None)
    return paginate(tx, query, page, {"viewer_id": actor.id, "group_id": group_id})


@cache
def _students(*, of_centre: bool, of_group: bool) -> ListQuery[StudentView]:
    whose = is_or_was_of_the_centre() if of_centre else is_student() & (User.id == bindparam("viewer_id"))
    if of_group:
        return ListQuery(_STUDENT.where(whose, Group.id == bindparam("group_id")))
    return ListQuery(_STUDENT.where(whose), count=select(func.count(User.id)).where(whose))


@signed_in
def student(tx: Tx, actor: Actor, student_id: int) -> StudentView:
    """One student; staff may read every learner, so that they can bring one into a group.

    Raises:
        NotFound: there is none, or the actor may not know of them.
    """
    return tx.fetch_one(_STUDENT.where(User.id == student_id, is_student(), own_unless_staff(actor, User.id)))


_GROUP_ID = bindparam("group_id", type_=Group.id.type)
_TOTAL_IN_GROUP = func.coalesce(
    select(func.sum(Score.score))
    .where(Score.group_id == Membership.group_id, Score.student_id == Membership.student_id)
    .correlate(Membership)
    .scalar_subquery(),
    0,
)
_STUDENT_TOTALS = (
    select(Membership.student_id, _TOTAL_IN_GROUP.label("total"))
    .where(Membership.group_id == _GROUP_ID, Membership.left_at.is_(None))
    .cte("totals")
    .prefix_with("MATERIALIZED")  # as above
)
_PRESENT_GROUP = select(Group.name).where(Group.id == _GROUP_ID, Group.deleted_at.is_(None))
_RATED_STUDENTS = ListQuery(
    select_into(
        RatedStudent,
        id=User.id,
        username=User.username,
        first_name=User.first_name,
        last_name=User.last_name,
        total_score=_STUDENT_TOTALS.c.total,
        rank=func.rank().over(order_by=_STUDENT_TOTALS.c.total.desc()),
        group_name=_PRESENT_GROUP.scalar_subquery(),  # found once, not for each row
    )
    .join(_STUDENT_TOTALS, _STUDENT_TOTALS.c.student_id == User.id)
    .where(is_open_student())
    .order_by(_STUDENT_TOTALS.c.total.desc(), User.id),
    count=select(func.count(User.id))
    .join(Membership, Membership.student_id == User.id)
    .where(Membership.group_id == _GROUP_ID, Membership.left_at.is_(None), is_open_student()),
)
_GROUP_NAME = Prepared(_PRESENT_GROUP)


@signed_in
def rated_students(tx: Tx, _actor: Actor, group_id: int | None, page: Page) -> RowStream[RatedStudent]:
    """A group's students by the sum of the scores they were given in it, the best first. Closed accounts are not rated.

    Raises:
        BadRequest: no group is named.
        NotFound: there is no such group.
    """
    if group_id is None:
        raise BadRequest("group_id_needed")
    wanted = {"group_id": group_id}
    found = paginate(tx, _RATED_STUDENTS, page, wanted)
    first = next(found.batches, [])
    if not first and tx.scalar(_GROUP_NAME, wanted) is None:  # asked only where nobody is rated: a deleted group has no students
        raise NotFound
    return RowStream(chain([first], found.batches), found.total, found.page)
