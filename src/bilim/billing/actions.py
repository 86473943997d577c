"""Writes of payments taken by hand and of expenses. Each change and deletion is audited, and each write corrects its month's sums."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, select, text, update

from bilim.accounts import audit
from bilim.accounts.models import User
from bilim.billing import queries
from bilim.billing.inputs import ExpenseChanges, ExpenseInput, MonthInput, PaymentChanges, PaymentInput, PaymentTaken
from bilim.billing.models import Expense, MonthSum, Payment, PaymentMonth
from bilim.billing.rules import CAPTURED, income_of, month_of
from bilim.db.base import UtcDateTime
from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.db.select_into import select_into
from bilim.groups import access as groups
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, unknown
from bilim.kit.inputs import sent_fields
from bilim.kit.money import to_tiyin, two_digits

BY_HAND = "cash"
_BATCH = 2_000


@requires(Role.ADMIN)
def take_payment(tx: Tx, actor: Actor, payment: PaymentInput) -> int:
    """Record tuition that was paid by hand; the payment's id. The group may be closed: debts are paid later too.

    Raises:
        Invalid: no such student or group.
    """
    columns = _payment_columns(payment)
    groups.require_known(tx, student_id=columns["payer_id"], group_id=columns["group_id"], closed_too=True)
    taken = {"kind": "tuition", "provider": BY_HAND, "status": CAPTURED, "received_by": actor.id, "refunded": 0}
    payment_id = tx.insert(Payment, **taken, **columns, created_at=tx.now, updated_at=tx.now)
    _write_months(tx, payment_id, payment.months or [])
    tx.enqueue(PaymentTaken(payment_id))
    add_to_month(tx, tx.local_now, income=columns["amount"])
    return payment_id


@requires(Role.ADMIN)
def change_payment(tx: Tx, actor: Actor, payment_id: int, changes: PaymentChanges) -> None:
    """Change a payment: fields left out stay; months that are given replace the earlier ones. The change is audited.

    A student or group deleted since may be sent back, but not newly chosen.

    Raises:
        NotFound: there is none.
        Conflict: a service took the money.
        Invalid: see `take_payment`.
    """
    held = _lock_payment(tx, payment_id)
    columns = _payment_columns(changes)
    student_id, group_id = (
        columns.get(name) if columns.get(name) != current else None
        for name, current in (("payer_id", held.payer_id), ("group_id", held.group_id))
    )
    groups.require_known(tx, student_id=student_id, group_id=group_id, closed_too=True)
    before = _payment_as_audited(tx, actor, payment_id)
    tx.execute(update(Payment).where(Payment.id == payment_id).values(**columns, updated_at=tx.now))
    if "months" in sent_fields(changes):
        tx.execute(delete(PaymentMonth).where(PaymentMonth.payment_id == payment_id))
        _write_months(tx, payment_id, changes.months or [])
    income = income_of(held.status, columns.get("amount", held.amount), held.refunded)
    add_to_month(tx, held.created_at, income=income - held.income)
    audit.record_change(tx, actor, "payment", payment_id, before, _payment_as_audited(tx, actor, payment_id))


@requires(Role.ADMIN)
def delete_payment(tx: Tx, actor: Actor, payment_id: int) -> None:
    """Delete a payment. The deletion is audited.

    Raises:
        NotFound: there is none.
        Conflict: a service took the money.
    """
    held = _lock_payment(tx, payment_id)
    before = _payment_as_audited(tx, actor, payment_id)
    tx.execute(delete(Payment).where(Payment.id == payment_id))
    add_to_month(tx, held.created_at, income=-held.income)
    audit.record(tx, actor, "payment", payment_id, before, {"deleted": True})


class _HeldPayment(Struct):
    """The columns of a locked payment that a change needs."""

    provider: str
    payer_id: int
    group_id: int | None
    status: str
    amount: int
    refunded: int
    created_at: datetime

    @property
    def income(self) -> int:
        """What it adds to the income, in tiyin."""
        return income_of(self.status, self.amount, self.refunded)


_HELD_PAYMENT = select_into(
    _HeldPayment,
    provider=Payment.provider,
    payer_id=Payment.payer_id,
    group_id=Payment.group_id,
    status=Payment.status,
    amount=Payment.amount,
    refunded=Payment.refunded,
    created_at=Payment.created_at,
).with_for_update()


def _lock_payment(tx: Tx, payment_id: int) -> _HeldPayment:
    """Lock a payment that was taken by hand."""
    held = tx.fetch_one(_HELD_PAYMENT.where(Payment.id == payment_id))
    if held.provider != BY_HAND:
        raise Conflict("not_by_hand")
    return held


def _payment_columns(changes: PaymentChanges) -> dict[str, Any]:
    columns = sent_fields(changes, "student_id", "group_id", "amount")
    if "student_id" in columns:
        columns["payer_id"] = columns.pop("student_id")
    if "amount" in columns:
        columns["amount"] = to_tiyin(columns["amount"])
    return columns


def _write_months(tx: Tx, payment_id: int, months: list[MonthInput]) -> None:
    rows = [{"payment_id": payment_id, "year": each.year, "month": each.month} for each in months]
    if rows:
        tx.execute(insert(PaymentMonth), rows)


def _payment_as_audited(tx: Tx, actor: Actor, payment_id: int) -> dict[str, Any]:
    view = queries.payment(tx, actor, payment_id)
    months = [f"{month.year}-{month.month:02}" for month in view.months]
    return {"student": view.payer.id, "group": view.group_id, "amount": two_digits(view.amount), "months": months}


@requires(Role.ADMIN)
def record_expense(tx: Tx, actor: Actor, expense: ExpenseInput) -> int:
    """Record an expense; its id.

    Raises:
        Invalid: a recipient who is no member of the staff.
    """
    columns = _expense_columns(expense)
    _require_staff(tx, columns.get("recipient_user"))
    expense_id = tx.insert(Expense, **columns, created_by=actor.id, created_at=tx.now, updated_at=tx.now)
    add_to_month(tx, tx.local_now, expense=columns["amount"])
    return expense_id


@requires(Role.ADMIN)
def change_expense(tx: Tx, actor: Actor, expense_id: int, changes: ExpenseChanges) -> None:
    """Change an expense: fields left out stay. The change is audited.

    A recipient deleted since may be sent back, but not newly chosen.

    Raises:
        NotFound: there is none.
        Invalid: see `record_expense`.
    """
    held = _lock_expense(tx, expense_id)
    columns = _expense_columns(changes)
    if columns.get("recipient_user") != held.recipient_user:
        _require_staff(tx, columns.get("recipient_user"))
    before = _expense_as_audited(tx, actor, expense_id)
    tx.execute(update(Expense).where(Expense.id == expense_id).values(**columns, updated_at=tx.now))
    add_to_month(tx, held.created_at, expense=columns.get("amount", held.amount) - held.amount)
    audit.record_change(tx, actor, "expense", expense_id, before, _expense_as_audited(tx, actor, expense_id))


@requires(Role.ADMIN)
def delete_expense(tx: Tx, actor: Actor, expense_id: int) -> None:
    """Delete an expense. The deletion is audited.

    Raises:
        NotFound: there is none.
    """
    held = _lock_expense(tx, expense_id)
    before = _expense_as_audited(tx, actor, expense_id)
    tx.execute(delete(Expense).where(Expense.id == expense_id))
    add_to_month(tx, held.created_at, expense=-held.amount)
    audit.record(tx, actor, "expense", expense_id, before, {"deleted": True})


class _HeldExpense(Struct):
    """The columns of a locked expense that a change needs."""

    recipient_user: int | None
    amount: int
    created_at: datetime


_HELD_EXPENSE = select_into(
    _HeldExpense, recipient_user=Expense.recipient_user, amount=Expense.amount, created_at=Expense.created_at
).with_for_update()


def _lock_expense(tx: Tx, expense_id: int) -> _HeldExpense:
    return tx.fetch_one(_HELD_EXPENSE.where(Expense.id == expense_id))


def _expense_columns(changes: ExpenseChanges) -> dict[str, Any]:
    columns = sent_fields(changes)
    if "amount" in columns:
        columns["amount"] = to_tiyin(columns["amount"])
    return columns


def _require_staff(tx: Tx, user_id: int | None) -> None:
    staff = select(User.id).where(User.id == user_id, User.role != Role.STUDENT, User.deleted_at.is_(None))
    if user_id is not None and tx.scalar(staff) is None:
        raise unknown("recipient_user", user_id)


def _expense_as_audited(tx: Tx, actor: Actor, expense_id: int) -> dict[str, Any]:
    view = queries.expense(tx, actor, expense_id)
    return {
        "recipient": view.recipient,
        "recipient_user": view.recipient_user,
        "amount": two_digits(view.amount),
        "reason": view.reason,
    }


@internal
def add_to_month(tx: Tx, created_at: datetime, *, income: int = 0, expense: int = 0) -> None:
    """Correct the sums of the month in which a payment or an expense was created; tiyin, below 0 to take away.

    It locks the month until the transaction ends, so it stands at the end of an action, and no action corrects two months.

    Args:
        created_at: on the school's clock, as rows are read; of a service's payment the moment of its capture.
    """
    if not income and not expense:
        return
    tx.run(_ADD[tx.dialect], {"month": month_of(created_at), "income": income, "expense": expense})


def _add(insert: Callable[[Any], Any]) -> Prepared:
    added = insert(MonthSum).inline().values({name: bindparam(name) for name in ("month", "income", "expense")})
    sums = {"income": MonthSum.income + added.excluded.income, "expense": MonthSum.expense + added.excluded.expense}
    return Prepared(added.on_conflict_do_update(index_elements=[MonthSum.month], set_=sums))


_ADD = {dialect: _add(insert) for dialect, insert in INSERTING.items()}


@internal
def recount_months(tx: Tx) -> None:
    """Recount the sums of all months from the ledger, after payments or expenses were inserted as plain rows."""
    if tx.dialect == "postgresql":
        # Earlier corrections are committed by now; later ones add to what is counted here.
        tx.execute(text("LOCK TABLE month_sums IN EXCLUSIVE MODE"))
    income: defaultdict[date, int] = defaultdict(int)
    expense: defaultdict[date, int] = defaultdict(int)
    taken_at = func.coalesce(Payment.captured_at, Payment.created_at, type_=UtcDateTime())
    for status, amount, refunded, moment in _all(tx, Payment.status, Payment.amount, Payment.refunded, taken_at):
        income[month_of(moment)] += income_of(status, amount, refunded)
    for amount, created_at in _all(tx, Expense.amount, Expense.created_at):
        expense[month_of(created_at)] += amount
    tx.execute(delete(MonthSum))
    rows = [{"month": month, "income": income[month], "expense": expense[month]} for month in sorted({*income, *expense})]
    if rows:
        tx.execute(insert(MonthSum), rows)


def _all(tx: Tx, *columns: Any) -> Any:
    return tx.connection.execute(select(*columns), execution_options={"yield_per": _BATCH})
