"""The part of the data about plans and quotas: students use what is free, teachers are subscribed."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bench.floor.drivers import local
from bench.rows import EPOCH, advance_sequences, fill
from bilim.db.engine import Tx
from bilim.plans.models import AiUsage, Plan, Subscription
from bilim.plans.rules import FREE, PREMIUM, Quota, month_of
from bilim.study.totals import recount

_YEAR = timedelta(days=365)


def fill_plans(connection: Connection, rng: random.Random, teachers: range, students: range) -> None:
    """Fill the tables of plans, and count what learners finished."""
    quotas = {f"{quota}_quota": PREMIUM.of(quota) for quota in Quota}
    plan = {"id": 1, "name": "Yillik", "price": 89_000_000, "duration_days": 365, "stripe_price_id": "", **quotas}
    fill(connection, Plan, iter([{**plan, "created_at": EPOCH, "updated_at": EPOCH}]))
    now = datetime.now(UTC)
    granted = {"plan_id": 1, "duration_days": 365, "source": "admin", "created_at": now, "starts_at": now, "ends_at": now + _YEAR}
    fill(connection, Subscription, ({"user_id": user_id, **granted} for user_id in teachers[1:]))
    month = month_of(local(now))
    period = {"period": month.key, "began_at": month.began_at, "ends_at": month.ends_at}
    used = ({"user_id": user_id, **period, **{quota.value: rng.randint(0, FREE.of(quota)) for quota in Quota}} for user_id in students)
    fill(connection, AiUsage, used)
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Plan, Subscription)
    recount(Tx(connection, EPOCH, {}))
