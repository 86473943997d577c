"""Figures over all payments. Amounts are UZS."""

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import case, func, select

from bilim.billing.access import is_expired
from bilim.billing.models import MonthSum, Payment
from bilim.billing.rules import CAPTURED, PENDING
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import Selection, convert, select_into
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.money import to_uzs
from bilim.payments.models import PaymentAlert
from bilim.plans.access import is_running
from bilim.plans.models import Subscription

_MONTHS = 12


class Share(Struct):
    """The payments of one kind by one way of paying. `revenue` is captured money less refunds."""

    kind: str
    provider: str
    captured: int
    pending: int
    revenue: Decimal
    refunded: Decimal


class MonthRevenue(Struct):
    """What came in in a month, by its first day."""

    month: date
    revenue: Decimal


class PaymentStatsView(Struct):
    """All payments of all time, the subscriptions that run now, and the last months."""

    shares: list[Share]
    active_subscriptions: int
    months: list[MonthRevenue]


def _in_uzs(tiyin: Any) -> Decimal:
    """PostgreSQL sums whole numbers to a Decimal."""
    return to_uzs(int(tiyin))


def _sum_where(condition: Any, amount: Any) -> Any:
    return func.coalesce(func.sum(case((condition, amount), else_=0)), 0)


_IS_CAPTURED = Payment.status == CAPTURED
_SHARE = select_into(
    Share,
    kind=Payment.kind,
    provider=Payment.provider,
    captured=convert(int, _sum_where(_IS_CAPTURED, 1)),
    pending=convert(int, _sum_where(Payment.status == PENDING, case((is_expired(), 0), else_=1))),
    revenue=convert(_in_uzs, _sum_where(_IS_CAPTURED, Payment.amount - Payment.refunded)),
    refunded=convert(_in_uzs, _sum_where(_IS_CAPTURED, Payment.refunded)),
)
_GROUPED = _SHARE.query.group_by(Payment.kind, Payment.provider).order_by(Payment.kind, Payment.provider)
_SHARES = PreparedSelection(Selection(_GROUPED, _SHARE.make))
_ACTIVE = Prepared(select(func.count()).select_from(Subscription).where(is_running()))
_LAST_MONTHS = PreparedSelection(
    select_into(MonthRevenue, month=MonthSum.month, revenue=convert(_in_uzs, MonthSum.income))
    .order_by(MonthSum.month.desc())
    .limit(_MONTHS)
)
_OPEN_ALERTS = Prepared(select(PaymentAlert.kind, func.count()).where(PaymentAlert.resolved_at.is_(None)).group_by(PaymentAlert.kind))


@requires(Role.ADMIN)
def payment_stats(tx: Tx, actor: Actor) -> PaymentStatsView:  # noqa: ARG001 - the same for all admins
    """What came in, by kind and way of paying; how many subscriptions run; the last twelve months in which money moved."""
    now = {"now": tx.now}
    return PaymentStatsView(tx.fetch_all(_SHARES, now), tx.scalar(_ACTIVE, now), tx.fetch_all(_LAST_MONTHS))


@internal
def open_alerts(tx: Tx) -> dict[str, int]:
    """How many alerts of each kind nobody has looked at."""
    return dict(map(tuple, tx.all(_OPEN_ALERTS)))
