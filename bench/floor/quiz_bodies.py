"""The bodies of the answers about tests: the product's fields in the product's order."""

from datetime import datetime

import msgspec
from msgspec import Struct


class Taker(Struct, gc=False):
    """Whose attempt it is."""

    id: int
    email: str | None
    username: str
    is_active: bool
    is_superuser: bool
    full_name: str
    current_level: str | None
    last_viewed_lesson_id: int | None
    roles: tuple[str, ...]
    is_premium: bool
    role: str


class Answer(Struct, gc=False):
    """An answer."""

    attempt_id: int
    question_id: int
    answer_data: msgspec.Raw
    score: float | None


class Attempt(Struct, gc=False):
    """An attempt."""

    id: int
    test_id: int
    test_title: str
    user_id: int
    start_time: datetime
    end_time: datetime | None
    deadline: datetime | None
    time_spent_seconds: int
    is_completed: bool
    total_score: float
    max_score: float
    percentage: float
    is_passed: bool
    pending: int
    answers: list[Answer]
    user: Taker


class AnswerResult(Struct, gc=False):
    """What came of a question."""

    question_id: int
    user_answer: str | None
    correct_answer: str
    is_correct: bool
    score: float
    max_score: float


class SectionResult(Struct, gc=False):
    """What came of a section."""

    section_id: int
    section_title: str
    score: float
    max_score: float
    answers: list[AnswerResult]


class Result(Struct, gc=False):
    """What came of an attempt."""

    attempt_id: int
    test_id: int
    test_title: str
    total_score: float
    max_score: float
    percentage: float
    is_passed: bool
    pending: int
    sections: list[SectionResult]
    feedback: str


class Saved(Struct, gc=False):
    """That answers were saved."""

    msg: str


class PaperQuestion(Struct, gc=False):
    """What marking needs of a question."""

    id: int
    marks: int
    data: "Key"


class Key(Struct, gc=False):
    """What is right."""

    correct_answer: str


class PaperSection(Struct, gc=False):
    """A section of a paper."""

    id: int
    title: str
    questions: list[PaperQuestion]


class Paper(Struct, gc=False):
    """A test's content."""

    title: str
    sections: list[PaperSection]
