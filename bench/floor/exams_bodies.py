"""The bodies of the answers about exams: the product's fields in the product's order."""

from datetime import date, datetime

from msgspec import Struct


class Option(Struct, gc=False):
    """An option of a question."""

    id: int
    text: str
    order: int


class Question(Struct, gc=False):
    """A question with its options."""

    id: int
    text: str
    type: str
    order: int
    options: list[Option]


class Sheet(Struct, gc=False):
    """An exam as a student sees it who entered it."""

    id: int
    subject: int
    subject_name: str
    title: str
    code: str | None
    description: str | None
    time_limit: int
    is_published: bool
    is_active: bool
    date: date
    questions_count: int
    participants_count: int
    created_at: datetime
    entered_at: datetime
    ends_at: datetime
    seconds_left: int
    server_time: datetime
    questions: list[Question]


class Result(Struct, gc=False):
    """A result."""

    id: int
    exam: int
    exam_title: str
    student: int
    score: float
    correct_answers: int
    total_questions: int
    is_checked: bool
    checked_by: int | None
    created_at: datetime


class Answer(Struct, gc=False):
    """An answer as a student sees it."""

    id: int
    question: int
    question_text: str
    option: int | None
    option_text: str | None
    written_answer: str | None
    is_correct: bool | None


class ResultWithAnswers(Result, gc=False):
    """A result with its answers."""

    answers: list[Answer]
