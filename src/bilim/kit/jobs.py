"""Jobs: commands that run after the transaction that enqueued them is committed."""

from typing import ClassVar, Literal, get_args

from msgspec import Struct

Queue = Literal["default", "messages", "speech", "money"]
QUEUES: tuple[Queue, ...] = get_args(Queue)
"""Every queue. A runner serves each with threads of its own, so that a slow or limited service delays only its own queue."""


class Job(Struct):
    """A command to run once the transaction that enqueued it is committed. Its fields are plain data, stored in the database.

    Delivered at least once: its handler may be called again for the same job, and must then do nothing more.
    """

    kind: ClassVar[str]
    """Names the job in the database and in the broker, at most 40 characters. It stays when the class is renamed or moved."""
    queue: ClassVar[Queue] = "default"
    runs_after_restore: ClassVar[bool] = False
    """Whether one that waited when a backup was taken runs once it is restored: its work is undone by then, if it was done since.

    So what is written here alone, such as an index or a line of the ledger, is done again, and what tells people or moves money elsewhere
    is not: it cannot be undone, and would be done twice.
    """


class DeleteFile(Job):
    """Delete a stored file that no row refers to any more; `name` is its path under the uploads."""

    kind: ClassVar[str] = "files.delete"
    runs_after_restore: ClassVar[bool] = True

    name: str


class SweepFiles(Job):
    """Delete the stored files that nothing claims."""

    kind: ClassVar[str] = "files.sweep"
    runs_after_restore: ClassVar[bool] = True
