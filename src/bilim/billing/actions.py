"""Writes of payments taken by hand and of expenses; each change and deletion leaves an audit record."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from bilim.accounts import audit
from bilim.accounts.models import User
from bilim.billing import queries
from bilim.billing.models import Expense, Payment, PaymentMonth
from bilim.db.engine import Tx
from bilim.groups.access import require_known
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, Invalid, NotFound, unknown
from bilim.kit.money import to_tiyin

BY_HAND = "cash"
NOT_BY_HAND = "Only payments taken by hand can be changed or deleted."


def take_payment(tx: Tx, actor: Actor, values: dict[str, Any]) -> int:
    """Write down tuition that was paid by hand. The group may be closed: debts are paid later too.

    Args:
        values: `student`, `group`, `amount` (UZS), and `months` ([(year, month)]).

    Raises:
        Invalid: no such student or group.
    """
    columns = _payment_columns(tx, values)
    taken = {"kind": "tuition", "provider": BY_HAND, "status": "captured", "received_by": actor.id}
    payment_id = tx.insert(Payment, **taken, **columns, created_at=tx.now, updated_at=tx.now)
    _write_months(tx, payment_id, values.get("months") or [])
    return payment_id


def change_payment(tx: Tx, actor: Actor, payment_id: int, values: dict[str, Any]) -> None:
    """Change a payment: fields left out stay; months that are given replace the earlier ones.

    Raises:
        NotFound: there is none.
        Conflict: a service took the money.
        Invalid: see `take_payment`.
    """
    _lock(tx, payment_id)
    before = _as_recorded(tx, actor, payment_id)
    columns = _payment_columns(tx, values)
    tx.execute(update(Payment).where(Payment.id == payment_id).values(**columns, updated_at=tx.now))
    if "months" in values:
        tx.execute(delete(PaymentMonth).where(PaymentMonth.payment_id == payment_id))
        _write_months(tx, payment_id, values["months"] or [])
    after = _as_recorded(tx, actor, payment_id)
    _record_change(tx, actor, "payment", payment_id, before, after)


def delete_payment(tx: Tx, actor: Actor, payment_id: int) -> None:
    """Delete a payment.

    Raises:
        NotFound: there is none.
        Conflict: a service took the money.
    """
    _lock(tx, payment_id)
    before = _as_recorded(tx, actor, payment_id)
    tx.execute(delete(Payment).where(Payment.id == payment_id))
    audit.record(tx, actor, "payment", payment_id, before, {"deleted": True})


def _lock(tx: Tx, payment_id: int) -> None:
    """Lock a payment that was taken by hand."""
    provider = tx.scalar(select(Payment.provider).where(Payment.id == payment_id).with_for_update())
    if provider is None:
        raise NotFound
    if provider != BY_HAND:
        raise Conflict(NOT_BY_HAND)


def _payment_columns(tx: Tx, values: dict[str, Any]) -> dict[str, Any]:
    try:
        require_known(tx, student_id=values.get("student"), group_id=values.get("group"), closed_too=True)
    except Invalid as error:
        raise Invalid({name.removesuffix("_id"): problems for name, problems in error.fields.items()}) from None
    columns = {column: values[name] for name, column in (("student", "student_id"), ("group", "group_id")) if name in values}
    if "amount" in values:
        columns["amount"] = to_tiyin(values["amount"])
    return columns


def _write_months(tx: Tx, payment_id: int, months: list[tuple[int, int]]) -> None:
    rows = [{"payment_id": payment_id, "year": year, "month": month} for year, month in months]
    if rows:
        tx.execute(insert(PaymentMonth), rows)


def _as_recorded(tx: Tx, actor: Actor, payment_id: int) -> dict[str, Any]:
    view = queries.payment(tx, actor, payment_id)
    months = [f"{month.year}-{month.month:02}" for month in view.months]
    return {"student": view.student.id, "group": view.group, "amount": view.amount, "months": months}


def record_expense(tx: Tx, actor: Actor, values: dict[str, Any]) -> int:
    """Write down an expense.

    Args:
        values: `recipient`, `recipient_user`, `amount` (UZS), `reason`.

    Raises:
        Invalid: a recipient who is not of the staff.
    """
    return tx.insert(Expense, **_expense_columns(tx, values), created_by=actor.id, created_at=tx.now, updated_at=tx.now)


def change_expense(tx: Tx, actor: Actor, expense_id: int, values: dict[str, Any]) -> None:
    """Change an expense: fields left out stay.

    Raises:
        NotFound: there is none.
        Invalid: see `spend`.
    """
    before = _held_expense(tx, expense_id)
    tx.execute(update(Expense).where(Expense.id == expense_id).values(**_expense_columns(tx, values), updated_at=tx.now))
    _record_change(tx, actor, "expense", expense_id, before, _held_expense(tx, expense_id))


def delete_expense(tx: Tx, actor: Actor, expense_id: int) -> None:
    """Delete an expense.

    Raises:
        NotFound: there is none.
    """
    before = _held_expense(tx, expense_id)
    tx.execute(delete(Expense).where(Expense.id == expense_id))
    audit.record(tx, actor, "expense", expense_id, before, {"deleted": True})


def _held_expense(tx: Tx, expense_id: int) -> dict[str, Any]:
    """Lock an expense, and tell it as the audit record does."""
    if tx.scalar(select(Expense.id).where(Expense.id == expense_id).with_for_update()) is None:
        raise NotFound
    view = queries.expense(tx, expense_id)
    return {"recipient": view.recipient, "recipient_user": view.recipient_user, "amount": view.amount, "reason": view.reason}


def _expense_columns(tx: Tx, values: dict[str, Any]) -> dict[str, Any]:
    columns = {name: values[name] for name in ("recipient", "recipient_user", "reason") if name in values}
    user_id = columns.get("recipient_user")
    staff = select(User.id).where(User.id == user_id, User.role != Role.STUDENT, User.deleted_at.is_(None))
    if user_id is not None and tx.scalar(staff) is None:
        raise unknown("recipient_user", user_id)
    if "amount" in values:
        columns["amount"] = to_tiyin(values["amount"])
    return columns


def _record_change(tx: Tx, actor: Actor, kind: audit.Kind, object_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        audit.record(tx, actor, kind, object_id, {name: before[name] for name in changed}, {name: after[name] for name in changed})
