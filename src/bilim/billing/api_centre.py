"""Payments, expenses and the dashboard in the centre's words; the list of payments is the learning surface's too."""

from typing import Annotated, Any, ClassVar

from litestar import delete, get, patch, post, put
from msgspec import UNSET, Meta, Struct, UnsetType

from bilim.billing import actions, queries
from bilim.billing.queries import ExpenseView, PaymentView
from bilim.billing.rules import months_problem
from bilim.db.engine import Tx
from bilim.http.access import needs
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import work
from bilim.journal import queries as journal
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Amount, Body, Id, Omittable, Reason, ShortText
from bilim.kit.money import amount_problem, to_text
from bilim.kit.paging import Flow, page
from bilim.kit.patch import sent_fields

STAFF = needs(Role.TEACHER)
ADMINS = needs(Role.ADMIN)

Year = Annotated[int, Meta(ge=2000, le=2100)]
Month = Annotated[int, Meta(ge=1, le=12)]


class MonthIn(Struct):
    """A month that is paid for."""

    year: Year
    month: Month


Months = Annotated[list[MonthIn], Meta(max_length=120)]


class PaymentIn(Body):
    """Tuition taken by hand; `amount` is UZS."""

    checks: ClassVar = {"amount": amount_problem, "months": months_problem}

    student: Id
    group: Id
    amount: Amount
    months: Omittable[Months] = UNSET


class PaymentChanges(Body):
    """Changes of a payment: what is left out stays; months replace the earlier ones."""

    checks: ClassVar = {"amount": amount_problem, "months": months_problem}

    student: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    amount: Amount | UnsetType = UNSET
    months: Omittable[Months] = UNSET


class ExpenseIn(Body):
    """Money that was spent; `amount` is UZS."""

    checks: ClassVar = {"amount": amount_problem}

    amount: Amount
    reason: Reason
    recipient: Omittable[ShortText] = UNSET
    recipient_user: Omittable[Id] = UNSET


class ExpenseChanges(Body):
    """Changes of an expense: what is left out stays."""

    checks: ClassVar = {"amount": amount_problem}

    amount: Amount | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET
    recipient: Omittable[ShortText] = UNSET
    recipient_user: Omittable[Id] = UNSET


class Finance(Struct):
    """All that came in, all that was spent, and the difference."""

    income: str
    expense: str
    profit: str


class Presence(Struct):
    """How many employees worked today, and how many there are."""

    employees_present_today: int
    total_employees: int


class Dashboard(Struct):
    """How the centre does."""

    finance: Finance
    attendance: Presence


def _payment_values(data: PaymentIn | PaymentChanges) -> dict[str, Any]:
    values = sent_fields(data)
    if values.get("months"):
        values["months"] = [(month.year, month.month) for month in values["months"]]
    return values


@get("/api/v1/payments", tags=["payments"])
@work
def list_payments(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> Flow[PaymentView]:
    """Payments of every kind; a student sees their own."""
    return queries.payments(tx, actor, page(skip, limit))


@get("/api/v1/payments/my-payments", tags=["payments"])
@work
def list_own_payments(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> Flow[PaymentView]:
    """The caller's own payments."""
    return queries.payments_of(tx, actor.id, page(skip, limit))


@post("/api/v1/payments", opt=ADMINS, tags=["payments"])
@work
def take_payment(tx: Tx, actor: Actor, data: PaymentIn) -> PaymentView:
    """Write down tuition that was paid by hand."""
    return queries.payment(tx, actor, actions.take_payment(tx, actor, _payment_values(data)))


@get("/api/v1/payments/{id:int}", tags=["payments"])
@work
def read_payment(tx: Tx, actor: Actor, id: PathId) -> PaymentView:
    """One payment."""
    return queries.payment(tx, actor, id)


@put("/api/v1/payments/{id:int}", opt=ADMINS, tags=["payments"])
@work
def replace_payment(tx: Tx, actor: Actor, id: PathId, data: PaymentIn) -> PaymentView:
    """Change a payment that was taken by hand; it is on record who did."""
    actions.change_payment(tx, actor, id, _payment_values(data))
    return queries.payment(tx, actor, id)


@patch("/api/v1/payments/{id:int}", opt=ADMINS, tags=["payments"])
@work
def change_payment(tx: Tx, actor: Actor, id: PathId, data: PaymentChanges) -> PaymentView:
    """Change a payment that was taken by hand; it is on record who did."""
    actions.change_payment(tx, actor, id, _payment_values(data))
    return queries.payment(tx, actor, id)


@delete("/api/v1/payments/{id:int}", opt=ADMINS, tags=["payments"])
@work
def delete_payment(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a payment that was taken by hand; it is on record who did."""
    actions.delete_payment(tx, actor, id)


@get("/api/v1/expenses", opt=STAFF, tags=["expenses"])
@work
def list_expenses(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[ExpenseView]:
    """All expenses."""
    return queries.expenses(tx, page(skip, limit))


@post("/api/v1/expenses", opt=ADMINS, tags=["expenses"])
@work
def create_expense(tx: Tx, actor: Actor, data: ExpenseIn) -> ExpenseView:
    """Write down an expense."""
    return queries.expense(tx, actions.record_expense(tx, actor, sent_fields(data)))


@get("/api/v1/expenses/{id:int}", opt=STAFF, tags=["expenses"])
@work
def read_expense(tx: Tx, id: PathId) -> ExpenseView:
    """One expense."""
    return queries.expense(tx, id)


@put("/api/v1/expenses/{id:int}", opt=ADMINS, tags=["expenses"])
@work
def replace_expense(tx: Tx, actor: Actor, id: PathId, data: ExpenseIn) -> ExpenseView:
    """Change an expense; it is on record who did."""
    actions.change_expense(tx, actor, id, sent_fields(data))
    return queries.expense(tx, id)


@patch("/api/v1/expenses/{id:int}", opt=ADMINS, tags=["expenses"])
@work
def change_expense(tx: Tx, actor: Actor, id: PathId, data: ExpenseChanges) -> ExpenseView:
    """Change an expense; it is on record who did."""
    actions.change_expense(tx, actor, id, sent_fields(data))
    return queries.expense(tx, id)


@delete("/api/v1/expenses/{id:int}", opt=ADMINS, tags=["expenses"])
@work
def delete_expense(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete an expense; it is on record who did."""
    actions.delete_expense(tx, actor, id)


@get("/api/v1/dashboard", opt=STAFF, tags=["dashboard"])
@work
def read_dashboard(tx: Tx) -> Dashboard:
    """The centre's money of all time, and its employees today."""
    sums = queries.sums(tx)
    finance = Finance(to_text(sums.income), to_text(sums.expense), to_text(sums.profit))
    return Dashboard(finance, Presence(*journal.employees(tx)))


ROUTES = [
    list_payments,
    list_own_payments,
    take_payment,
    read_payment,
    replace_payment,
    change_payment,
    delete_payment,
    list_expenses,
    create_expense,
    read_expense,
    replace_expense,
    change_expense,
    delete_expense,
    read_dashboard,
]
