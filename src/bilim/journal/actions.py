"""Writes of attendance and scores, and of the days on which employees worked."""

from typing import Any

from msgspec import UnsetType
from sqlalchemy import bindparam, delete, literal, select, update
from sqlalchemy.exc import IntegrityError

from bilim.accounts.models import User
from bilim.db.engine import INSERTING, Tx, violates
from bilim.db.prepared import Prepared
from bilim.groups import access
from bilim.groups.models import Group, Membership
from bilim.journal import rules
from bilim.journal.inputs import MarkChanges, MarkInput, RegisterInput, ScoreChanges, ScoreInput
from bilim.journal.models import Attendance, Score, WorkLog
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest, Invalid, NotFound
from bilim.kit.inputs import sent_fields

_ABSENT = "kelmadi"


@requires(Role.TEACHER)
def mark_attendance(tx: Tx, actor: Actor, mark: MarkInput) -> int:
    """Record whether a student came today; return the record's id. The group need not be the student's: guests count too.

    Raises:
        Invalid: no student, no active group, or already recorded today.
    """
    columns = sent_fields(mark)
    access.require_known(tx, student_id=columns["student_id"], group_id=columns["group_id"])
    made = {"date": tx.today, "marked_by": actor.id, "created_at": tx.now, "updated_at": tx.now}
    try:
        with tx.savepoint():
            record_id = tx.insert(Attendance, **columns, **made)
    except IntegrityError as error:
        raise _already_marked(error) from None
    note_presence(tx, actor)
    return record_id


def _already_marked(error: IntegrityError) -> Exception:
    """The error for a record that exists already; an error of any other constraint is returned unchanged."""
    columns = ("attendance.student_id", "attendance.group_id", "attendance.date")
    return Invalid(non_field_errors="already_marked") if violates(error, "uq_attendance_student_id", *columns) else error


@requires(Role.TEACHER)
def open_register(tx: Tx, actor: Actor, register: RegisterInput) -> int:
    """Record every student of a group as absent today who has no record yet; return how many had none.

    Parallel calls make one record a student: the database refuses the second. Closed accounts are not marked.

    Raises:
        BadRequest: no active group; or an employee calls on a day or at an hour without a lesson of the group.
    """
    group = tx.first(_LESSON, {"group_id": register.group_id})
    if group is None:
        raise BadRequest("group_not_found")
    days, start, end = group
    if not actor.is_admin and (problem := rules.no_lesson_now(days, start, end, tx.local_now)):
        raise BadRequest(problem.code, **problem.params)
    made = tx.run(_MARK[tx.dialect], {"group_id": register.group_id, "actor_id": actor.id, "today": tx.today, "now": tx.now})
    if made:
        note_presence(tx, actor)
    return made


_LESSON = Prepared(
    select(Group.days, Group.start_time, Group.end_time)
    .where(Group.id == bindparam("group_id"), Group.deleted_at.is_(None), Group.is_active)
    .with_for_update(read=True)
)


def _mark(insert: Any) -> Prepared:
    """The statement that marks those of a group as absent who are not marked yet."""
    now = bindparam("now", type_=Attendance.created_at.type)
    columns = {
        "student_id": Membership.student_id,
        "group_id": Membership.group_id,
        "status": literal(_ABSENT),
        "date": bindparam("today", type_=Attendance.date.type),
        "marked_by": bindparam("actor_id", type_=Attendance.marked_by.type),
        "created_at": now,
        "updated_at": now,
    }
    absent = (
        select(*columns.values())
        .join(User, User.id == Membership.student_id)
        .where(Membership.group_id == bindparam("group_id"), Membership.left_at.is_(None), access.is_open_student())
        .order_by(Membership.student_id)  # parallel calls wait for each other in one order
    )
    return Prepared(insert(Attendance.__table__).inline().from_select(list(columns), absent).on_conflict_do_nothing())


_MARK = {dialect: _mark(insert) for dialect, insert in INSERTING.items()}


@requires(Role.TEACHER)
def change_attendance(tx: Tx, _actor: Actor, record_id: int, changes: MarkChanges) -> None:
    """Change a record: its status, or whom and what it is about. Its date stays.

    Raises:
        NotFound: there is none.
        Invalid: see `mark_attendance`.
    """
    _lock_to_change(tx, Attendance, record_id, changes)
    try:
        with tx.savepoint():
            tx.execute(update(Attendance).where(Attendance.id == record_id).values(**sent_fields(changes), updated_at=tx.now))
    except IntegrityError as error:
        raise _already_marked(error) from None


@requires(Role.ADMIN)
def delete_attendance(tx: Tx, _actor: Actor, record_id: int) -> None:
    """Delete a record.

    Raises:
        NotFound: there is none.
    """
    _delete(tx, Attendance, record_id)


@requires(Role.TEACHER)
def give_score(tx: Tx, actor: Actor, given: ScoreInput) -> int:
    """Give a student points in a group; return the score's id. The group need not be the student's.

    Raises:
        Invalid: no student, or no active group.
    """
    columns = sent_fields(given)
    access.require_known(tx, student_id=columns["student_id"], group_id=columns["group_id"])
    made = {"date": tx.today, "given_by": actor.id, "created_at": tx.now, "updated_at": tx.now}
    score_id = tx.insert(Score, **columns, **made)
    note_presence(tx, actor)
    return score_id


@requires(Role.TEACHER)
def change_score(tx: Tx, _actor: Actor, score_id: int, changes: ScoreChanges) -> None:
    """Change a score; who gave it and when stays.

    Raises:
        NotFound: there is none.
        Invalid: no student, or no active group.
    """
    _lock_to_change(tx, Score, score_id, changes)
    tx.execute(update(Score).where(Score.id == score_id).values(**sent_fields(changes), updated_at=tx.now))


@requires(Role.ADMIN)
def delete_score(tx: Tx, _actor: Actor, score_id: int) -> None:
    """Delete a score.

    Raises:
        NotFound: there is none.
    """
    _delete(tx, Score, score_id)


@internal
def note_presence(tx: Tx, actor: Actor) -> None:
    """Record that an employee worked today; owners have no work logs (document 002, section 15; CONTRACT section 8).

    Call it only where something was recorded.
    """
    if actor.role is not Role.TEACHER:
        return
    log = {"employee_id": actor.id, "date": tx.today, "status": True, "created_at": tx.now}
    tx.execute(tx.inserting(WorkLog).values(**log).on_conflict_do_nothing())


def _lock_to_change(tx: Tx, table: type[Attendance | Score], row_id: int, changes: MarkChanges | ScoreChanges) -> None:
    """Lock a record and check its new student and group.

    A student who was deleted and a group that was closed since may stay, so that a record can be sent back as it came; they may not be
    newly chosen.

    Raises:
        NotFound: there is none.
        Invalid: no student, or no active group.
    """
    current = tx.first(select(table.student_id, table.group_id).where(table.id == row_id).with_for_update())
    if current is None:
        raise NotFound
    student_id, group_id = current
    access.require_known(tx, student_id=_newly_chosen(changes.student_id, student_id), group_id=_newly_chosen(changes.group_id, group_id))


def _newly_chosen(sent: int | UnsetType, current: int) -> int | None:
    return None if isinstance(sent, UnsetType) or sent == current else sent


def _delete(tx: Tx, table: type[Attendance | Score], row_id: int) -> None:
    if not tx.execute(delete(table).where(table.id == row_id)).rowcount:
        raise NotFound
