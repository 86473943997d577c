"""Reads of payments and expenses, and their sums. Amounts are UZS with two digits, as text."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.billing.models import Expense, Payment, PaymentMonth
from bilim.billing.rules import month_name
from bilim.db.engine import Tx
from bilim.db.prepared import ListQuery, Prepared
from bilim.groups.access import own_unless_staff
from bilim.groups.queries import StudentRef
from bilim.kit.actors import Actor
from bilim.kit.money import to_text
from bilim.kit.paging import Flow, Page


class MonthView(Struct, gc=False):
    """A month that a payment is for."""

    id: int
    year: int
    month: int
    month_name: str


class ReceiverRef(Struct, gc=False):
    """Who took a payment by hand."""

    id: int
    first_name: str
    last_name: str
    username: str


class PaymentView(Struct, gc=False):
    """A payment of any kind. `group` and months are tuition's; `received_by` is null where a service took the money."""

    id: int
    kind: str
    provider: str
    status: str
    student: StudentRef
    group: int | None
    months_paid: int
    amount: str
    currency: str
    received_by: ReceiverRef | None
    months: list[MonthView]
    created_at: datetime


class ExpenseView(Struct, gc=False):
    """Money that was spent."""

    id: int
    recipient: str | None
    recipient_user: int | None
    amount: str
    reason: str
    created_at: datetime


class Sums(Struct):
    """All that came in, all that was spent, and the difference, in tiyin."""

    income: int
    expense: int

    @property
    def profit(self) -> int:
        """Income less expense; below 0 where more was spent."""
        return self.income - self.expense


_RECEIVER = aliased(User)
_PAYMENTS = (
    select(
        Payment.id,
        Payment.kind,
        Payment.provider,
        Payment.status,
        User.id,
        User.first_name,
        User.last_name,
        User.username,
        Payment.group_id,
        Payment.amount,
        _RECEIVER.id,
        _RECEIVER.first_name,
        _RECEIVER.last_name,
        _RECEIVER.username,
        Payment.created_at,
    )
    .join(User, User.id == Payment.student_id)
    .outerjoin(_RECEIVER, _RECEIVER.id == Payment.received_by)
    .order_by(Payment.id)
)
_ALL_PAYMENTS = ListQuery(_PAYMENTS)
_PAYMENTS_OF = ListQuery(_PAYMENTS.where(Payment.student_id == bindparam("viewer_id")))


def _payment_view(*columns: Any) -> PaymentView:
    return PaymentView(
        id=columns[0],
        kind=columns[1],
        provider=columns[2],
        status=columns[3],
        student=StudentRef(*columns[4:8]),
        group=columns[8],
        months_paid=0,
        amount=to_text(columns[9]),
        currency="UZS",
        received_by=None if columns[10] is None else ReceiverRef(*columns[10:14]),
        months=[],
        created_at=columns[14],
    )


def payments(tx: Tx, actor: Actor, page: Page) -> Flow[PaymentView]:
    """Payments of every kind, by id; to a student their own."""
    return _flow(tx, _ALL_PAYMENTS if actor.is_teacher else _PAYMENTS_OF, actor.id, page)


def payments_of(tx: Tx, user_id: int, page: Page) -> Flow[PaymentView]:
    """Somebody's payments, by id."""
    return _flow(tx, _PAYMENTS_OF, user_id, page)


def payment(tx: Tx, actor: Actor, payment_id: int) -> PaymentView:
    """One payment.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    found = tx.one(_PAYMENTS.where(Payment.id == payment_id, own_unless_staff(actor, Payment.student_id)), _payment_view)
    _add_months(tx, [found])
    return found


_MONTHS = Prepared(
    select(PaymentMonth.payment_id, PaymentMonth.id, PaymentMonth.year, PaymentMonth.month)
    .where(PaymentMonth.payment_id.in_(bindparam("payment_ids", expanding=True)))
    .order_by(PaymentMonth.payment_id, PaymentMonth.year, PaymentMonth.month)
)


def _flow(tx: Tx, listing: ListQuery, viewer_id: int, page: Page) -> Flow[PaymentView]:
    return tx.flow(listing, _payment_view, page, {"viewer_id": viewer_id}, lambda batch: _add_months(tx, batch))


def _add_months(tx: Tx, batch: list[PaymentView]) -> None:
    """Add the months to some payments, in one query."""
    by_id = {payment.id: payment for payment in batch}
    for payment_id, month_id, year, month in tx.all(_MONTHS, {"payment_ids": list(by_id)}):
        by_id[payment_id].months.append(MonthView(month_id, year, month, month_name(month)))
    for payment in batch:
        payment.months_paid = len(payment.months)


_EXPENSES = select(Expense.id, Expense.recipient, Expense.recipient_user, Expense.amount, Expense.reason, Expense.created_at).order_by(
    Expense.id
)

_ALL_EXPENSES = ListQuery(_EXPENSES)


def _expense_view(*columns: Any) -> ExpenseView:
    view = ExpenseView(*columns)
    view.amount = to_text(columns[3])
    return view


def expenses(tx: Tx, page: Page) -> Flow[ExpenseView]:
    """All expenses, by id."""
    return tx.flow(_ALL_EXPENSES, _expense_view, page)


def expense(tx: Tx, expense_id: int) -> ExpenseView:
    """One expense.

    Raises:
        NotFound: there is none.
    """
    return tx.one(_EXPENSES.where(Expense.id == expense_id), _expense_view)


_CAPTURED = select(func.coalesce(func.sum(Payment.amount - Payment.refunded), 0)).where(Payment.status == "captured")
_SPENT = select(func.coalesce(func.sum(Expense.amount), 0))
_SUMS = Prepared(select(_CAPTURED.scalar_subquery(), _SPENT.scalar_subquery()))


def sums(tx: Tx) -> Sums:
    """Captured payments of every kind less refunds, and expenses, of all time (CONTRACT section 8)."""
    income, expense = tx.first(_SUMS)
    return Sums(int(income), int(expense))
