"""What somebody buys, and this slice's jobs."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.billing.inputs import Amount, MonthInput, Months
from bilim.coupons.inputs import TypedCode
from bilim.kit.errors import Invalid
from bilim.kit.fields import Id
from bilim.kit.inputs import Input, Omittable, value_or
from bilim.kit.jobs import Job, Queue
from bilim.payments.rules import MAX_MONTHS

QUEUE: Queue = "money"
ProviderName = Annotated[str, Meta(min_length=1, max_length=16)]


class PurchaseInput(Input, kw_only=True):
    """What somebody buys, and by which service they pay: one course, one plan, or months of tuition in a group."""

    provider: ProviderName
    course_id: Omittable[Id] = UNSET
    plan_id: Omittable[Id] = UNSET
    group_id: Omittable[Id] = UNSET
    months: Omittable[Months] = UNSET
    coupon: Omittable[TypedCode] = UNSET
    """A code that lowers the price of a course."""

    def check_whole(self) -> None:
        """One thing is bought; months belong to a group.

        Raises:
            Invalid: nothing, or several things; a coupon for anything but a course; a group without months, or with too many.
        """
        named = [each for each in (self.course_id, self.plan_id, self.group_id) if each is not UNSET and each is not None]
        if len(named) != 1:
            raise Invalid(non_field_errors="buy_one_thing")
        if self.coupon_code is not None and not _is_set(self.course_id):
            raise Invalid(coupon="coupon_for_courses")
        if named[0] is not self.group_id:
            return
        if not value_or(self.months, []):
            raise Invalid(months="required")
        if len(value_or(self.months, [])) > MAX_MONTHS:
            raise Invalid(months="too_many_months")

    @property
    def coupon_code(self) -> str | None:
        """The code of a coupon, where one was given."""
        return value_or(self.coupon, None)

    @property
    def wanted_months(self) -> list[MonthInput]:
        """The months of tuition; none of other things."""
        return value_or(self.months, []) if _is_set(self.group_id) else []


def _is_set(value: int | UnsetType | None) -> bool:
    return value is not UNSET and value is not None


class RefundInput(Input, kw_only=True):
    """How much of a payment goes back, in UZS: all that is left where nothing is said."""

    amount: Omittable[Amount] = UNSET


class SweepPayments(Job):
    """Write down what expired: payments that nobody began to pay, and what services began and never ended. Delete old logs."""

    kind: ClassVar[str] = "payments.sweep"
    queue: ClassVar[Queue] = QUEUE
    runs_after_restore: ClassVar[bool] = True


class Reconcile(Job):
    """Compare the ledger with itself, and the day that is over with what each service says of it."""

    kind: ClassVar[str] = "payments.reconcile"
    queue: ClassVar[Queue] = QUEUE
    runs_after_restore: ClassVar[bool] = True


class WriteSale(Job):
    """Write what became of a course's payment into its instructor's statement, and that the coupon which lowered it was used."""

    kind: ClassVar[str] = "payments.write-sale"
    queue: ClassVar[Queue] = QUEUE
    runs_after_restore: ClassVar[bool] = True

    payment_id: int
