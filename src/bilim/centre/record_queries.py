"""Reads of attendance, scores and work logs."""

from datetime import date, datetime, time
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.centre.access import own_or_all, own_unless_staff
from bilim.centre.models import Attendance, Group, Score, WorkLog
from bilim.centre.student_queries import GroupRef
from bilim.db.engine import Tx
from bilim.db.prepared import ListQuery, Prepared
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Flow, Page

# `gc=False` below: rows form no cycles and lists of them are long, so the collector need not look at each.


class StudentRef(Struct, gc=False):
    """A student by name."""

    id: int
    first_name: str
    last_name: str
    username: str


class GiverRef(Struct, gc=False):
    """Who gave a score."""

    id: int
    first_name: str
    last_name: str


class AttendanceView(Struct, gc=False):
    """Whether a student came; `date` and `time` are the school's."""

    id: int
    student: StudentRef
    group: GroupRef
    status: str
    date: date
    time: time
    created_at: datetime
    updated_at: datetime


class ScoreView(Struct, gc=False):
    """A score."""

    id: int
    student: StudentRef
    group: GroupRef
    score: int
    date: date
    given_by: GiverRef
    created_at: datetime


class WorkLogView(Struct, gc=False):
    """A day on which an employee worked."""

    id: int
    employee: int
    date: date
    status: bool
    note: str | None
    created_at: datetime


_STUDENT = (User.id, User.first_name, User.last_name, User.username)

_ATTENDANCE = (
    select(
        Attendance.id,
        *_STUDENT,
        Group.id,
        Group.name,
        Attendance.status,
        Attendance.date,
        Attendance.created_at,
        Attendance.updated_at,
    )
    .join(User, User.id == Attendance.student_id)
    .join(Group, Group.id == Attendance.group_id)
    .order_by(Attendance.id)
)
_ATTENDANCE_SEEN = own_or_all(_ATTENDANCE, Attendance.student_id)
_ATTENDANCE_ON = Prepared(
    _ATTENDANCE.where(Attendance.group_id == bindparam("group_id"), Attendance.date == bindparam("day", type_=Attendance.date.type))
)


def _attendance_view(
    record_id: int,
    student_id: int,
    first_name: str,
    last_name: str,
    username: str,
    group_id: int,
    group_name: str,
    status: str,
    day: date,
    created_at: datetime,
    updated_at: datetime,
) -> AttendanceView:
    marked = created_at.time().replace(microsecond=0)
    student, group = StudentRef(student_id, first_name, last_name, username), GroupRef(group_id, group_name)
    return AttendanceView(record_id, student, group, status, day, marked, created_at, updated_at)


def attendance(tx: Tx, actor: Actor, page: Page) -> Flow[AttendanceView]:
    """All attendance, by id; to a student their own."""
    return tx.flow(_ATTENDANCE_SEEN(actor), _attendance_view, page, {"viewer_id": actor.id})


def attendance_on(tx: Tx, group_id: int, day: date) -> list[AttendanceView]:
    """A group's attendance on a day, by id."""
    return tx.rows(_ATTENDANCE_ON, _attendance_view, {"group_id": group_id, "day": day})


def attendance_record(tx: Tx, actor: Actor, record_id: int) -> AttendanceView:
    """One record.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    query = _ATTENDANCE.where(Attendance.id == record_id, own_unless_staff(actor, Attendance.student_id))
    return tx.one(query, _attendance_view)


_GIVER = aliased(User)
_SCORES = (
    select(
        Score.id,
        *_STUDENT,
        Group.id,
        Group.name,
        Score.score,
        Score.date,
        _GIVER.id,
        _GIVER.first_name,
        _GIVER.last_name,
        Score.created_at,
    )
    .join(User, User.id == Score.student_id)
    .join(Group, Group.id == Score.group_id)
    .join(_GIVER, _GIVER.id == Score.given_by)
    .order_by(Score.id)
)
_SCORES_SEEN = own_or_all(_SCORES, Score.student_id)


def _score_view(*columns: Any) -> ScoreView:
    student, group, giver = StudentRef(*columns[1:5]), GroupRef(*columns[5:7]), GiverRef(*columns[9:12])
    return ScoreView(columns[0], student, group, columns[7], columns[8], giver, columns[12])


def scores(tx: Tx, actor: Actor, page: Page) -> Flow[ScoreView]:
    """All scores, by id; to a student their own."""
    return tx.flow(_SCORES_SEEN(actor), _score_view, page, {"viewer_id": actor.id})


def score(tx: Tx, actor: Actor, score_id: int) -> ScoreView:
    """One score.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return tx.one(_SCORES.where(Score.id == score_id, own_unless_staff(actor, Score.student_id)), _score_view)


_WORK_LOGS = select(WorkLog.id, WorkLog.employee_id, WorkLog.date, WorkLog.status, WorkLog.note, WorkLog.created_at).order_by(WorkLog.id)

_ALL_WORK_LOGS = ListQuery(_WORK_LOGS)


def work_logs(tx: Tx, page: Page) -> Flow[WorkLogView]:
    """All work logs, by id."""
    return tx.flow(_ALL_WORK_LOGS, WorkLogView, page)


def work_log(tx: Tx, log_id: int) -> WorkLogView:
    """One work log.

    Raises:
        NotFound: there is none.
    """
    return tx.one(_WORK_LOGS.where(WorkLog.id == log_id), WorkLogView)


_PRESENT = (
    select(func.count(WorkLog.id))
    .join(User, User.id == WorkLog.employee_id)
    .where(WorkLog.date == bindparam("day", type_=WorkLog.date.type), User.role == Role.TEACHER, User.deleted_at.is_(None))
)
_ALL_EMPLOYEES = select(func.count(User.id)).where(User.role == Role.TEACHER, User.deleted_at.is_(None))
_EMPLOYEES = Prepared(select(_PRESENT.scalar_subquery(), _ALL_EMPLOYEES.scalar_subquery()))


def employees(tx: Tx) -> tuple[int, int]:
    """How many employees worked today, and how many there are; owners are not counted (CONTRACT section 8)."""
    present, everyone = tx.first(_EMPLOYEES, {"day": tx.today})
    return present, everyone
