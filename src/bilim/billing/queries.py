"""Reads of payments and expenses, and their sums. Amounts are UZS."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from bilim.accounts.models import User
from bilim.billing import access
from bilim.billing.models import Expense, MonthSum, Payment, PaymentMonth
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import convert, nested, nested_or_none, select_into, uzs
from bilim.journal import queries as journal
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.money import to_uzs
from bilim.kit.paging import Page, RowStream

# `gc=False` below: rows form no cycles and lists of them are long, so the collector need not look at each.


class PersonRef(Struct, gc=False):
    """Who paid, or who took the money."""

    id: int
    first_name: str
    last_name: str
    username: str


class MonthView(Struct, gc=False):
    """A month that a payment is for."""

    id: int
    year: int
    month: int


class PaymentView(Struct, gc=False):
    """A payment of any kind. `group_id` and `months` are tuition's; `received_by` is None where a service took the money."""

    id: int
    kind: str
    provider: str
    status: str
    payer: PersonRef
    group_id: int | None
    amount: Decimal
    received_by: PersonRef | None
    created_at: datetime
    months: list[MonthView] = []


class ExpenseView(Struct, gc=False):
    """Money that was spent."""

    id: int
    recipient: str | None
    recipient_user: int | None
    amount: Decimal
    reason: str
    created_at: datetime


class Finance(Struct):
    """All that came in and all that was spent."""

    income: Decimal
    expense: Decimal

    @property
    def profit(self) -> Decimal:
        """Income less expense; below 0 where more was spent."""
        return self.income - self.expense


class DashboardView(Struct):
    """The centre's money of all time, how many employees worked today, and how many there are."""

    finance: Finance
    employees_present: int
    employees: int


_RECEIVER = aliased(User)
_PAYMENT = (
    select_into(
        PaymentView,
        id=Payment.id,
        kind=Payment.kind,
        provider=Payment.provider,
        status=access.status_now(),
        payer=nested(PersonRef, id=User.id, first_name=User.first_name, last_name=User.last_name, username=User.username),
        group_id=Payment.group_id,
        amount=uzs(Payment.amount),
        received_by=nested_or_none(
            PersonRef,
            id=_RECEIVER.id,
            first_name=_RECEIVER.first_name,
            last_name=_RECEIVER.last_name,
            username=_RECEIVER.username,
        ),
        created_at=Payment.created_at,
    )
    .join(User, User.id == Payment.payer_id)
    .outerjoin(_RECEIVER, _RECEIVER.id == Payment.received_by)
)
_PAYMENTS = ListQuery(_PAYMENT.order_by(Payment.id))
_PAYMENTS_OF = ListQuery(_PAYMENT.where(Payment.payer_id == bindparam("payer_id")).order_by(Payment.id))


@signed_in
def payments(tx: Tx, actor: Actor, page: Page) -> RowStream[PaymentView]:
    """Payments of every kind that the actor may see, by id."""
    return _with_months(tx, _PAYMENTS, page, {"now": tx.now}) if actor.is_teacher else own_payments(tx, actor, page)


@signed_in
def own_payments(tx: Tx, actor: Actor, page: Page) -> RowStream[PaymentView]:
    """The actor's own payments, by id."""
    return _with_months(tx, _PAYMENTS_OF, page, {"payer_id": actor.id, "now": tx.now})


@signed_in
def payment(tx: Tx, actor: Actor, payment_id: int) -> PaymentView:
    """One payment.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    found = tx.fetch_one(_PAYMENT.where(Payment.id == payment_id, access.is_visible(actor)), {"now": tx.now})
    return _add_months(tx, [found])[0]


_MONTHS = Prepared(
    select(PaymentMonth.payment_id, PaymentMonth.id, PaymentMonth.year, PaymentMonth.month)
    .where(PaymentMonth.payment_id.in_(bindparam("payment_ids", expanding=True)))
    .order_by(PaymentMonth.payment_id, PaymentMonth.year, PaymentMonth.month)
)


def _with_months(tx: Tx, query: ListQuery[PaymentView], page: Page, values: dict[str, Any]) -> RowStream[PaymentView]:
    return paginate(tx, query, page, values, enrich=lambda batch: _add_months(tx, batch))


def _add_months(tx: Tx, batch: list[PaymentView]) -> list[PaymentView]:
    """Add the months to some payments, in one query."""
    by_id = {payment.id: payment for payment in batch}
    for payment_id, month_id, year, month in tx.all(_MONTHS, {"payment_ids": list(by_id)}):
        by_id[payment_id].months.append(MonthView(month_id, year, month))
    return batch


_EXPENSE = select_into(
    ExpenseView,
    id=Expense.id,
    recipient=Expense.recipient,
    recipient_user=Expense.recipient_user,
    amount=uzs(Expense.amount),
    reason=Expense.reason,
    created_at=Expense.created_at,
)
_EXPENSES = ListQuery(_EXPENSE.order_by(Expense.id))


@requires(Role.TEACHER)
def expenses(tx: Tx, actor: Actor, page: Page) -> RowStream[ExpenseView]:  # noqa: ARG001 - staff see all
    """All expenses, by id."""
    return paginate(tx, _EXPENSES, page)


@requires(Role.TEACHER)
def expense(tx: Tx, actor: Actor, expense_id: int) -> ExpenseView:  # noqa: ARG001 - staff see all
    """One expense.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_EXPENSE.where(Expense.id == expense_id))


def _sum_in_uzs(tiyin: Any) -> Decimal:
    """PostgreSQL sums whole numbers to a Decimal."""
    return to_uzs(int(tiyin))


_FINANCE = PreparedSelection(
    select_into(
        Finance,
        income=convert(_sum_in_uzs, func.coalesce(func.sum(MonthSum.income), 0)),
        expense=convert(_sum_in_uzs, func.coalesce(func.sum(MonthSum.expense), 0)),
    )
)


@internal
def finance(tx: Tx) -> Finance:
    """Captured payments of every kind less refunds, and expenses, of all time."""
    return tx.fetch_one(_FINANCE)


@requires(Role.TEACHER)
def dashboard(tx: Tx, actor: Actor) -> DashboardView:  # noqa: ARG001 - the same for all staff
    """Captured payments of every kind less refunds, and expenses, of all time; and the employees of today (CONTRACT section 8)."""
    present, employees = journal.employees(tx)
    return DashboardView(finance(tx), present, employees)
