"""The bodies of the answers about teaching material: the product's fields in the product's order."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Interactive(Struct, gc=False):
    """An interactive lesson."""

    title: str
    order: int
    description: str | None
    video_url: str | None
    difficulty: str
    is_premium: bool
    is_active: bool
    content: Any
    tags: list[str]
    estimated_duration: int
    id: int
    course_id: int | None
    avatar_id: int


class Named(Struct, gc=False):
    """A course or a section."""

    id: int
    title: str


class Word(Struct, gc=False):
    """A word of a lesson."""

    id: int
    lesson_id: int
    word: str
    translation: str
    ipa_pronunciation: str | None


class Lesson(Struct, gc=False):
    """A lesson with all that is written in it."""

    id: int
    key: str | None
    title: str
    course: Named
    section: Named
    order: int
    content: str
    video_url: str | None
    file: str | None
    premium_only: bool
    is_preview: bool
    created_at: datetime
    updated_at: datetime
    words: list[Word]
