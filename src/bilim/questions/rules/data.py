"""What every type of question has: data with what is right, a sheet without it, and answers that are worth a share of the marks."""

from fractions import Fraction
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from bilim.kit.errors import Invalid, Problem
from bilim.kit.inputs import Input
from bilim.kit.validation import read

MAX_OPTIONS = 26
"""Options are named by one letter."""
OptionText = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=r"\S")]
Letter = Annotated[str, Meta(max_length=10)]

FULL, NOTHING = Fraction(1), Fraction(0)


class Sheet(Struct, forbid_unknown_fields=True):
    """What a test-taker sees of a question's data: its subclasses have no field for what is right."""


class AnswerData(Input, kw_only=True):
    """An answer as it is sent and kept: an object with the field `answer`."""

    @property
    def is_blank(self) -> bool:
        """Whether it says nothing, so that the question counts as not answered."""
        raise NotImplementedError


class QuestionData(Input, kw_only=True):
    """A question's data, one subclass a type. Rules are checked whenever one is made: see `kit.inputs.Input`."""

    answers: ClassVar[type[AnswerData]]
    """What an answer to a question of this type is."""
    is_marked_by_hand: ClassVar[bool] = False

    def read_answer(self, sent: Any) -> AnswerData | None:
        """An answer to this question, of plain data; None where it is blank.

        Raises:
            Invalid: naming the fields of the answer that do not fit the question.
        """
        answer = read(self.answers, sent)
        if answer.is_blank:
            return None
        if problem := self.answer_problem(answer):
            raise Invalid(answer=problem)
        return answer

    def answer_problem(self, answer: Any) -> Problem | None:  # noqa: ARG002 - for subclasses
        """What is wrong with an answer of the right shape, such as a letter that no option has."""
        return None

    def share(self, answer: Any) -> Fraction:
        """The share of the marks, 0 to 1, that an answer which is not blank is worth."""
        raise NotImplementedError

    def sheet(self) -> Sheet:
        """What a test-taker sees."""
        raise NotImplementedError

    def key_text(self) -> str | None:
        """What is right, in words; None where a person decides."""
        raise NotImplementedError

    def answer_text(self, answer: Any) -> str:
        """An answer in words."""
        raise NotImplementedError


def place_of(letter: str, count: int) -> int | None:
    """The place, from 0, of an option that is named by a letter; None where none of so many is.

    >>> place_of(" b", 3), place_of("D", 3)
    (1, None)
    """
    name = letter.strip().upper()
    place = ord(name) - ord("A") if len(name) == 1 else -1
    return place if 0 <= place < count else None


def letter_of(place: int) -> str:
    """The letter that names the option at a place."""
    return chr(ord("A") + place)
