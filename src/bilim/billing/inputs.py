"""Inputs of payments taken by hand and of expenses, and this slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.billing.rules import months_problem
from bilim.kit.fields import Amount, Id, Reason, ShortText
from bilim.kit.inputs import Input, Omittable, Rule, required
from bilim.kit.jobs import Job

Year = Annotated[int, Meta(ge=2000, le=2100)]
Month = Annotated[int, Meta(ge=1, le=12)]


class MonthInput(Input, kw_only=True):
    """A month that is paid for."""

    year: Year
    month: Month


Months = Annotated[list[MonthInput], Meta(max_length=120), Rule(months_problem)]


class PaymentChanges(Input, kw_only=True):
    """Changes of a payment: what is left out stays; months that are given replace the earlier ones."""

    student_id: Id | UnsetType = UNSET
    group_id: Id | UnsetType = UNSET
    amount: Amount | UnsetType = UNSET
    months: Omittable[Months] = UNSET


@required("student_id", "group_id", "amount")
class PaymentInput(PaymentChanges, kw_only=True):
    """Tuition taken by hand; `amount` is UZS."""


class ExpenseChanges(Input, kw_only=True):
    """Changes of an expense: what is left out stays."""

    amount: Amount | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET
    recipient: Omittable[ShortText] = UNSET
    recipient_user: Omittable[Id] = UNSET
    """A member of the staff."""


@required("amount", "reason")
class ExpenseInput(ExpenseChanges, kw_only=True):
    """Money that was spent; `amount` is UZS."""


class PaymentTaken(Job):
    """Money arrived."""

    kind: ClassVar[str] = "billing.payment-taken"

    payment_id: int
