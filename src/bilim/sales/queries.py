"""Instructors' statements. Amounts are UZS."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, func, select

from bilim.catalog.models import Course
from bilim.catalog.queries.courses import CourseRef
from bilim.db.base import UtcDateTime
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared
from bilim.db.select_into import convert, nested, select_into, uzs
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Invalid
from bilim.kit.money import to_uzs
from bilim.kit.paging import Page, RowStream
from bilim.sales.models import SaleLine
from bilim.sales.rules import kind_of

_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""No line is outside; near the ends of the calendar arithmetic would overflow."""


class Period(Struct, frozen=True):
    """Whole days of the school's clock, both included; open where one is None."""

    first: date | None = None
    last: date | None = None


class LineView(Struct):
    """A line of a statement: a `sale`, or below 0 a `refund`. `share` is the instructor's; `balance` sums it up to this line."""

    id: int
    kind: str
    payment: int
    course: CourseRef
    amount: Decimal
    share_percent: int
    share: Decimal
    balance: Decimal
    created_at: datetime


class StatementSums(Struct):
    """A period in sums. `share` is the instructor's part of `net`; the balance is of all time, before the period and at its end."""

    instructor: int
    sales: int
    refunds: int
    sold: Decimal
    refunded: Decimal
    net: Decimal
    share: Decimal
    balance_before: Decimal
    balance_after: Decimal


_LINE = select_into(
    LineView,
    id=SaleLine.id,
    kind=convert(kind_of, SaleLine.amount),
    payment=SaleLine.payment_id,
    course=nested(CourseRef, id=Course.id, title=Course.title),
    amount=uzs(SaleLine.amount),
    share_percent=SaleLine.share_percent,
    share=uzs(SaleLine.share),
    balance=uzs(SaleLine.balance),
    created_at=SaleLine.created_at,
).join(Course, Course.id == SaleLine.course_id)
_OF_INSTRUCTOR = SaleLine.instructor_id == bindparam("instructor_id")
_START, _END = bindparam("start", type_=UtcDateTime()), bindparam("end", type_=UtcDateTime())


def _bounds(period: Period) -> list[Any]:
    """The conditions of a period; `_moments` are their values."""
    first = [SaleLine.created_at >= _START] if period.first else []
    return [*first, SaleLine.created_at < _END] if period.last else first


@cache
def _lines(has_first: bool, has_last: bool) -> ListQuery[LineView]:  # noqa: FBT001 - keys of a cache
    shape = Period(date.min if has_first else None, date.min if has_last else None)
    wanted = (_OF_INSTRUCTOR, *_bounds(shape))
    order = (SaleLine.created_at, SaleLine.id)
    count = select(func.count()).select_from(SaleLine).where(*wanted)
    return ListQuery(_LINE.order_by(*order), count, select(SaleLine.id).where(*wanted).order_by(*order))


@requires(Role.TEACHER)
def statement(tx: Tx, actor: Actor, page: Page, period: Period, instructor_id: int | None = None) -> RowStream[LineView]:
    """The lines of the actor's own statement in a period, the oldest first; for admins anybody's.

    Raises:
        Forbidden: somebody else's.
        Invalid: the period ends before it begins.
    """
    values = {"instructor_id": _whose(actor, instructor_id), **_moments(tx, period)}
    return paginate(tx, _lines(period.first is not None, period.last is not None), page, values)


@requires(Role.TEACHER)
def statement_sums(tx: Tx, actor: Actor, period: Period, instructor_id: int | None = None) -> StatementSums:
    """The sums of the actor's own statement in a period; for admins anybody's.

    Raises:
        Forbidden, Invalid: see `statement`.
    """
    whose = _whose(actor, instructor_id)
    values = {"instructor_id": whose, **_moments(tx, period)}
    sales, refunds, sold, refunded, share = map(int, tx.first(_sums(period.first is not None, period.last is not None), values))
    after = _balance(tx, values)
    return StatementSums(
        instructor=whose,
        sales=sales,
        refunds=refunds,
        sold=to_uzs(sold),
        refunded=to_uzs(-refunded),
        net=to_uzs(sold + refunded),
        share=to_uzs(share),
        balance_before=to_uzs(after - share),
        balance_after=to_uzs(after),
    )


@cache
def _sums(has_first: bool, has_last: bool) -> Prepared:  # noqa: FBT001 - keys of a cache
    shape = Period(date.min if has_first else None, date.min if has_last else None)
    sale, refund = SaleLine.amount > 0, SaleLine.amount < 0
    figures = [case((sale, 1), else_=0), case((refund, 1), else_=0), case((sale, SaleLine.amount), else_=0)]
    figures += [case((refund, SaleLine.amount), else_=0), SaleLine.share]
    return Prepared(select(*(func.coalesce(func.sum(each), 0) for each in figures)).where(_OF_INSTRUCTOR, *_bounds(shape)))


def _balance(tx: Tx, values: dict[str, Any]) -> int:
    """The balance at the end of a period, in tiyin: that of the last line until then."""
    last = select(SaleLine.balance).where(SaleLine.instructor_id == values["instructor_id"])
    if "end" in values:
        last = last.where(SaleLine.created_at < values["end"])
    return tx.scalar(last.order_by(SaleLine.created_at.desc(), SaleLine.id.desc()).limit(1)) or 0


def _whose(actor: Actor, instructor_id: int | None) -> int:
    if instructor_id is not None and instructor_id != actor.id and not actor.is_admin:
        raise Forbidden("only_own_statement")
    return actor.id if instructor_id is None else instructor_id


def _moments(tx: Tx, period: Period) -> dict[str, datetime]:
    """The moments at which a period begins and ends on the school's clock."""
    if period.first and period.last and period.last < period.first:
        raise Invalid(to="period_reversed")
    zone = tx.local_now.tzinfo
    found: dict[str, datetime] = {}
    if period.first:
        found["start"] = datetime.combine(min(max(period.first, _FIRST_DAY), _LAST_DAY), time(), zone)
    if period.last:
        found["end"] = datetime.combine(min(max(period.last, _FIRST_DAY), _LAST_DAY) + timedelta(days=1), time(), zone)
    return found
