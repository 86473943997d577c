"""Parts of lists: the page that is requested, and the rows that are found."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
_MAX_SKIP = 2**31 - 1

S = TypeVar("S")
T = TypeVar("T")


class Page(Struct, frozen=True):
    """Which part of a list: `skip` rows left out, then `limit` rows, or all the rest where `limit` is None."""

    skip: int = 0
    limit: int | None = DEFAULT_LIMIT


def page(skip: int, limit: int | None) -> Page:
    """The requested page, within bounds: a limit above 1,000 counts as 1,000 (CONTRACT section 4)."""
    return Page(skip=min(skip, _MAX_SKIP), limit=None if limit is None else min(limit, MAX_LIMIT))


class RowStream(Generic[T]):
    """A list of any length: rows come in batches and are never all held at once.

    It is read once, while its transaction is open. `total` is the number of rows in the whole list, or None where that is the number of
    rows that come.
    """

    def __init__(self, batches: Iterator[list[T]], total: int | None, page: Page) -> None:
        self.batches = batches
        self.total = total
        self.page = page

    def map(self, function: Callable[[T], S]) -> "RowStream[S]":
        """The same list with every row made into something else."""
        return RowStream(([function(row) for row in batch] for batch in self.batches), self.total, self.page)

    def all(self) -> list[T]:
        """All rows at once, for lists that are known to be short, and for tests."""
        return [row for batch in self.batches for row in batch]


def page_of(rows: Sequence[T], page: Page) -> RowStream[T]:
    """A page of a list that is in memory already, such as one of languages."""
    end = None if page.limit is None else page.skip + page.limit
    return RowStream(iter([list(rows[page.skip : end])]), len(rows), page)
