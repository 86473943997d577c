"""Who was in a group's room becomes the attendance of its lesson, by the journal's own actions."""

from collections import Counter
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import select, update

from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.groups.access import is_open_student, is_student
from bilim.groups.models import Group, Membership
from bilim.journal import actions as journal
from bilim.journal.inputs import MarkChanges, MarkInput
from bilim.journal.models import Attendance
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest, Conflict
from bilim.kit.inputs import value_or
from bilim.rooms import access, rules
from bilim.rooms.inputs import AttendanceInput
from bilim.rooms.models import Participant, Room

_ABSENT = "kelmadi"


class WrittenView(Struct):
    """How many students of a lesson came, came late, did not come, as the journal has it now."""

    room_id: str
    group_id: int
    date: date
    keldi: int
    kechikdi: int
    kelmadi: int


@requires(Role.TEACHER)
def write_attendance(tx: Tx, actor: Actor, key: str, how: AttendanceInput) -> WrittenView:
    """Write into the journal who was in a group's room, once, on its day and after its end. Guests are marked where they were there.

    What somebody has marked already stays, but for a `kelmadi` of a student who was there.

    Raises:
        NotFound: there is no such room.
        BadRequest: it is no group's, or of another day.
        Conflict: it has not ended, or its attendance was written.
        Invalid: the group was closed since.
    """
    room = access.hold(tx, key)
    if room.group_id is None:
        raise BadRequest("room_without_group")
    if room.ended_at is None:
        raise Conflict("room_open")
    if room.attendance_at is not None:
        raise Conflict("room_attendance_written")
    if room.created_at.date() != tx.today:
        raise BadRequest("room_of_another_day")
    came = _first_arrivals(tx, room.id)
    began_at = rules.begins_at(room.created_at, tx.scalar(select(Group.start_time).where(Group.id == room.group_id)))
    late_after = timedelta(minutes=value_or(how.late_after_minutes, rules.LATE_AFTER_MINUTES))
    marked = _marked(tx, room.group_id)
    counts = Counter[str]()
    for student_id in sorted({*_members(tx, room.group_id), *came}):
        status = rules.status_of(came.get(student_id), began_at, late_after)
        counts[_mark(tx, actor, room.group_id, student_id, status, marked.get(student_id))] += 1
    tx.execute(update(Room).where(Room.id == room.id).values(attendance_at=tx.now))
    return WrittenView(key, room.group_id, tx.today, counts["keldi"], counts["kechikdi"], counts[_ABSENT])


def _mark(tx: Tx, actor: Actor, group_id: int, student_id: int, status: str, record: tuple[int, str] | None) -> str:
    """Mark one student, unless somebody did; the status that stands now."""
    if record is None:
        journal.mark_attendance(tx, actor, MarkInput(student_id=student_id, group_id=group_id, status=status))  # type: ignore[arg-type]
        return status
    record_id, earlier = record
    if earlier != _ABSENT or status == _ABSENT:
        return earlier
    journal.change_attendance(tx, actor, record_id, MarkChanges(status=status))  # type: ignore[arg-type]
    journal.note_presence(tx, actor)
    return status


def _first_arrivals(tx: Tx, room_id: int) -> dict[int, datetime]:
    """When each student first came, by id; staff are not marked."""
    came = (
        select(Participant.user_id, Participant.joined_at)
        .join(User, User.id == Participant.user_id)
        .where(Participant.room_id == room_id, is_student())
        .order_by(Participant.joined_at.desc())
    )
    return dict(map(tuple, tx.all(came)))


def _members(tx: Tx, group_id: int) -> list[int]:
    """The students of a group, without closed accounts."""
    members = select(Membership.student_id).join(User, User.id == Membership.student_id)
    return tx.scalars(members.where(Membership.group_id == group_id, Membership.left_at.is_(None), is_open_student()))


def _marked(tx: Tx, group_id: int) -> dict[int, tuple[int, str]]:
    """Today's records of a group by student: id and status. Locked, as they may be changed meanwhile."""
    records = select(Attendance.student_id, Attendance.id, Attendance.status).where(
        Attendance.group_id == group_id, Attendance.date == tx.today
    )
    return {student_id: (record_id, status) for student_id, record_id, status in tx.all(records.with_for_update())}
