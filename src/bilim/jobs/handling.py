"""What a handler of jobs is, and what it may say."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from msgspec import Struct

from bilim.db.engine import Tx
from bilim.kit.events import Event

E = TypeVar("E", bound=Event)

LEASE = timedelta(seconds=30)
"""How long a job is its runner's. A handler must end well within it, or another runner begins the same job."""
MAX_TRIES = 8
MAX_LANES = 4
"""A lane has a thread, and that thread a database connection, in every process that runs jobs."""


class Later(Exception):
    """Raised by a handler: not now, but at a moment; the reason is shown to admins.

    By default the try does not count: a limit was reached, or the service asked to wait. `counted` where it failed.
    """

    def __init__(self, reason: str, at: datetime, *, counted: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.counted = counted


class Try(Struct, frozen=True):
    """Which try of a job this is, from 1. After the last one that fails the job is given up."""

    number: int
    is_last: bool


class Handler(Struct, Generic[E], frozen=True):
    """What is done about a kind of event.

    `run` is called outside any transaction, at least once for each event, and must do nothing more when called again for the same one.
    It returns where the job is done, and raises `Later` or anything else where it is not.
    """

    event: type[E]
    run: Callable[[E, Try], None]
    give_up: Callable[[Tx, E, str], None] | None = None
    """Called with the last error in the transaction that buries the job."""


class Handlers:
    """All handlers by the kind of event, and the lanes in which their jobs stand.

    Raises:
        ValueError: two handlers of one kind, or more lanes than there are connections for.
    """

    def __init__(self, handlers: Iterable[Handler[Any]]) -> None:
        self._by_kind: dict[str, Handler[Any]] = {}
        for handler in handlers:
            kind = handler.event.__name__
            if kind in self._by_kind:
                raise ValueError(f"two handlers of {kind}")
            self._by_kind[kind] = handler
        self.lanes = sorted({handler.event.lane for handler in self._by_kind.values()})
        if len(self.lanes) > MAX_LANES:
            raise ValueError(f"more than {MAX_LANES} lanes: {', '.join(self.lanes)}")

    def of(self, kind: str) -> Handler[Any] | None:
        """The handler of a kind, or None."""
        return self._by_kind.get(kind)
