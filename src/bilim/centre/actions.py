"""Writes of subjects and groups, and of who is in them."""

from typing import Any

from sqlalchemy import select, update

from bilim.centre import access, rules
from bilim.centre.models import Group, Membership, Subject
from bilim.db.engine import Tx
from bilim.kit.errors import Invalid, NotFound, unknown
from bilim.kit.money import to_tiyin

ENDS_BEFORE_START = "Ensure that the lesson ends after it starts."


def create_subject(tx: Tx, name: str) -> int:
    """Make a subject."""
    return tx.insert(Subject, name=name, created_at=tx.now)


def change_subject(tx: Tx, subject_id: int, values: dict[str, Any]) -> None:
    """Change a subject: fields left out stay.

    Raises:
        NotFound: there is none.
    """
    access.lock(tx, Subject, subject_id)
    if values:
        tx.execute(update(Subject).where(Subject.id == subject_id).values(**values))


def delete_subject(tx: Tx, subject_id: int) -> None:
    """Delete a subject. One that groups study or studied is hidden instead (CONTRACT section 2).

    Raises:
        NotFound: there is none.
    """
    access.lock(tx, Subject, subject_id)
    if not tx.delete_unless_referenced(Subject, subject_id):
        tx.execute(update(Subject).where(Subject.id == subject_id).values(deleted_at=tx.now))


def create_group(tx: Tx, values: dict[str, Any]) -> int:
    """Make a group.

    Args:
        values: the fields of a group as sent, times as text and the price in UZS.

    Raises:
        Invalid: no such subject, or a lesson that ends before it starts.
    """
    columns = _group_columns(tx, values)
    _require_order(columns.get("start_time"), columns.get("end_time"))
    return tx.insert(Group, **columns, created_at=tx.now, updated_at=tx.now)


def change_group(tx: Tx, group_id: int, values: dict[str, Any]) -> None:
    """Change a group: fields left out stay.

    Raises:
        NotFound: there is none.
        Invalid: see `create_group`.
    """
    access.lock(tx, Group, group_id)
    columns = _group_columns(tx, values)
    start, end = tx.first(select(Group.start_time, Group.end_time).where(Group.id == group_id))
    _require_order(columns.get("start_time", start), columns.get("end_time", end))
    tx.execute(update(Group).where(Group.id == group_id).values(**columns, updated_at=tx.now))


def delete_group(tx: Tx, group_id: int) -> None:
    """Delete a group; its students are in none then. One with history is hidden instead (CONTRACT section 2).

    Raises:
        NotFound: there is none.
    """
    access.lock(tx, Group, group_id)
    if not tx.delete_unless_referenced(Group, group_id):
        tx.execute(update(Group).where(Group.id == group_id).values(deleted_at=tx.now, is_active=False))
        tx.execute(update(Membership).where(Membership.group_id == group_id, Membership.left_at.is_(None)).values(left_at=tx.now))


def _group_columns(tx: Tx, values: dict[str, Any]) -> dict[str, Any]:
    """A body's fields as columns."""
    columns = {name: values[name] for name in ("name", "description") if name in values}
    if values.get("is_active") is not None:
        columns["is_active"] = values["is_active"]
    if "subject" in values:
        try:
            access.lock(tx, Subject, values["subject"])
        except NotFound:
            raise unknown("subject", values["subject"]) from None
        columns["subject_id"] = values["subject"]
    if "days" in values:
        columns["days"] = rules.parse_days(values["days"] or "") or None
    columns |= {name: rules.parse_time(values[name]) if values[name] else None for name in ("start_time", "end_time") if name in values}
    if "monthly_price" in values:
        price = values["monthly_price"]
        columns["monthly_price"] = None if price is None else to_tiyin(price)
    return columns


def _require_order(start: Any, end: Any) -> None:
    if start and end and start >= end:
        raise Invalid(end_time=ENDS_BEFORE_START)


def join_group(tx: Tx, student_id: int, group_id: int | None) -> None:
    """Let a student be in a group, and in no other; None: in no group at all. The earlier one stays as history.

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
