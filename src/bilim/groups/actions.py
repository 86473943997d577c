"""Writes of subjects and groups, of students, and of who is in which group."""

from typing import Any

from msgspec import UNSET
from sqlalchemy import select, update

from bilim.accounts import actions as accounts
from bilim.accounts.inputs import PersonInput
from bilim.db.engine import Tx
from bilim.groups import access, rules
from bilim.groups.inputs import GroupChanges, GroupInput, StudentChanges, StudentInput, SubjectChanges, SubjectInput
from bilim.groups.models import Group, Membership, Subject
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid
from bilim.kit.inputs import sent_fields, value_or
from bilim.kit.money import to_tiyin

_STUDENTS = (Role.STUDENT,)


@requires(Role.ADMIN)
def create_subject(tx: Tx, _actor: Actor, new: SubjectInput) -> int:
    """Make a subject."""
    return tx.insert(Subject, **sent_fields(new), created_at=tx.now)


@requires(Role.ADMIN)
def change_subject(tx: Tx, _actor: Actor, subject_id: int, changes: SubjectChanges) -> None:
    """Change a subject.

    Raises:
        NotFound: there is none.
    """
    access.lock(tx, Subject, subject_id)
    if columns := sent_fields(changes):
        tx.execute(update(Subject).where(Subject.id == subject_id).values(**columns))


@requires(Role.ADMIN)
def delete_subject(tx: Tx, _actor: Actor, subject_id: int) -> None:
    """Delete a subject. One that groups study or studied is hidden instead (CONTRACT section 2).

    Raises:
        NotFound: there is none.
    """
    access.lock(tx, Subject, subject_id)
    if not tx.delete_unless_referenced(Subject, subject_id):
        tx.execute(update(Subject).where(Subject.id == subject_id).values(deleted_at=tx.now))


@requires(Role.ADMIN)
def create_group(tx: Tx, _actor: Actor, new: GroupInput) -> int:
    """Make a group.

    Raises:
        Invalid: no such subject, or a lesson that ends before it starts.
    """
    columns = _group_columns(tx, new)
    _require_order(columns.get("start_time"), columns.get("end_time"))
    return tx.insert(Group, **columns, created_at=tx.now, updated_at=tx.now)


@requires(Role.ADMIN)
def change_group(tx: Tx, _actor: Actor, group_id: int, changes: GroupChanges) -> None:
    """Change a group.

    Raises:
        NotFound: there is none.
        Invalid: see `create_group`.
    """
    access.lock(tx, Group, group_id)
    columns = _group_columns(tx, changes)
    start, end = tx.first(select(Group.start_time, Group.end_time).where(Group.id == group_id))
    _require_order(columns.get("start_time", start), columns.get("end_time", end))
    tx.execute(update(Group).where(Group.id == group_id).values(**columns, updated_at=tx.now))


@requires(Role.ADMIN)
def delete_group(tx: Tx, _actor: Actor, group_id: int) -> None:
    """Delete a group; its students have no group then. One with history is hidden instead (CONTRACT section 2).

    Raises:
        NotFound: there is none.
    """
    access.lock(tx, Group, group_id)
    if not tx.delete_unless_referenced(Group, group_id):
        tx.execute(update(Group).where(Group.id == group_id).values(deleted_at=tx.now, is_active=False))
        tx.execute(update(Membership).where(Membership.group_id == group_id, Membership.left_at.is_(None)).values(left_at=tx.now))


def _group_columns(tx: Tx, data: GroupChanges) -> dict[str, Any]:
    """The fields that were sent, as columns."""
    columns = sent_fields(data, "name", "subject_id", "description", "is_active", "days", "start_time", "end_time", "monthly_price")
    if "subject_id" in columns:
        access.require_subject(tx, columns["subject_id"])
    if columns.get("is_active", UNSET) is None:
        del columns["is_active"]
    if "days" in columns:
        columns["days"] = rules.parse_days(columns["days"] or "") or None
    for name in ("start_time", "end_time"):
        if name in columns:
            columns[name] = rules.parse_time(columns[name]) if columns[name] else None
    if columns.get("monthly_price") is not None:
        columns["monthly_price"] = to_tiyin(columns["monthly_price"])
    return columns


def _require_order(start: Any, end: Any) -> None:
    if problem := rules.order_problem(start, end):
        raise Invalid(end_time=problem)


@requires(Role.ADMIN)
def create_student(tx: Tx, _actor: Actor, new: StudentInput, password_hash: str) -> int:
    """Make a student: an account, and the group they are in, or none.

    Args:
        password_hash: of the input's password.

    Raises:
        Invalid: the username is taken, no such active group, or both.
    """
    group_id = value_or(new.group_id, None)
    _refuse_together(tx, new.username, group_id)
    person = PersonInput(
        username=new.username,
        password=new.password,
        first_name=value_or(new.first_name, ""),
        last_name=value_or(new.last_name, ""),
        phone=value_or(new.phone, None),
        parent_phone=value_or(new.parent_phone, None),
        telegram_id=value_or(new.telegram_id, None),
    )
    student_id = accounts.store_person(tx, person, password_hash, made_by_staff=True)
    join_group(tx, student_id, group_id)
    return student_id


def _refuse_together(tx: Tx, username: str, group_id: int | None) -> None:
    """Report a taken username and an unknown group at once."""
    wrong: FieldProblems = {}
    for check in (lambda: accounts.refuse_taken(tx, username, None), lambda: access.require_known(tx, group_id=group_id)):
        try:
            check()
        except Invalid as error:
            wrong |= error.fields
    if wrong:
        raise Invalid(wrong)


@requires(Role.ADMIN)
def change_student(tx: Tx, actor: Actor, student_id: int, changes: StudentChanges, password_hash: str | None = None) -> None:
    """Change a student's account, and which group they are in. A changed password is audited.

    Args:
        password_hash: of the password among the changes, where there is one.

    Raises:
        NotFound: no such student.
        Invalid: the username is taken, or no such active group.
    """
    accounts.change_person(tx, actor, student_id, changes, password_hash, _STUDENTS)
    if changes.group_id is not UNSET:
        join_group(tx, student_id, changes.group_id)


@requires(Role.ADMIN)
def delete_student(tx: Tx, actor: Actor, student_id: int) -> None:
    """Delete a student; one with history is hidden (CONTRACT section 2).

    Raises:
        NotFound: no such student.
    """
    accounts.delete_person(tx, actor, student_id, _STUDENTS)


@internal
def join_group(tx: Tx, student_id: int, group_id: int | None) -> None:
    """Move a student into a group, or out of theirs with None. The earlier membership stays as history.

    Raises:
        Invalid: no such group, or not an active one.
    """
    is_open = (Membership.student_id == student_id) & Membership.left_at.is_(None)
    if tx.scalar(select(Membership.group_id).where(is_open)) == group_id:
        return
    access.require_known(tx, group_id=group_id)
    tx.execute(update(Membership).where(is_open).values(left_at=tx.now))
    if group_id is not None:
        tx.insert(Membership, student_id=student_id, group_id=group_id, joined_at=tx.now)
