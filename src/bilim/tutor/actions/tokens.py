"""Reserving tokens before a model is asked, and settling them after.

    reserved = tokens.reserve(tx, actor, cost)                  # committed before the call
    tokens.settle(tx, reserved, tokens_in, tokens_out)          # it answered
    tokens.give_back(tx, reserved)                              # it did not

A reservation counts from the moment it is made. Whoever deletes its row decides what becomes of it; where its process was killed, the
sweep does. Rows are locked in one order: reservations, then a person's day, then the school's.
"""

from datetime import date, timedelta
from functools import cache
from operator import itemgetter
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, select, update

from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import RateLimited, Unavailable
from bilim.limits import windows
from bilim.limits.rules import Limit
from bilim.plans.actions import quotas
from bilim.plans.rules import Quota
from bilim.tutor import rules
from bilim.tutor.inputs import CeilingsInput
from bilim.tutor.models import PersonTokens, SchoolTokens, TokenCeilings, TokenReservation
from bilim.tutor.queries.tokens import ceilings

_PERSON: Any = PersonTokens.__table__
_SCHOOL: Any = SchoolTokens.__table__
_RESERVATIONS: Any = TokenReservation.__table__
_SWEPT_AT_ONCE = 500
_KEPT_DAYS = 100
RESERVED_FOR = timedelta(minutes=4)
"""Longer than an answer may take, and reading it aloud."""
AT_ONCE = 4
"""Answers that one person may wait for: others want to be answered too."""
_WAIT_SECONDS = 5
_ANY = 2**62


class Reserved(Struct, frozen=True):
    """What was taken for one answer."""

    user_id: int
    day: date
    quota: int
    """The reservation of one of `gpt4o_requests`."""
    tokens: int
    """The reservation of tokens."""


@signed_in
def reserve(tx: Tx, actor: Actor, cost: int, limit: Limit | None = rules.ASKING) -> Reserved:
    """Take one request and so many tokens for an answer to the actor. Commit before the model is asked.

    Args:
        limit: how often somebody may ask; None where something else was counted already.

    Raises:
        RateLimited: too many questions this minute or at once, or the actor has no tokens left today.
        Forbidden: no request is left.
        Unavailable: the school has no tokens left today.
    """
    if limit is not None:
        windows.take(tx, limit, str(actor.id))
    quota = quotas.take(tx, actor.id, Quota.GPT4O_REQUESTS, 1)
    now = tx.local_now
    most = ceilings(tx)
    person = {"user_id": actor.id, "day": now.date(), "amount": cost}
    if not _take(tx, _PERSON, person, most.person_daily):
        raise RateLimited(rules.seconds_to_midnight(now))
    if tx.scalar(_WAITING, {"user_id": actor.id, "now": tx.now}) >= AT_ONCE:
        raise RateLimited(_WAIT_SECONDS)
    if not _take(tx, _SCHOOL, {"day": now.date(), "amount": cost}, most.school_daily):
        raise Unavailable("ai_tokens_spent", retry_after=rules.seconds_to_midnight(now))
    tokens = tx.scalar(_RESERVE, {**person, "expires_at": tx.now + RESERVED_FOR})
    return Reserved(actor.id, now.date(), quota, tokens)


def _take(tx: Tx, table: Any, values: dict[str, Any], ceiling: int | None) -> bool:
    """Reserve tokens of a day; whether there were so many."""
    most = _ANY if ceiling is None else ceiling
    return values["amount"] <= most and tx.first(_taking(table, tx.dialect), {**values, "most": most}) is not None


@internal
def settle(tx: Tx, reserved: Reserved, tokens_in: int, tokens_out: int) -> None:
    """Say what an answer took. It is counted too where its reservation was swept meanwhile."""
    quotas.settle(tx, reserved.quota)
    row = tx.first(_CLAIM, {"reservation_id": reserved.tokens})
    _count(tx, reserved.user_id, reserved.day, row[2] if row else 0, tokens_in, tokens_out, 1)


@internal
def give_back(tx: Tx, reserved: Reserved) -> None:
    """Give back what was taken for an answer that did not come, once."""
    quotas.give_back(tx, reserved.quota)
    if row := tx.first(_CLAIM, {"reservation_id": reserved.tokens}):
        _count(tx, *row)


@internal
def sweep(tx: Tx) -> int:
    """Give back some reservations that nobody settled; how many they were. People's days of long ago are forgotten."""
    tx.execute(delete(PersonTokens).where(PersonTokens.day < tx.today - timedelta(days=_KEPT_DAYS)))
    expired = select(TokenReservation.id).where(TokenReservation.expires_at <= tx.now).order_by(TokenReservation.id)
    ids = [row[0] for row in tx.execute(expired.limit(_SWEPT_AT_ONCE).with_for_update(skip_locked=True))]
    rows = [row for each in ids if (row := tx.first(_CLAIM, {"reservation_id": each}))]
    for user_id, day, amount in sorted(rows):
        tx.run(_adding(_PERSON), {**_released(day, amount), "of_user_id": user_id})
    for _, day, amount in sorted(rows, key=itemgetter(1)):
        tx.run(_adding(_SCHOOL), _released(day, amount))
    return len(rows)


@requires(Role.ADMIN)
def set_ceilings(tx: Tx, actor: Actor, data: CeilingsInput) -> None:
    """Say how many tokens may be used a day, from now on and for today too."""
    values = {"person_daily": data.person_daily, "school_daily": data.school_daily, "updated_at": tx.now, "updated_by": actor.id}
    setting = tx.inserting(TokenCeilings).values(id=1, **values)
    tx.execute(setting.on_conflict_do_update(index_elements=[TokenCeilings.id], set_=values))


def _count(tx: Tx, user_id: int, day: date, released: int, tokens_in: int = 0, tokens_out: int = 0, replies: int = 0) -> None:
    counted = {"of_day": day, "released": released, "tokens_in": tokens_in, "tokens_out": tokens_out, "replies": replies}
    tx.run(_adding(_PERSON), {**counted, "of_user_id": user_id})
    tx.run(_adding(_SCHOOL), counted)


def _released(day: date, amount: int) -> dict[str, Any]:
    return {"of_day": day, "released": amount, "tokens_in": 0, "tokens_out": 0, "replies": 0}


@cache
def _taking(table: Any, dialect: str) -> Prepared:
    """The statement that reserves tokens where the day has so many left: it answers a row then, and none otherwise."""
    amount: Any = bindparam("amount", type_=table.c.reserved.type)
    most: Any = bindparam("most", type_=table.c.reserved.type)
    key = {column.name: bindparam(column.name, type_=column.type) for column in table.primary_key}
    taking = INSERTING[dialect](table).values(**key, tokens_in=0, tokens_out=0, reserved=amount, replies=0)
    taken = table.c.tokens_in + table.c.tokens_out + table.c.reserved + amount
    more = {"reserved": table.c.reserved + amount}
    taking = taking.on_conflict_do_update(index_elements=list(table.primary_key), set_=more, where=taken <= most)
    return Prepared(taking.returning(table.c.day))


@cache
def _adding(table: Any) -> Prepared:
    """The statement that turns what was reserved into what was used."""

    def given(name: str, like: str) -> Any:
        return bindparam(name, type_=table.c[like].type)

    sums = {name: table.c[name] + given(name, name) for name in ("tokens_in", "tokens_out", "replies")}
    sums["reserved"] = table.c.reserved - given("released", "reserved")
    # Under other names than the columns', which an UPDATE keeps for the values that it sets.
    key = [column == bindparam(f"of_{column.name}", type_=column.type) for column in table.primary_key]
    return Prepared(update(table).where(*key).values({table.c[name]: value for name, value in sums.items()}))


_WAITING = Prepared(
    select(func.count())
    .select_from(_RESERVATIONS)
    .where(
        _RESERVATIONS.c.user_id == bindparam("user_id"),
        _RESERVATIONS.c.expires_at > bindparam("now", type_=_RESERVATIONS.c.expires_at.type),
    )
)
_RESERVE = Prepared(
    insert(_RESERVATIONS)
    .values(
        user_id=bindparam("user_id"),
        day=bindparam("day", type_=_RESERVATIONS.c.day.type),
        amount=bindparam("amount", type_=_RESERVATIONS.c.amount.type),
        expires_at=bindparam("expires_at", type_=_RESERVATIONS.c.expires_at.type),
    )
    .returning(_RESERVATIONS.c.id)
)
_CLAIM = Prepared(
    delete(_RESERVATIONS)
    .where(_RESERVATIONS.c.id == bindparam("reservation_id", type_=_RESERVATIONS.c.id.type))
    .returning(_RESERVATIONS.c.user_id, _RESERVATIONS.c.day, _RESERVATIONS.c.amount)
)
