"""Payments, expenses and the dashboard in the centre's words; the list of payments is the learning surface's too."""

from datetime import datetime

from litestar import delete, get, post
from msgspec import Struct

from bilim.billing import actions, queries
from bilim.billing.inputs import ExpenseChanges, ExpenseInput, PaymentChanges, PaymentInput
from bilim.billing.queries import DashboardView, ExpenseView, PaymentView, PersonRef
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, change, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.money import two_digits
from bilim.kit.paging import RowStream, page

MONTH_NAMES = ("Yanvar", "Fevral", "Mart", "Aprel", "May", "Iyun", "Iyul", "Avgust", "Sentabr", "Oktabr", "Noyabr", "Dekabr")
"""CONTRACT section 8."""


@renamed(student_id="student", group_id="group")
class PaymentChangesBody(PaymentChanges):
    """Changes of a payment: what is left out stays; months that are given replace the earlier ones."""


@renamed(student_id="student", group_id="group")
class PaymentBody(PaymentInput):
    """Tuition taken by hand; `amount` is UZS."""


class PaymentMonthOut(Struct, gc=False):
    """A month that a payment is for, with its name in Uzbek."""

    id: int
    year: int
    month: int
    month_name: str


class PaymentOut(Struct, gc=False):
    """A payment of any kind. `group` and months are tuition's; `received_by` is null where a service took the money."""

    id: int
    kind: str
    provider: str
    status: str
    student: PersonRef
    group: int | None
    months_paid: int
    amount: str
    currency: str
    received_by: PersonRef | None
    months: list[PaymentMonthOut]
    created_at: datetime


class ExpenseOut(Struct, gc=False):
    """Money that was spent."""

    id: int
    recipient: str | None
    recipient_user: int | None
    amount: str
    reason: str
    created_at: datetime


class FinanceOut(Struct):
    """All that came in, all that was spent, and the difference."""

    income: str
    expense: str
    profit: str


class PresenceOut(Struct):
    """How many employees worked today, and how many there are."""

    employees_present_today: int
    total_employees: int


class DashboardOut(Struct):
    """The centre's money and presence."""

    finance: FinanceOut
    attendance: PresenceOut


def _payment_out(view: PaymentView) -> PaymentOut:
    months = [PaymentMonthOut(month.id, month.year, month.month, MONTH_NAMES[month.month - 1]) for month in view.months]
    return PaymentOut(
        id=view.id,
        kind=view.kind,
        provider=view.provider,
        status=view.status,
        student=view.payer,
        group=view.group_id,
        months_paid=len(months),
        amount=two_digits(view.amount),
        currency="UZS",
        received_by=view.received_by,
        months=months,
        created_at=view.created_at,
    )


def _expense_out(view: ExpenseView) -> ExpenseOut:
    return ExpenseOut(view.id, view.recipient, view.recipient_user, two_digits(view.amount), view.reason, view.created_at)


def _dashboard_out(view: DashboardView) -> DashboardOut:
    finance = view.finance
    return DashboardOut(
        FinanceOut(two_digits(finance.income), two_digits(finance.expense), two_digits(finance.profit)),
        PresenceOut(view.employees_present, view.employees),
    )


@get("/api/v1/payments", opt=may(queries.payments), tags=["payments"])
@work
def list_payments(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[PaymentOut]:
    """Payments of every kind; a student sees their own."""
    return queries.payments(tx, actor, page(skip, limit)).map(_payment_out)


@get("/api/v1/payments/my-payments", opt=may(queries.own_payments) | RUN_IN_LOOP, tags=["payments"])
@work
def list_own_payments(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[PaymentOut]:
    """The caller's own payments."""
    return queries.own_payments(tx, actor, page(skip, limit)).map(_payment_out)


@post("/api/v1/payments", opt=may(actions.take_payment), tags=["payments"])
@work
def take_payment(tx: Tx, actor: Actor, data: PaymentBody) -> PaymentOut:
    """Record tuition that was paid by hand."""
    return _payment_out(queries.payment(tx, actor, actions.take_payment(tx, actor, data)))


@get("/api/v1/payments/{id:int}", opt=may(queries.payment), tags=["payments"])
@work
def read_payment(tx: Tx, actor: Actor, id: PathId) -> PaymentOut:
    """One payment."""
    return _payment_out(queries.payment(tx, actor, id))


@change("/api/v1/payments/{id:int}", whole=PaymentBody, opt=may(actions.change_payment), tags=["payments"])
def change_payment(tx: Tx, actor: Actor, id: PathId, data: PaymentChangesBody) -> PaymentOut:
    """Change a payment that was taken by hand. The change is audited."""
    actions.change_payment(tx, actor, id, data)
    return _payment_out(queries.payment(tx, actor, id))


@delete("/api/v1/payments/{id:int}", opt=may(actions.delete_payment), tags=["payments"])
@work
def delete_payment(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a payment that was taken by hand. The deletion is audited."""
    actions.delete_payment(tx, actor, id)


@get("/api/v1/expenses", opt=may(queries.expenses), tags=["expenses"])
@work
def list_expenses(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[ExpenseOut]:
    """All expenses."""
    return queries.expenses(tx, actor, page(skip, limit)).map(_expense_out)


@post("/api/v1/expenses", opt=may(actions.record_expense), tags=["expenses"])
@work
def create_expense(tx: Tx, actor: Actor, data: ExpenseInput) -> ExpenseOut:
    """Record an expense."""
    return _expense_out(queries.expense(tx, actor, actions.record_expense(tx, actor, data)))


@get("/api/v1/expenses/{id:int}", opt=may(queries.expense), tags=["expenses"])
@work
def read_expense(tx: Tx, actor: Actor, id: PathId) -> ExpenseOut:
    """One expense."""
    return _expense_out(queries.expense(tx, actor, id))


@change("/api/v1/expenses/{id:int}", whole=ExpenseInput, opt=may(actions.change_expense), tags=["expenses"])
def change_expense(tx: Tx, actor: Actor, id: PathId, data: ExpenseChanges) -> ExpenseOut:
    """Change an expense. The change is audited."""
    actions.change_expense(tx, actor, id, data)
    return _expense_out(queries.expense(tx, actor, id))


@delete("/api/v1/expenses/{id:int}", opt=may(actions.delete_expense), tags=["expenses"])
@work
def delete_expense(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete an expense. The deletion is audited."""
    actions.delete_expense(tx, actor, id)


@get("/api/v1/dashboard", opt=may(queries.dashboard) | RUN_IN_LOOP, tags=["dashboard"])
@work
def read_dashboard(tx: Tx, actor: Actor) -> DashboardOut:
    """The centre's money of all time, and its employees today."""
    return _dashboard_out(queries.dashboard(tx, actor))


ROUTES = [
    list_payments,
    list_own_payments,
    take_payment,
    read_payment,
    *change_payment,
    delete_payment,
    list_expenses,
    create_expense,
    read_expense,
    *change_expense,
    delete_expense,
    read_dashboard,
]
