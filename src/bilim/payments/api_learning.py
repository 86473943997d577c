"""Figures of payments, and which settings of theirs are made, in the learning surface's words."""

from decimal import Decimal

from litestar import get
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.work import READS_LONG, work
from bilim.kit.actors import Actor
from bilim.payments.protocols import Checkouts
from bilim.payments.queries import stats
from bilim.payments.queries.stats import PaymentStatsView, Share
from bilim.settings import Settings


class MonthOut(Struct):
    """What came in in a month."""

    year: int
    month: int
    revenue: Decimal


class PaymentStatsOut(Struct):
    """Figures of all payments. Amounts are UZS; revenue is captured money less refunds."""

    total_revenue: Decimal
    total_refunded: Decimal
    captured_payments: int
    pending_payments: int
    active_subscriptions: int
    currency: str
    shares: list[Share]
    months: list[MonthOut]


class ServiceCheck(Struct):
    """Which settings of a service are made; never what they are."""

    name: str
    is_configured: bool
    settings: dict[str, bool]


class ConfigCheckOut(Struct):
    """Which settings of payments are made; never what they are."""

    environment: str
    services: list[ServiceCheck]
    settings: dict[str, bool]


def _stats_out(view: PaymentStatsView) -> PaymentStatsOut:
    shares = view.shares
    return PaymentStatsOut(
        total_revenue=sum((each.revenue for each in shares), Decimal(0)),
        total_refunded=sum((each.refunded for each in shares), Decimal(0)),
        captured_payments=sum(each.captured for each in shares),
        pending_payments=sum(each.pending for each in shares),
        active_subscriptions=view.active_subscriptions,
        currency="UZS",
        shares=shares,
        months=[MonthOut(each.month.year, each.month.month, each.revenue) for each in view.months],
    )


@get("/api/v1/statistics/payment-stats", opt=may(stats.payment_stats) | READS_LONG, tags=["statistics"])
@work
def read_payment_stats(tx: Tx, actor: Actor) -> PaymentStatsOut:
    """Revenue of all time by kind and way of paying, what waits, the subscriptions that run, and the last months."""
    return _stats_out(stats.payment_stats(tx, actor))


@get("/api/v1/subscriptions/admin/config-check", opt=may(stats.payment_stats), tags=["subscriptions"])
@work
def check_config(actor: Actor, settings: Settings, checkouts: Checkouts) -> ConfigCheckOut:  # noqa: ARG001 - asked who it is
    """Which settings of payments are made; none is shown."""
    services = [ServiceCheck(each.name, all(each.settings.values()), dict(each.settings)) for each in checkouts]
    fiscal = {"FISCAL_COURSE": settings.fiscal_course, "FISCAL_PLAN": settings.fiscal_plan, "FISCAL_TUITION": settings.fiscal_tuition}
    made = {"PUBLIC_URL": bool(settings.public_url), **{name: bool(value) for name, value in fiscal.items()}}
    return ConfigCheckOut(settings.environment, services, made)


ROUTES = [read_payment_stats, check_config]
