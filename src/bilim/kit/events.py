"""What must happen after a commit."""

from typing import ClassVar

from msgspec import Struct


class Event(Struct):
    """Something to do once the transaction that announces it is committed. Its fields are plain data: they wait in the database.

    Whoever handles it may be called more than once, and must then do nothing more than the first time.
    """

    lane: ClassVar[str] = "main"
    """Which queue it stands in: a service that is slow or limited has one of its own."""


class DeleteFile(Event):
    """A stored file that nothing names any more; `name` is its path under the uploads."""

    name: str
