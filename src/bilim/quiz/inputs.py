"""Inputs about tests, with all their rules, and this slice's job."""

from collections.abc import Sized
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.files.kinds import StagedFile, suffix
from bilim.kit import text
from bilim.kit.errors import Invalid, Problem
from bilim.kit.fields import Count, Id, Text, Title, Url
from bilim.kit.inputs import Input, Omittable, Rule, required
from bilim.kit.jobs import Job
from bilim.questions.rules.imported import MAX_BYTES, MAX_QUESTIONS, Format
from bilim.questions.rules.types import QuestionType, read_question
from bilim.quiz.rules.results import score_problem

MAX_SECTIONS = 50
"""Of a test."""
MAX_MINUTES = 7 * 24 * 60
Kind = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"\S")]
"""A test's or a section's type; compared without regard to case."""
Minutes = Annotated[int, Meta(ge=0, le=MAX_MINUTES)]
QuestionText = Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"\S")]
_MOST = {"minimum": 0, "maximum": 1000, "multipleOf": 0.01}
Marks = Annotated[float, Meta(ge=0, le=1000, extra_json_schema=_MOST), Rule(score_problem)]
_DATA = {"description": "By the question's type: see docs/api.md."}
Data = Annotated[dict[str, Any], Meta(extra_json_schema=_DATA)]


def kind_of(written: str) -> str:
    """A type in the form in which it is stored and searched.

    >>> kind_of(" IELTS ")
    'ielts'
    """
    return text.fold(written)


class TestChanges(Input, kw_only=True):
    """Changes of a test."""

    title: Title | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    test_type: Kind | UnsetType = UNSET
    duration_minutes: Minutes | UnsetType = UNSET
    """From the start of an attempt; 0 for no limit."""
    is_active: bool | UnsetType = UNSET


@required("title", "test_type", "duration_minutes")
class TestInput(TestChanges, kw_only=True):
    """A test. It is active by default, and has sections once they are added."""


class TestSectionChanges(Input, kw_only=True):
    """Changes of a section."""

    section_type: Kind | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    instructions: Omittable[Text] = UNSET
    passage: Omittable[Text] = UNSET
    """What the questions are about; shown with them."""
    audio_url: Omittable[Url] = UNSET
    """What is listened to; shown with the questions."""
    transcript: Omittable[Text] = UNSET
    """What is said in the recording; for staff alone."""
    duration_minutes: Minutes | UnsetType = UNSET
    order_index: Omittable[Count] = UNSET


@required("section_type", "title", "duration_minutes")
class TestSectionInput(TestSectionChanges, kw_only=True):
    """A section, the last of its test by default."""


class TestQuestionChanges(Input, kw_only=True):
    """Changes of a question; its type stays."""

    question_text: QuestionText | UnsetType = UNSET
    question_data: Data | UnsetType = UNSET
    marks: Marks | UnsetType = UNSET
    order_index: Omittable[Count] = UNSET


class TestQuestionInput(Input, kw_only=True):
    """A question, the last of its section by default, worth one mark by default."""

    question_type: QuestionType
    question_text: QuestionText
    question_data: Data
    marks: Marks = 1.0
    order_index: Omittable[Count] = UNSET

    def check_whole(self) -> None:
        """The data is that of its type.

        Raises:
            Invalid: naming in `question_data` every wrong field.
        """
        require_data(self.question_type, self.question_data)


def require_data(question_type: str, data: dict[str, Any]) -> Any:
    """A question's data, checked by its type.

    Raises:
        Invalid: naming in `question_data` every wrong field.
    """
    try:
        return read_question(question_type, data)
    except Invalid as error:
        raise Invalid({"question_data": error.fields}) from None


class SubmittedAnswer(Input, kw_only=True):
    """An answer; its data by the question's type, null to take an earlier answer back."""

    question_id: Id
    answer_data: dict[str, Any] | None


class AttemptGradeInput(Input, kw_only=True):
    """The score that a person gives an answer."""

    question_id: Id
    score: Marks


def require_some(items: Sized, least: int = 0) -> None:
    """Check how many items a body has that is a list: bounds in its annotation would not be looked at.

    Raises:
        Invalid: fewer than `least`, or more than a test has questions.
    """
    if len(items) < least:
        raise Invalid(non_field_errors="empty_list")
    if len(items) > MAX_QUESTIONS:
        raise Invalid(non_field_errors=Problem("too_many_items", {"bound": MAX_QUESTIONS}))


def import_file_problem(file: StagedFile) -> Problem | str | None:
    """What is wrong with an uploaded file of questions, as far as its name and size tell."""
    if file.size > MAX_BYTES:
        return Problem("import_too_large", {"bound": MAX_BYTES // 1024 // 1024})
    return None if suffix(file.filename) in {".txt", ".gift", ".csv"} else "wrong_file_kind"


class QuestionImportInput(Input, kw_only=True):
    """Questions in a format of other programs, as a file or as a text; a dry run only says what would come of them."""

    format: Format
    file: Omittable[Annotated[StagedFile, Rule(import_file_problem)]] = UNSET
    text: Omittable[Annotated[str, Meta(max_length=MAX_BYTES)]] = UNSET
    dry_run: bool = False

    def check_whole(self) -> None:
        """There is a file or a text.

        Raises:
            Invalid: neither, or both.
        """
        if isinstance(self.file, StagedFile) == isinstance(self.text, str):
            raise Invalid(file="text_or_file")


class CloseTestAttempts(Job):
    """Close the attempts whose time is up."""

    kind: ClassVar[str] = "quiz.close-attempts"
    runs_after_restore: ClassVar[bool] = True


class AttemptGraded(Job):
    """Staff graded an attempt, and no answer of it waits any more."""

    kind: ClassVar[str] = "quiz.attempt-graded"

    attempt_id: int
