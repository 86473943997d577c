"""Reads of attendance, scores and work logs."""

from datetime import date, datetime, time

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import convert, nested, select_into
from bilim.groups.access import own_or_all, own_unless_staff
from bilim.groups.models import Group
from bilim.groups.queries import GROUP_REF, STUDENT_REF, GroupRef, StudentRef
from bilim.journal.models import Attendance, Score, WorkLog
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream

# `gc=False` below: rows form no cycles and lists of them are long, so the collector need not look at each.


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


def _time_of_day(moment: datetime) -> time:
    """A moment's time on the school's clock, to the second."""
    return moment.time().replace(microsecond=0)


_RECORD = (
    select_into(
        AttendanceView,
        id=Attendance.id,
        student=STUDENT_REF,
        group=GROUP_REF,
        status=Attendance.status,
        date=Attendance.date,
        time=convert(_time_of_day, Attendance.created_at),
        created_at=Attendance.created_at,
        updated_at=Attendance.updated_at,
    )
    .join(User, User.id == Attendance.student_id)
    .join(Group, Group.id == Attendance.group_id)
    .order_by(Attendance.id)
)
_RECORDS = own_or_all(_RECORD, Attendance.student_id)
_RECORDS_ON = PreparedSelection(
    _RECORD.where(Attendance.group_id == bindparam("group_id"), Attendance.date == bindparam("day", type_=Attendance.date.type))
)


@signed_in
def attendance(tx: Tx, actor: Actor, page: Page) -> RowStream[AttendanceView]:
    """All attendance, by id; to a student their own."""
    return paginate(tx, _RECORDS(actor), page, {"viewer_id": actor.id})


@requires(Role.TEACHER)
def attendance_today(tx: Tx, _actor: Actor, group_id: int) -> list[AttendanceView]:
    """A group's attendance of today, by id."""
    return tx.fetch_all(_RECORDS_ON, {"group_id": group_id, "day": tx.today})


@signed_in
def attendance_record(tx: Tx, actor: Actor, record_id: int) -> AttendanceView:
    """One record.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return tx.fetch_one(_RECORD.where(Attendance.id == record_id, own_unless_staff(actor, Attendance.student_id)))


_GIVER = aliased(User)
_SCORE = (
    select_into(
        ScoreView,
        id=Score.id,
        student=STUDENT_REF,
        group=GROUP_REF,
        score=Score.score,
        date=Score.date,
        given_by=nested(GiverRef, id=_GIVER.id, first_name=_GIVER.first_name, last_name=_GIVER.last_name),
        created_at=Score.created_at,
    )
    .join(User, User.id == Score.student_id)
    .join(Group, Group.id == Score.group_id)
    .join(_GIVER, _GIVER.id == Score.given_by)
    .order_by(Score.id)
)
_SCORES = own_or_all(_SCORE, Score.student_id)


@signed_in
def scores(tx: Tx, actor: Actor, page: Page) -> RowStream[ScoreView]:
    """All scores, by id; to a student their own."""
    return paginate(tx, _SCORES(actor), page, {"viewer_id": actor.id})


@signed_in
def score(tx: Tx, actor: Actor, score_id: int) -> ScoreView:
    """One score.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return tx.fetch_one(_SCORE.where(Score.id == score_id, own_unless_staff(actor, Score.student_id)))


_WORK_LOG = select_into(
    WorkLogView,
    id=WorkLog.id,
    employee=WorkLog.employee_id,
    date=WorkLog.date,
    status=WorkLog.status,
    note=WorkLog.note,
    created_at=WorkLog.created_at,
).order_by(WorkLog.id)
_WORK_LOGS = ListQuery(_WORK_LOG)


@requires(Role.TEACHER)
def work_logs(tx: Tx, _actor: Actor, page: Page) -> RowStream[WorkLogView]:
    """All work logs, by id."""
    return paginate(tx, _WORK_LOGS, page)


@requires(Role.TEACHER)
def work_log(tx: Tx, _actor: Actor, log_id: int) -> WorkLogView:
    """One work log.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_WORK_LOG.where(WorkLog.id == log_id))


_IS_EMPLOYEE = (User.role == Role.TEACHER) & User.deleted_at.is_(None) & User.is_active
_PRESENT = (
    select(func.count(WorkLog.id))
    .join(User, User.id == WorkLog.employee_id)
    .where(WorkLog.date == bindparam("day", type_=WorkLog.date.type), _IS_EMPLOYEE)
)
_EMPLOYEES = Prepared(select(_PRESENT.scalar_subquery(), select(func.count(User.id)).where(_IS_EMPLOYEE).scalar_subquery()))


@internal
def employees(tx: Tx) -> tuple[int, int]:
    """How many employees worked today, and how many there are. Owners and closed accounts are not counted (CONTRACT sections 7 and 8)."""
    present, all_employees = tx.first(_EMPLOYEES, {"day": tx.today})
    return present, all_employees
