"""Reads of quotas: what somebody may use at this moment, and what is left of it."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, select

from bilim.accounts.access import is_premium_now
from bilim.accounts.models import User
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import nested, nested_or_none, select_into
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.plans import rules
from bilim.plans.access import NOW, is_running
from bilim.plans.models import AiReservation, AiUsage, Plan, Subscription
from bilim.plans.rules import Limits, Period, Quota


class Allowance(Struct, frozen=True):
    """How much somebody may use, and until when."""

    period: Period
    limits: Limits


class UsageView(Struct):
    """What is left of somebody's quotas. Everybody has one such record, under their own id.

    `usage_date` is since when is counted: the beginning of the period, or an admin's last reset; `resets_at` is when all is refilled.
    """

    id: int
    user_id: int
    usage_date: datetime
    resets_at: datetime
    gpt4o_requests_left: int
    stt_requests_left: int
    tts_chars_left: int
    pronunciation_analysis_left: int


class _RunningPlan(Struct):
    """A subscription that runs, and its plan's quotas."""

    subscription_id: int
    starts_at: datetime
    ends_at: datetime
    limits: Limits


class _Standing(Struct):
    """What a person's limits depend on."""

    is_premium: bool
    running: _RunningPlan | None


_STANDING = PreparedSelection(
    select_into(
        _Standing,
        is_premium=is_premium_now(),
        running=nested_or_none(
            _RunningPlan,
            subscription_id=Subscription.id,
            starts_at=Subscription.starts_at,
            ends_at=Subscription.ends_at,
            limits=nested(
                Limits,
                gpt4o_requests=Plan.gpt4o_requests_quota,
                stt_requests=Plan.stt_requests_quota,
                tts_chars=Plan.tts_chars_quota,
                pronunciation_analysis=Plan.pronunciation_analysis_quota,
            ),
        ),
    )
    .select_from(User)
    .outerjoin(Subscription, and_(Subscription.user_id == User.id, is_running()))
    .outerjoin(Plan, Plan.id == Subscription.plan_id)
    .where(User.id == bindparam("user_id"))
    .order_by(Subscription.starts_at)
)
_COUNTED: list[Any] = [getattr(AiUsage, quota) for quota in Quota]
_IS_EXPIRED = and_(AiReservation.user_id == AiUsage.user_id, AiReservation.period == AiUsage.period, AiReservation.expires_at <= NOW)
_USED = Prepared(
    select(AiUsage.began_at, *_COUNTED, AiReservation.kind, AiReservation.amount)
    .outerjoin(AiReservation, _IS_EXPIRED)
    .where(AiUsage.user_id == bindparam("user_id"), AiUsage.period == bindparam("period"))
)
"""What was used, in a row for each reservation that expired, or in one row."""


@internal
def allowance(tx: Tx, user_id: int) -> Allowance:
    """What somebody may use now: by the plan that runs, else as a premium member, else what is free (CONTRACT section 8).

    Somebody who does not exist has what is free.
    """
    standing = tx.fetch_first(_STANDING, {"user_id": user_id, "now": tx.now})
    if standing is not None and (running := standing.running):
        return Allowance(Period(f"s{running.subscription_id}", running.starts_at, running.ends_at), running.limits)
    is_premium = standing is not None and standing.is_premium
    return Allowance(rules.month_of(tx.local_now), rules.PREMIUM if is_premium else rules.FREE)


@signed_in
def own_usage(tx: Tx, actor: Actor) -> UsageView:
    """What is left of the actor's quotas."""
    return usage_of(tx, actor.id)


@internal
def usage_of(tx: Tx, user_id: int) -> UsageView:
    """What is left of somebody's quotas. Reservations that expired count as given back."""
    allowed = allowance(tx, user_id)
    period = allowed.period
    wanted = {"user_id": user_id, "period": period.key, "now": tx.now}
    rows = tx.all(_USED, wanted)
    began_at, used = (rows[0][0], Limits(*rows[0][1:-2])) if rows else (period.began_at, rules.NOTHING)
    returned = dict.fromkeys(Quota, 0)
    for *_, kind, amount in rows:
        if kind is not None:
            returned[Quota(kind)] += amount
    left = allowed.limits.less(Limits(*(used.of(quota) - returned[quota] for quota in Quota)))
    return UsageView(
        id=user_id,
        user_id=user_id,
        usage_date=began_at,
        resets_at=period.ends_at,
        gpt4o_requests_left=left.gpt4o_requests,
        stt_requests_left=left.stt_requests,
        tts_chars_left=left.tts_chars,
        pronunciation_analysis_left=left.pronunciation_analysis,
    )
