"""What may stand in a course, and whether authors publish by themselves. No I/O."""

from datetime import datetime
from hashlib import sha256

from msgspec import Struct, json

from bilim.kit import text
from bilim.kit.errors import Problem

MAX_CATEGORY = 100
DEFAULT_LEVEL = "beginner"


def category_problem(category: int | str) -> Problem | None:
    """What is wrong with a category's name, or None. It is kept folded too, and folding may lengthen it: ß becomes ss."""
    if isinstance(category, str) and len(text.fold(category)) > MAX_CATEGORY:
        return Problem("too_many_characters", {"bound": MAX_CATEGORY})
    return None


class CourseTerms(Struct, frozen=True):
    """How courses are published."""

    needs_review: bool
    """An admin approves what authors submit; otherwise authors publish by themselves."""


class OutlineLesson(Struct):
    """A lesson as a version of its course has it."""

    id: int
    title: str
    is_preview: bool
    premium_only: bool
    updated_at: datetime


class OutlineSection(Struct):
    """A section as a version of its course has it."""

    id: int
    title: str
    lessons: list[OutlineLesson]


class Outline(Struct):
    """What a course consists of: its title, its sections in their order, their lessons in theirs."""

    title: str
    sections: list[OutlineSection]

    @property
    def lessons_count(self) -> int:
        """The lessons of all sections."""
        return sum(len(section.lessons) for section in self.sections)

    def digest(self) -> str:
        """The same for equal outlines alone. A lesson counts as changed with its content, since that changes `updated_at`."""
        return sha256(json.encode(self)).hexdigest()
