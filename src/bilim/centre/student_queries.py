"""Reads of students and their rating."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from bilim.accounts.models import User
from bilim.centre.access import is_of_the_centre, is_student, own_unless_staff
from bilim.centre.models import Group, Membership, Score
from bilim.db.engine import Tx
from bilim.db.prepared import ListQuery, Prepared
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Flow, Page

# `gc=False` below: rows form no cycles and lists of them are long, so the collector need not look at each.


class GroupRef(Struct, gc=False):
    """A group by name."""

    id: int
    name: str


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


_ALL_SCORE = func.coalesce(select(func.sum(Score.score)).where(Score.student_id == User.id).correlate(User).scalar_subquery(), 0)

_STUDENTS = (
    select(
        User.id,
        User.username,
        User.first_name,
        User.last_name,
        User.phone,
        User.parent_phone,
        User.telegram_id,
        User.role,
        Group.id,
        Group.name,
        _ALL_SCORE,
        User.created_at,
    )
    .outerjoin(Membership, (Membership.student_id == User.id) & Membership.left_at.is_(None))
    .outerjoin(Group, Group.id == Membership.group_id)
    .order_by(User.id)
)


def _student_view(*columns: Any) -> StudentView:
    group_id, group_name, all_score, created_at = columns[8:]
    group = None if group_id is None else GroupRef(group_id, group_name)
    return StudentView(*columns[:8], group=group, all_score=all_score, created_at=created_at)


def students(tx: Tx, actor: Actor, group_id: int | None, page: Page) -> Flow[StudentView]:
    """The centre's students, by id, or those of a group; to a student only themselves."""
    listing = _students(of_centre=actor.is_teacher, of_group=group_id is not None)
    return tx.flow(listing, _student_view, page, {"viewer_id": actor.id, "group_id": group_id})


@cache
def _students(*, of_centre: bool, of_group: bool) -> ListQuery:
    whose = is_of_the_centre() if of_centre else is_student() & (User.id == bindparam("viewer_id"))
    if of_group:
        return ListQuery(_STUDENTS.where(whose, Group.id == bindparam("group_id")))
    return ListQuery(_STUDENTS.where(whose), count=select(func.count(User.id)).where(whose))


def student(tx: Tx, actor: Actor, student_id: int) -> StudentView:
    """One student; staff may read every learner, so that they can bring one into a group.

    Raises:
        NotFound: there is none, or the actor may not know of them.
    """
    query = _STUDENTS.where(User.id == student_id, is_student(), own_unless_staff(actor, User.id))
    return tx.one(query, _student_view)


_TOTAL = func.coalesce(
    select(func.sum(Score.score))
    .where(Score.group_id == Membership.group_id, Score.student_id == Membership.student_id)
    .correlate(Membership)
    .scalar_subquery(),
    0,
)


_TOTALS = (
    select(Membership.student_id, _TOTAL.label("total"))
    .where(Membership.group_id == bindparam("group_id"), Membership.left_at.is_(None))
    .cte("totals")
    .prefix_with("MATERIALIZED")  # as in `queries`
)
_RATING = ListQuery(
    select(
        User.id,
        User.username,
        User.first_name,
        User.last_name,
        _TOTALS.c.total,
        func.rank().over(order_by=_TOTALS.c.total.desc()),
    )
    .join(_TOTALS, _TOTALS.c.student_id == User.id)
    .where(is_student())
    .order_by(_TOTALS.c.total.desc(), User.id),
    count=select(func.count(User.id))
    .join(Membership, Membership.student_id == User.id)
    .where(Membership.group_id == bindparam("group_id"), Membership.left_at.is_(None), is_student()),
)
_GROUP_NAME = Prepared(select(Group.name).where(Group.id == bindparam("group_id"), Group.deleted_at.is_(None)))


def rating(tx: Tx, group_id: int, page: Page) -> Flow[RatedStudent]:
    """A group's students by the sum of the scores they were given in it, the best first.

    Raises:
        NotFound: there is no such group.
    """
    name = tx.scalar(_GROUP_NAME, {"group_id": group_id})
    if name is None:
        raise NotFound
    return tx.flow(_RATING, lambda *columns: RatedStudent(*columns, group_name=name), page, {"group_id": group_id})
