"""A test's content as attempts are held by it, and what becomes of answers to it."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from bilim.kit.errors import Invalid, unknown_id
from bilim.questions.rules.data import AnswerData, QuestionData
from bilim.questions.rules.types import of_json, points


class PaperQuestion(Struct):
    """A question as it was. `data` is JSON; `marks` are in hundredths."""

    id: int
    section_id: int
    question_type: str
    question_text: str
    data: msgspec.Raw
    marks: int
    order_index: int


class PaperSection(Struct):
    """A section as it was, with its questions in their order."""

    id: int
    section_type: str
    title: str
    description: str | None
    instructions: str | None
    passage: str | None
    audio_url: str | None
    duration_minutes: int
    order_index: int
    questions: list[PaperQuestion] = []


class Paper(Struct, dict=True):
    """A test's content, with its sections in their order."""

    title: str
    sections: list[PaperSection]

    @property
    def max_score(self) -> int:
        """All marks, in hundredths."""
        return sum(question.marks for section in self.sections for question in section.questions)


class MarkedAnswers(Struct, frozen=True):
    """The scores, in hundredths, of the answers that are marked, by the question's id; and how many wait for a person."""

    scores: dict[int, int]
    pending: int

    @property
    def total(self) -> int:
        """All scores."""
        return sum(self.scores.values())


class Key:
    """A paper ready to mark answers by: every question's data by its id."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.max_score = paper.max_score
        self.questions = {question.id: question for section in paper.sections for question in section.questions}
        self.data: dict[int, QuestionData] = {
            question.id: of_json(question.question_type, bytes(question.data)) for question in self.questions.values()
        }

    def read_answer(self, question_id: int, sent: Any) -> AnswerData | None:
        """An answer to one of the questions; None where it is blank.

        Raises:
            Invalid: naming `question_id` or, in `answer_data`, what does not fit the question.
        """
        data = self.data.get(question_id)
        if data is None:
            raise Invalid(question_id=unknown_id(question_id))
        try:
            return None if sent is None else data.read_answer(sent)
        except Invalid as error:
            raise Invalid({"answer_data": error.fields}) from None

    def stored_answer(self, question_id: int, stored: str) -> AnswerData:
        """An answer as it was stored."""
        return msgspec.json.decode(stored, type=self.data[question_id].answers)

    def mark(self, answers: Mapping[int, str]) -> MarkedAnswers:
        """Mark stored answers. What a person has to mark has no score yet."""
        by_hand = [question_id for question_id in answers if self.data[question_id].is_marked_by_hand]
        scores = {
            question_id: points(self.data[question_id].share(self.stored_answer(question_id, stored)), self.questions[question_id].marks)
            for question_id, stored in answers.items()
            if not self.data[question_id].is_marked_by_hand
        }
        return MarkedAnswers(scores, len(by_hand))


def to_json(paper: Paper) -> str:
    """A paper as it is stored."""
    return msgspec.json.encode(paper).decode()


def of_json_content(content: str) -> Paper:
    """A paper as it was stored."""
    return msgspec.json.decode(content, type=Paper)


def raw(stored: str) -> msgspec.Raw:
    """Stored JSON, to be sent as it is."""
    return msgspec.Raw(stored.encode())


def digest_of(content: str) -> str:
    """What names the content of a paper in memory, whichever database it came from."""
    return hashlib.sha256(content.encode()).hexdigest()
