"""Reads of subjects and groups."""

from datetime import datetime, time
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select

from bilim.accounts.models import User
from bilim.centre.access import is_student
from bilim.centre.models import Group, Membership, Score, Subject
from bilim.db.engine import Query, Tx
from bilim.db.prepared import ListQuery
from bilim.homework.models import Homework
from bilim.kit.money import to_text
from bilim.kit.paging import Flow, Page


class SubjectView(Struct):
    """A subject."""

    id: int
    name: str
    created_at: datetime


class GroupView(Struct):
    """A group with its figures; `monthly_price` is UZS with two digits."""

    id: int
    name: str
    description: str | None
    subject: int
    subject_name: str
    is_active: bool
    days: str | None
    start_time: time | None
    end_time: time | None
    monthly_price: str | None
    created_at: datetime
    group_total_score: int
    students_count: int
    homework_count: int


class RatedGroup(Struct):
    """A group's place among the active ones; equal sums share a rank, and the next rank counts them all (1, 2, 2, 4)."""

    id: int
    name: str
    subject_name: str
    total_score: int
    rank: int
    students_count: int


_SUBJECTS = select(Subject.id, Subject.name, Subject.created_at).where(Subject.deleted_at.is_(None)).order_by(Subject.id)

_ALL_SUBJECTS = ListQuery(_SUBJECTS)


def subjects(tx: Tx, page: Page) -> Flow[SubjectView]:
    """All subjects, by id."""
    return tx.flow(_ALL_SUBJECTS, SubjectView, page)


def subject(tx: Tx, subject_id: int) -> SubjectView:
    """One subject.

    Raises:
        NotFound: there is none.
    """
    return tx.one(_SUBJECTS.where(Subject.id == subject_id), SubjectView)


def _of_group(counted: Query) -> ColumnElement[int]:
    return func.coalesce(counted.correlate(Group).scalar_subquery(), 0)


_TOTAL_SCORE = _of_group(select(func.sum(Score.score)).where(Score.group_id == Group.id))
_STUDENTS_COUNT = _of_group(
    select(func.count())
    .select_from(Membership)
    .join(User, User.id == Membership.student_id)
    .where(Membership.group_id == Group.id, Membership.left_at.is_(None), is_student())
)
_HOMEWORK_COUNT = _of_group(select(func.count()).select_from(Homework).where(Homework.group_id == Group.id))

_GROUPS = (
    select(
        Group.id,
        Group.name,
        Group.description,
        Group.subject_id,
        Subject.name,
        Group.is_active,
        Group.days,
        Group.start_time,
        Group.end_time,
        Group.monthly_price,
        Group.created_at,
        _TOTAL_SCORE,
        _STUDENTS_COUNT,
        _HOMEWORK_COUNT,
    )
    .join(Subject, Subject.id == Group.subject_id)
    .where(Group.deleted_at.is_(None))
    .order_by(Group.id)
)

_ALL_GROUPS = ListQuery(_GROUPS)


def _group_view(*columns: Any) -> GroupView:
    view = GroupView(*columns)
    if columns[9] is not None:
        view.monthly_price = to_text(columns[9])
    return view


def groups(tx: Tx, page: Page) -> Flow[GroupView]:
    """All groups, active or not, by id."""
    return tx.flow(_ALL_GROUPS, _group_view, page)


def group(tx: Tx, group_id: int) -> GroupView:
    """One group.

    Raises:
        NotFound: there is none.
    """
    return tx.one(_GROUPS.where(Group.id == group_id), _group_view)


_TOTALS = (
    select(Group.id, Group.name, Subject.name.label("subject_name"), _TOTAL_SCORE.label("total"), _STUDENTS_COUNT.label("students"))
    .join(Subject, Subject.id == Group.subject_id)
    .where(Group.deleted_at.is_(None), Group.is_active)
    .cte("totals")
    .prefix_with("MATERIALIZED")  # SQLite would sum anew wherever the sum is named
)
_PLACE = func.rank().over(order_by=_TOTALS.c.total.desc())
_RATING = ListQuery(
    select(_TOTALS.c.id, _TOTALS.c.name, _TOTALS.c.subject_name, _TOTALS.c.total, _PLACE, _TOTALS.c.students).order_by(
        _TOTALS.c.total.desc(), _TOTALS.c.id
    ),
    count=select(func.count(Group.id)).where(Group.deleted_at.is_(None), Group.is_active),
)


def rating(tx: Tx, page: Page) -> Flow[RatedGroup]:
    """The active groups by the sum of the scores given in them, the best first."""
    return tx.flow(_RATING, RatedGroup, page)
