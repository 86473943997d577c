"""Taking units of quotas before a provider is called, and giving them back where it failed.

    reserved = quotas.take(tx, user_id, Quota.GPT4O_REQUESTS, 1)    # committed before the call
    quotas.settle(tx, reserved)                                     # it answered
    quotas.give_back(tx, reserved)                                  # it did not

A unit is counted from the moment it is taken. Between the two transactions a row stands for it; whoever deletes that row decides what
becomes of the unit, so that it is given back once at most. Where neither happens, since the process died, the row expires.

Rows are locked in one order: what somebody used first, then reservations.
"""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select, tuple_, update

from bilim.accounts import audit
from bilim.accounts.models import User
from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest, Forbidden
from bilim.plans import rules
from bilim.plans.access import NOW
from bilim.plans.models import AiReservation, AiUsage
from bilim.plans.queries import quotas as queries
from bilim.plans.queries.quotas import UsageView
from bilim.plans.rules import Period, Quota

# Tables, not classes: statements on classes pass through the ORM at every execution.
_USAGE: Any = AiUsage.__table__
_RESERVATIONS: Any = AiReservation.__table__
_AMOUNT: Any = bindparam("amount", type_=AiUsage.gpt4o_requests.type)
_LIMIT: Any = bindparam("limit", type_=AiUsage.gpt4o_requests.type)
_ID: Any = bindparam("reservation_id", type_=AiReservation.id.type)


@internal
def take(tx: Tx, user_id: int, quota: Quota, amount: int) -> int:
    """Take units of a person's quota, and return the reservation to settle or give back.

    Commit before the provider is called: others who take from the same quota wait for that commit.

    Raises:
        BadRequest: fewer than one unit.
        Forbidden: not so many are left; nothing is taken.
    """
    if amount < 1:
        raise BadRequest("no_units")
    allowed = queries.allowance(tx, user_id)
    limit, period = allowed.limits.of(quota), allowed.period
    values = {"user_id": user_id, "amount": amount, "limit": limit, "period": period.key}
    counted = {**values, "began_at": period.began_at, "ends_at": period.ends_at}
    taking = _taking(quota, tx.dialect)
    is_taken = amount <= limit and (
        tx.first(taking, counted) is not None or (_release_expired(tx, user_id, period) and tx.first(taking, counted) is not None)
    )
    if not is_taken:
        raise Forbidden("quota_exceeded", quota=quota.value)
    return tx.scalar(_RESERVE, {**values, "kind": quota.value, "expires_at": tx.now + rules.RESERVED_FOR})


@internal
def take_up_to(tx: Tx, user_id: int, quota: Quota, most: int) -> tuple[int, int]:
    """Take as many units as are left, at most so many; the reservation, and how many it holds.

    Raises:
        Forbidden: none is left.
    """
    try:
        return take(tx, user_id, quota, most), most
    except Forbidden:
        some = min(most - 1, getattr(queries.usage_of(tx, user_id), f"{quota}_left"))
        if some < 1:
            raise
    return take(tx, user_id, quota, some), some


@internal
def settle(tx: Tx, reservation_id: int) -> None:
    """Say that what was reserved is used. Nothing happens where it expired: its units were given back."""
    tx.run(_SETTLE, {"reservation_id": reservation_id})


@internal
def give_back(tx: Tx, reservation_id: int) -> bool:
    """Give back what was reserved, once; False where it was settled or given back before."""
    tx.first(_LOCK_BY_RESERVATION, {"reservation_id": reservation_id})
    row = tx.first(_CLAIM, {"reservation_id": reservation_id})
    if row is None:
        return False
    user_id, period, kind, amount = row
    tx.run(_returning(Quota(kind)), {"user_id": user_id, "period": period, "amount": amount})
    return True


@requires(Role.ADMIN)
def reset_usage(tx: Tx, actor: Actor, user_id: int) -> UsageView:
    """Refill somebody's quotas; what is left afterwards. It is audited.

    Of somebody who does not exist the record is answered as it is, and nothing is written (reference, `ai/usage/reset`).
    """
    if tx.scalar(select(User.id).where(User.id == user_id, User.deleted_at.is_(None))) is None:
        return queries.usage_of(tx, user_id)
    before = _as_audited(queries.usage_of(tx, user_id))
    period = queries.allowance(tx, user_id).period
    empty = {"began_at": tx.now, **{quota.value: 0 for quota in Quota}}
    emptied = tx.inserting(AiUsage).values(user_id=user_id, period=period.key, ends_at=period.ends_at, **empty)
    tx.execute(emptied.on_conflict_do_update(index_elements=[AiUsage.user_id, AiUsage.period], set_=empty))
    tx.execute(delete(AiReservation).where(AiReservation.user_id == user_id, AiReservation.period == period.key))
    usage = queries.usage_of(tx, user_id)
    audit.record(tx, actor, "ai_usage", user_id, before, _as_audited(usage))
    return usage


SWEPT = 1000
"""Rows that are deleted at a time, so that nobody waits long for a lock."""


@internal
def sweep(tx: Tx) -> int:
    """Delete some of what was used in periods that ended long ago, and reservations that nobody settled in them; how many periods.

    A subscription's end only ever moves nearer, so that what ended here has ended.
    """
    key = tuple_(AiUsage.user_id, AiUsage.period)
    old = select(AiUsage.user_id, AiUsage.period).where(AiUsage.ends_at < tx.now - rules.KEPT_FOR).order_by(AiUsage.ends_at).limit(SWEPT)
    swept = tx.execute(delete(AiUsage).where(key.in_(old))).rowcount
    is_counted = exists().where(AiUsage.user_id == AiReservation.user_id, AiUsage.period == AiReservation.period)
    tx.execute(delete(AiReservation).where(AiReservation.expires_at <= tx.now, ~is_counted))
    return swept


def _as_audited(usage: UsageView) -> dict[str, int]:
    return {f"{quota}_left": getattr(usage, f"{quota}_left") for quota in Quota}


def _release_expired(tx: Tx, user_id: int, period: Period) -> bool:
    """Give back what somebody's expired reservations hold; whether there were any of this period."""
    wanted = {"user_id": user_id, "period": period.key, "now": tx.now}
    tx.first(_LOCK, wanted)
    expired = [row for row in tx.all(_EXPIRE, wanted) if row[0] == period.key]
    for _, kind, amount in expired:
        tx.run(_returning(Quota(kind)), {**wanted, "amount": amount})
    return bool(expired)


@cache
def _taking(quota: Quota, dialect: str) -> Prepared:
    """The statement that takes units where so many are left: it answers a row then, and none otherwise."""
    used = {each.value: _AMOUNT if each is quota else 0 for each in Quota}
    period = {name: bindparam(name, type_=_USAGE.c[name].type) for name in ("user_id", "period", "began_at", "ends_at")}
    more = _USAGE.c[quota.value] + _AMOUNT
    taking = INSERTING[dialect](_USAGE).values(**period, **used)
    taking = taking.on_conflict_do_update(index_elements=["user_id", "period"], set_={quota.value: more}, where=more <= _LIMIT)
    return Prepared(taking.returning(_USAGE.c.user_id))


@cache
def _returning(quota: Quota) -> Prepared:
    """The statement that takes units off what was used."""
    column = _USAGE.c[quota.value]
    return Prepared(update(_USAGE).where(*_OF_PERIOD).values({column: column - _AMOUNT}))


_OF_PERIOD = (_USAGE.c.user_id == bindparam("user_id"), _USAGE.c.period == bindparam("period"))
_LOCK = Prepared(select(_USAGE.c.user_id).where(*_OF_PERIOD).with_for_update())
_LOCK_BY_RESERVATION = Prepared(
    select(_USAGE.c.user_id)
    .join(_RESERVATIONS, (_RESERVATIONS.c.user_id == _USAGE.c.user_id) & (_RESERVATIONS.c.period == _USAGE.c.period))
    .where(_RESERVATIONS.c.id == _ID)
    .with_for_update(of=_USAGE)
)
_RESERVE = Prepared(
    insert(_RESERVATIONS)
    .values(
        user_id=bindparam("user_id"),
        period=bindparam("period"),
        kind=bindparam("kind"),
        amount=_AMOUNT,
        expires_at=bindparam("expires_at", type_=_RESERVATIONS.c.expires_at.type),
    )
    .returning(_RESERVATIONS.c.id)
)
_SETTLE = Prepared(delete(_RESERVATIONS).where(_RESERVATIONS.c.id == _ID))
_CLAIM = Prepared(
    delete(_RESERVATIONS)
    .where(_RESERVATIONS.c.id == _ID)
    .returning(_RESERVATIONS.c.user_id, _RESERVATIONS.c.period, _RESERVATIONS.c.kind, _RESERVATIONS.c.amount)
)
_EXPIRE = Prepared(
    delete(_RESERVATIONS)
    .where(_RESERVATIONS.c.user_id == bindparam("user_id"), _RESERVATIONS.c.expires_at <= NOW)
    .returning(_RESERVATIONS.c.period, _RESERVATIONS.c.kind, _RESERVATIONS.c.amount)
)
