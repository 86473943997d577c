"""What an import did, or would do."""

from typing import Literal

from msgspec import Struct, field

Did = Literal["created", "updated", "unchanged"]


class Counts(Struct):
    """How many rows of each kind."""

    courses: int = 0
    sections: int = 0
    lessons: int = 0
    words: int = 0


class ImportedCourse(Struct):
    """A course of the import; of a dry run that would make it, `id` is null."""

    id: int | None
    key: str | None
    title: str
    did: Did


class ImportReport(Struct):
    """What an import did; of a dry run, what it would do."""

    dry_run: bool
    created: Counts = field(default_factory=Counts)
    updated: Counts = field(default_factory=Counts)
    unchanged: Counts = field(default_factory=Counts)
    courses: list[ImportedCourse] = field(default_factory=list[ImportedCourse])
    ignored: list[str] = field(default_factory=list[str])
    """The places of fields that imports do not know, at most a hundred."""

    def count(self, kind: Literal["courses", "sections", "lessons", "words"], did: Did, number: int = 1) -> None:
        """Count rows."""
        counts = getattr(self, did)
        setattr(counts, kind, getattr(counts, kind) + number)
