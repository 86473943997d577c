"""The bodies of the answers about homework: the product's fields in the product's order."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Submission(Struct, gc=False):
    """A submission."""

    id: int
    homework_id: int
    student_id: int
    user_id: int
    status: str
    content: str | None
    file_url: str | None
    audio_url: str | None
    files: tuple[()]
    submitted_at: datetime | None
    is_late: bool | None
    score: int | None
    feedback: str | None
    graded_at: datetime | None
    graded_by: int | None
    assigned_at: datetime


class Homework(Struct, gc=False):
    """Homework of a course."""

    id: int
    group: int | None
    text: str | None
    file: str | None
    homework_type: str
    created_by: int
    created_at: datetime
    updated_at: datetime
    title: str | None
    description: str | None
    instructions: str | None
    due_date: datetime | None
    max_score: int
    is_published: bool
    metadata: dict[str, Any] | None
    oral_assignment: None
    course_id: int | None
    lesson_id: int | None
    lesson: None = None
    files: None = None
    submissions: list[Submission] | None = None
    submissions_count: int | None = None


class Learner(Struct, gc=False):
    """A student."""

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


class Content(Struct, gc=False):
    """What was handed in."""

    text: str | None
    files: tuple[()]
    audio_url: str | None


class Assignment(Submission, gc=False):
    """A submission with its homework and student."""

    submission: Content
    homework: Homework
    user: Learner
    student: Learner
