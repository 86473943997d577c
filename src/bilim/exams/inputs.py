"""Inputs of exams, of answers to them, and of checking results; this slice's jobs."""

from datetime import date as Date  # noqa: N812 - a field of the same name hides it otherwise
from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from bilim.exams.rules import MAX_OPTIONS, MAX_QUESTIONS, Given, Kind, Option, Question, kind_problem
from bilim.kit.errors import Invalid
from bilim.kit.fields import Count, Id, Text, Title
from bilim.kit.inputs import Input, Omittable, required, value_or
from bilim.kit.jobs import Job

QuestionText = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]
OptionText = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=r"\S")]
Sample = Annotated[str, Meta(max_length=10_000)]
WrittenAnswer = Annotated[str, Meta(max_length=20_000)]
TypedCode = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"\S")]


class OptionInput(Input, kw_only=True, rename={"position": "order"}):
    """An option of a `test` question; `order` is its place in the list by default."""

    text: OptionText
    is_correct: bool
    position: Omittable[Count] = UNSET


class QuestionInput(Input, kw_only=True, rename={"kind": "type", "position": "order"}):
    """A question: a `test` has two options or more, of which at least one is correct; a `written` one may have a sample answer.

    `order` is its place in the list by default.
    """

    text: QuestionText
    kind: Kind
    position: Omittable[Count] = UNSET
    options: Omittable[Annotated[list[OptionInput], Meta(max_length=MAX_OPTIONS)]] = UNSET
    written_answer_sample: Omittable[Sample] = UNSET

    def check_whole(self) -> None:
        """A question has what its kind needs, and nothing of the other kind.

        Raises:
            Invalid: naming `options` or `written_answer_sample`.
        """
        correct = [option.is_correct for option in value_or(self.options, [])]
        if found := kind_problem(self.kind, correct, value_or(self.written_answer_sample, None)):
            raise Invalid(**found)


def contents(questions: list[QuestionInput]) -> list[Question]:
    """Questions in the order in which they are asked, with the places that were left out."""
    made = [
        Question(
            text=question.text,
            kind=question.kind,
            position=value_or(question.position, place),
            written_answer_sample=_text_or_none(question.written_answer_sample),
            options=_options(value_or(question.options, [])),
        )
        for place, question in enumerate(questions, 1)
    ]
    return sorted(made, key=lambda question: question.position)


def _options(options: list[OptionInput]) -> tuple[Option, ...]:
    made = [Option(option.text, option.is_correct, value_or(option.position, place)) for place, option in enumerate(options, 1)]
    return tuple(sorted(made, key=lambda option: option.position))


def _text_or_none(text: str | UnsetType | None) -> str | None:
    found = value_or(text, "")
    return found if found.strip() else None


class ExamChanges(Input, kw_only=True):
    """Changes of an exam: what is left out or null stays, but null clears the description. Questions replace all earlier ones."""

    subject_id: Id | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    description: Omittable[Text] = UNSET
    time_limit: Omittable[Count] = UNSET
    """Minutes from a student's entry; 0 for none."""
    is_published: Omittable[bool] = UNSET
    is_active: Omittable[bool] = UNSET
    date: Omittable[Date] = UNSET
    questions: Omittable[Annotated[list[QuestionInput], Meta(max_length=MAX_QUESTIONS)]] = UNSET


@required("subject_id", "title")
class ExamInput(ExamChanges):
    """An exam, a draft without a limit of time by default. Questions may be added later."""


class CodeInput(Input):
    """An exam's code as somebody typed it: case, spaces and hyphens do not count."""

    code: TypedCode


class AnswerInput(Input, kw_only=True):
    """An answer: an option of a `test` question, or a text for a `written` one."""

    question_id: Id
    option_id: Omittable[Id] = UNSET
    written_answer: Omittable[WrittenAnswer] = UNSET

    @property
    def given(self) -> Given:
        """The answer, in which a blank text is none."""
        return Given(self.question_id, value_or(self.option_id, None), _text_or_none(self.written_answer))


class ExamSubmissionInput(Input):
    """All that a student answers; a question left out counts as wrong."""

    answers: Annotated[list[AnswerInput], Meta(max_length=MAX_QUESTIONS)]


class MarkInput(Input):
    """Whether an answer is correct; `id` is the answer's."""

    id: Id
    is_correct: bool


class ResultChanges(Input, kw_only=True):
    """What a person found in a result: marks of its answers, and whether they looked through it. What is left out or null stays."""

    is_checked: Omittable[bool] = UNSET
    answers: Omittable[Annotated[list[MarkInput], Meta(max_length=MAX_QUESTIONS)]] = UNSET


class ExamChecked(Job):
    """A person looked through a result."""

    kind: ClassVar[str] = "exams.result-checked"

    result_id: int
