"""Writes of attendance and scores, and of the days on which employees worked."""

from typing import Any

from sqlalchemy import bindparam, delete, literal, select, update
from sqlalchemy.exc import IntegrityError

from bilim.accounts.models import User
from bilim.centre import access, rules
from bilim.centre.models import Attendance, Group, Membership, Score, WorkLog
from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest, Invalid, NotFound

NO_SUCH_GROUP = "Guruh topilmadi yoki faol emas."
ALREADY_MARKED = "Bu oʻquvchining shu guruhdagi bugungi davomati allaqachon belgilangan."
ABSENT = "kelmadi"

_COLUMNS = {"student": "student_id", "group": "group_id"}


def mark(tx: Tx, actor: Actor, *, student_id: int, group_id: int, status: str) -> int:
    """Record whether a student came today. The group need not be the student's: guests count too.

    Raises:
        Invalid: no student, no active group, or already recorded today.
    """
    access.require_known(tx, student_id=student_id, group_id=group_id)
    values = {"student_id": student_id, "group_id": group_id, "status": status, "date": tx.today, "marked_by": actor.id}
    try:
        with tx.savepoint():
            record_id = tx.insert(Attendance, **values, created_at=tx.now, updated_at=tx.now)
    except IntegrityError:
        raise Invalid(non_field_errors=ALREADY_MARKED) from None
    note_presence(tx, actor)
    return record_id


def open_register(tx: Tx, actor: Actor, group_id: int) -> int:
    """Record everyone of a group as absent today, who is not recorded yet; return how many were not.

    Parallel calls make one record a student: the database refuses the second.

    Raises:
        BadRequest: no active group; or an employee asks on a day or at an hour without a lesson of the group.
    """
    group = tx.first(_LESSON, {"group_id": group_id})
    if group is None:
        raise BadRequest("group_not_found")
    days, start, end = group
    if not actor.is_admin and (problem := rules.no_lesson_now(days, start, end, tx.local_now)):
        raise BadRequest(problem)
    made = tx.run(_MARK[tx.dialect], {"group_id": group_id, "actor_id": actor.id, "today": tx.today, "now": tx.now})
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
        "status": literal(ABSENT),
        "date": bindparam("today", type_=Attendance.date.type),
        "marked_by": bindparam("actor_id", type_=Attendance.marked_by.type),
        "created_at": now,
        "updated_at": now,
    }
    absent = (
        select(*columns.values())
        .join(User, User.id == Membership.student_id)
        .where(Membership.group_id == bindparam("group_id"), Membership.left_at.is_(None), access.is_student())
        .order_by(Membership.student_id)  # parallel calls wait for each other in one order
    )
    return Prepared(insert(Attendance.__table__).inline().from_select(list(columns), absent).on_conflict_do_nothing())


_MARK = {dialect: _mark(insert) for dialect, insert in INSERTING.items()}


def change_attendance(tx: Tx, record_id: int, values: dict[str, Any]) -> None:
    """Change a record: its status, or whom and what it is about. Its date stays.

    Raises:
        NotFound: there is none.
        Invalid: see `mark`.
    """
    _change(tx, Attendance, record_id, values)


def delete_attendance(tx: Tx, record_id: int) -> None:
    """Delete a record.

    Raises:
        NotFound: there is none.
    """
    _delete(tx, Attendance, record_id)


def give_score(tx: Tx, actor: Actor, *, student_id: int, group_id: int, score: int) -> int:
    """Give a student points in a group, from 0 to 100. The group need not be the student's.

    Raises:
        Invalid: no student, or no active group.
    """
    access.require_known(tx, student_id=student_id, group_id=group_id)
    values = {"student_id": student_id, "group_id": group_id, "score": score, "date": tx.today, "given_by": actor.id}
    score_id = tx.insert(Score, **values, created_at=tx.now, updated_at=tx.now)
    note_presence(tx, actor)
    return score_id


def change_score(tx: Tx, score_id: int, values: dict[str, Any]) -> None:
    """Change a score; who gave it and when stays.

    Raises:
        NotFound: there is none.
        Invalid: no student, or no active group.
    """
    _change(tx, Score, score_id, values)


def delete_score(tx: Tx, score_id: int) -> None:
    """Delete a score.

    Raises:
        NotFound: there is none.
    """
    _delete(tx, Score, score_id)


def note_presence(tx: Tx, actor: Actor) -> None:
    """Write down that an employee worked today; owners have no work logs (document 002, section 15; CONTRACT section 8)."""
    if actor.role is not Role.TEACHER:
        return
    log = {"employee_id": actor.id, "date": tx.today, "status": True, "created_at": tx.now}
    tx.execute(tx.inserting(WorkLog).values(**log).on_conflict_do_nothing())


def _change(tx: Tx, table: type[Attendance | Score], row_id: int, values: dict[str, Any]) -> None:
    """Change a record of a student in a group. A group that was closed since may stay, but not be newly chosen."""
    current = tx.first(select(table.student_id, table.group_id).where(table.id == row_id).with_for_update())
    if current is None:
        raise NotFound
    columns = {_COLUMNS.get(name, name): value for name, value in values.items()}
    new_student, new_group = columns.get("student_id", current[0]), columns.get("group_id", current[1])
    access.require_known(
        tx,
        student_id=new_student if new_student != current[0] else None,
        group_id=new_group if new_group != current[1] else None,
    )
    try:
        with tx.savepoint():
            tx.execute(update(table).where(table.id == row_id).values(**columns, updated_at=tx.now))
    except IntegrityError:
        raise Invalid(non_field_errors=ALREADY_MARKED) from None


def _delete(tx: Tx, table: type[Attendance | Score], row_id: int) -> None:
    if not tx.execute(delete(table).where(table.id == row_id)).rowcount:
        raise NotFound
