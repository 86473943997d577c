"""Places of a limit, taken before the limited work is done.

A place is checked and taken in one statement, so that parallel calls cannot all find the same place free. Take it in a short transaction
that is committed before anything slow begins: other callers with the same key wait for that commit.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from math import ceil
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, delete, or_, select, update

from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.kit.errors import RateLimited
from bilim.limits.models import MAX_KEY, Window
from bilim.limits.rules import Limit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1) // _MICROSECOND
_OPEN = 0
"""`opens_at` while places are free. Not the present time: a transaction that began earlier may run its statement later."""


class Place(Struct, frozen=True):
    """A place that was taken; it is given back where the attempt does not count."""

    limit: Limit
    key: str
    began_at: int
    taken: int
    """How many places of the window were taken with this one."""


def take(tx: Tx, limit: Limit, key: str) -> Place:
    """Take a place.

    Raises:
        RateLimited: none is free; it says when the next one is. Roll back, or commit without taking further places.
    """
    return take_all(tx, [(limit, key)])[0]


def take_all(tx: Tx, wanted: Sequence[tuple[Limit, str]]) -> list[Place]:
    """Take a place of every limit, or none.

    Callers must name the limits in one order, so that transactions cannot deadlock.

    Raises:
        RateLimited: one has no place; it says when all will have one. Raised out of the transaction, it undoes the places taken before.
    """
    tried = [_try(tx, limit, key) for limit, key in wanted]
    waits = [wait for wait in tried if isinstance(wait, int)]
    if waits:
        raise RateLimited(max(waits))
    return [place for place in tried if isinstance(place, Place)]


def give_back(tx: Tx, place: Place) -> None:
    """Return a place, so that it can be taken again. Nothing happens where its window is over."""
    window = {"stored": _stored(place.limit, place.key), "began": place.began_at}
    tx.run(_GIVE_BACK, {**window, "places": place.limit.places, "last": place.taken})


# A wait that began with this place ends with it; one that a later place began goes on.
_IS_OPEN = or_(Window.taken <= bindparam("places"), Window.taken == bindparam("last"))
_GIVE_BACK = Prepared(
    update(Window)
    .where(Window.key == bindparam("stored"), Window.began_at == bindparam("began"), Window.taken > 0)
    .values(taken=Window.taken - 1, opens_at=case((_IS_OPEN, _OPEN), else_=Window.opens_at))
)


def clear(tx: Tx, limit: Limit, key: str) -> None:
    """Give back every place that this key took."""
    tx.execute(delete(Window).where(Window.key == _stored(limit, key)))


def forget(tx: Tx) -> None:
    """Delete the windows that are over: each key ever counted would keep a row. Locked rows are skipped."""
    over = select(Window.key).where(Window.ends_at <= _microseconds(tx.now)).with_for_update(skip_locked=True)
    tx.execute(delete(Window).where(Window.key.in_(over)))


def _try(tx: Tx, limit: Limit, key: str) -> Place | int:
    """A place, or the whole seconds until the next is free."""
    now, stored = _microseconds(tx.now), _stored(limit, key)
    row = tx.first(_taking(limit, tx.dialect), {"stored": stored, "now": now})
    if row is not None:
        return Place(limit, key, *row)
    opens = tx.first(select(Window.opens_at, Window.ends_at).where(Window.key == stored))
    return max(1, ceil((min(opens) - now) / _SECOND)) if opens else 1


_NOW: Any = bindparam("now", type_=Window.ends_at.type)


@cache
def _taking(limit: Limit, dialect: str) -> Prepared:
    """The statement that takes a place where one is free, and answers the window then."""
    first = _first_place(limit)
    is_over = Window.ends_at <= _NOW
    later = {name: case((is_over, first[name]), else_=value) for name, value in _next_place(limit).items()}
    taking = INSERTING[dialect](Window.__table__).values(key=bindparam("stored"), **first)
    taking = taking.on_conflict_do_update(index_elements=[Window.key], set_=later, where=or_(is_over, Window.opens_at <= _NOW))
    return Prepared(taking.returning(Window.began_at, Window.taken))


def _first_place(limit: Limit) -> dict[str, Any]:
    """The columns of a window whose first place is taken now."""
    ends_at = _after(limit.window)
    closed = _after(limit.waits[0]) if limit.waits else ends_at
    return {"began_at": _NOW, "taken": 1, "opens_at": _OPEN if limit.places > 1 else closed, "ends_at": ends_at}


def _next_place(limit: Limit) -> dict[str, Any]:
    """The columns of a window in which one more place is taken now."""
    taken = Window.taken + 1
    closed: Any = Window.ends_at
    if limit.waits:
        opened = [_after(wait) for wait in limit.waits]
        closed = case(dict(enumerate(opened, limit.places)), value=taken, else_=opened[-1])
    opens_at = case((taken < limit.places, _OPEN), else_=closed)
    return {"began_at": Window.began_at, "taken": taken, "opens_at": opens_at, "ends_at": Window.ends_at}


def _after(time: timedelta) -> Any:
    """The moment so long after now."""
    return _NOW + time // _MICROSECOND


def _stored(limit: Limit, key: str) -> str:
    whole = f"{limit.name}:{key}"
    return whole if len(whole) <= MAX_KEY else f"{limit.name}:{sha256(key.encode()).hexdigest()}"


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
