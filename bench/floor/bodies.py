"""The bodies of the answers: the product's fields in the product's order."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct


class Profile(Struct, gc=False):
    """One's own account."""

    id: int
    email: str | None
    username: str
    is_active: bool
    is_superuser: bool
    full_name: str
    current_level: str | None
    last_viewed_lesson_id: int | None
    roles: tuple[str]
    is_premium: bool
    role: str


class Ref(Struct, gc=False):
    """A category."""

    id: int
    title: str


class Instructor(Struct, gc=False):
    """Who teaches a course."""

    id: int
    full_name: str


class Course(Struct, gc=False):
    """A course in a list."""

    id: int
    title: str
    description: str | None
    short_description: str | None
    category: Ref | None
    level: str
    language: str | None
    price: int | Decimal
    discount_price: int | Decimal
    thumbnail: str | None
    instructor: Instructor | None
    is_published: bool
    is_featured: bool
    estimated_duration: int
    tags: list[str]
    sections_count: int
    lessons_count: int
    students_count: int
    rating_average: float | None
    reviews_count: int
    created_at: datetime
    updated_at: datetime


class Lesson(Struct, gc=False):
    """A lesson of a section."""

    id: int
    title: str
    order: int
    is_preview: bool
    premium_only: bool
    is_open: bool
    content: str | None
    video_url: str | None


class Section(Struct, gc=False):
    """A section with its lessons."""

    id: int
    title: str
    order: int
    lessons: list[Lesson]


class CourseDetail(Course, gc=False):
    """A course with all it consists of."""

    requirements: list[str]
    learning_outcomes: list[str]
    rating_distribution: dict[str, int]
    sections: list[Section]


class Completion(Struct, gc=False):
    """That somebody finished a lesson."""

    id: int
    user_id: int
    lesson_id: int
    completed_at: datetime
    updated_at: datetime
