"""Lists of any length: a page of them, or all in batches, by one function."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, overload

from sqlalchemy import Select, bindparam

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared, Values, counting
from bilim.db.select_into import Make, Selection
from bilim.kit.paging import Page, RowStream

S = TypeVar("S")
T = TypeVar("T")

_BATCH = 500
"""Rows read at a time: few enough that other threads wait only a few milliseconds for the interpreter's lock."""
_ALL = 2**31 - 1


class ListQuery(Generic[S]):
    """A SELECT whose rows are read a page at a time or all in turn.

    Its first column belongs to the table that a row stands for. `count` is a SELECT of the number of all rows, where one is cheaper than
    counting with all the joins. `keys` is a SELECT of the first column of the rows wanted, in the list's order: a page's keys are found
    by it alone, so that far pages cost no joins.
    """

    __slots__ = ("count", "make", "page", "whole")

    def __init__(self, selection: Selection[S], count: Select[int] | None = None, keys: Select[int] | None = None) -> None:
        query = selection.query
        self.make: Make[S] = selection.make
        if keys is None:
            self.whole = Prepared(query)
            self.page = Prepared(_part(query))
        else:
            key = next(iter(query.selected_columns))
            self.whole = Prepared(query.where(key.in_(keys.order_by(None))))
            self.page = Prepared(query.where(key.in_(_part(keys))))
        self.count = Prepared(counting(query if keys is None else keys) if count is None else count)


def _part(query: Any) -> Any:
    return query.limit(bindparam("limit")).offset(bindparam("skip"))


@overload
def paginate(tx: Tx, query: ListQuery[S], page: Page, values: Values | None = None) -> RowStream[S]: ...


@overload
def paginate(
    tx: Tx, query: ListQuery[S], page: Page, values: Values | None = None, *, enrich: Callable[[list[S]], list[T]]
) -> RowStream[T]: ...


def paginate(
    tx: Tx, query: ListQuery[Any], page: Page, values: Values | None = None, *, enrich: Callable[[list[Any]], list[Any]] | None = None
) -> RowStream[Any]:
    """A page of a list, or all of it in batches.

    Args:
        values: the query's parameters.
        enrich: returns a batch as it is to be answered, such as with data of other tables, in a bounded number of queries.
    """
    values = values or {}
    if page.limit is None and not page.skip:
        return RowStream(_batches(tx, query.whole, query.make, values, enrich), None, page)
    part = values | {"skip": page.skip, "limit": _ALL if page.limit is None else page.limit}
    if page.limit is None:
        return RowStream(_batches(tx, query.page, query.make, part, enrich), tx.scalar(query.count, values), page)
    make = query.make
    rows = [make(*row) for row in tx.all(query.page, part)]
    is_last = 0 < len(rows) < page.limit
    total = page.skip + len(rows) if is_last else tx.scalar(query.count, values)
    return RowStream(iter([enrich(rows) if enrich and rows else rows]), total, page)


def _batches(
    tx: Tx, query: Prepared, make: Make[Any], values: Values, enrich: Callable[[list[Any]], list[Any]] | None
) -> Iterator[list[Any]]:
    for rows in tx.batches(query, values, _BATCH, alone=enrich is None):
        batch = [make(*row) for row in rows]
        yield enrich(batch) if enrich else batch
