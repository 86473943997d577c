"""The bodies of the answers about mock tests: the product's fields in the product's order."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from bench.floor.centre_bodies import GroupRef


class Sitter(Struct, gc=False):
    """Whose session it is."""

    id: int
    first_name: str
    last_name: str
    group: GroupRef | None


class Listening(Struct, gc=False):
    """The section with a recording."""

    id: int
    audio_file: str
    question_file: str
    duration: int
    question_count: int
    created_at: datetime
    updated_at: datetime


class Started(Struct, gc=False):
    """A session that has just begun."""

    id: UUID
    user: Sitter
    test: UUID
    started_at: datetime
    ended_at: datetime | None
    is_completed: bool
    is_finished: bool
    listening: Listening


class Saved(Struct, gc=False):
    """That a draft was saved."""

    sequence: int
    saved_at: datetime
    seconds_left: int
