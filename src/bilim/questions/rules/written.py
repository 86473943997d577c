"""Questions that are answered in writing: short answers, gaps in a text, numbers, essays."""

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import Annotated, ClassVar

from msgspec import Meta

from bilim.kit.errors import Invalid, Problem
from bilim.kit.inputs import Rule
from bilim.questions.rules.data import FULL, NOTHING, AnswerData, QuestionData, Sheet
from bilim.questions.rules.marking import AcceptedAnswers, Articles

MAX_GAPS = 50
MAX_VARIANTS = 50
MAX_WORDS = 20
"""The greatest word limit."""
MAX_ANSWER = 500
MAX_ESSAY = 50_000
"""Characters: some fifty times what is asked for."""
_MAX_NUMBER = 1e15

Variants = Annotated[list[Annotated[str, Meta(max_length=MAX_ANSWER)]], Meta(min_length=1, max_length=MAX_VARIANTS)]


class GapsSheet(Sheet):
    """How many gaps there are, and the most words, numbers included, that one takes."""

    gaps: int
    word_limit: int | None


class GapsAnswer(AnswerData, kw_only=True):
    """A text a gap, in their order; those at the end may be left out."""

    answer: Annotated[list[Annotated[str, Meta(max_length=MAX_ANSWER)] | None], Meta(max_length=MAX_GAPS)] | None

    @property
    def texts(self) -> list[str]:
        """The texts, an empty one for a gap that was left out."""
        return [text or "" for text in self.answer or ()]

    @property
    def is_blank(self) -> bool:
        """Whether no gap is filled."""
        return not any(text.strip() for text in self.texts)


class Gaps(QuestionData, kw_only=True, dict=True):
    """Short texts, each with its right variants; each is worth the same share. `marking` says what is forgiven."""

    correct_answer: Annotated[list[Variants], Meta(min_length=1, max_length=MAX_GAPS)]
    """The variants of each gap."""
    word_limit: Annotated[int, Meta(ge=1, le=MAX_WORDS)] | None = None
    articles: Articles = "optional"
    """Whether `a`, `an` and `the` at the front may be left out or added."""

    answers: ClassVar = GapsAnswer

    def check_whole(self) -> None:
        """Every variant would be marked right.

        Raises:
            Invalid: naming `correct_answer`.
        """
        for number, accepted in enumerate(self.accepted, 1):
            if not all(accepted.can_be_right(variant) for variant in accepted.variants):
                raise Invalid(correct_answer=Problem("bad_variants", {"question": number}))

    @cached_property
    def accepted(self) -> list[AcceptedAnswers]:
        """What counts as right in each gap."""
        return [AcceptedAnswers(variants, self.word_limit, self.articles) for variants in self.correct_answer]

    def answer_problem(self, answer: GapsAnswer) -> Problem | None:
        """More texts than gaps."""
        gaps = len(self.correct_answer)
        return Problem("too_many_items", {"bound": gaps}) if len(answer.texts) > gaps else None

    def share(self, answer: GapsAnswer) -> Fraction:
        """The gaps that are right, of all."""
        right = sum(accepted.accepts(text) for accepted, text in zip(self.accepted, answer.texts, strict=False))
        return Fraction(right, len(self.correct_answer))

    def sheet(self) -> GapsSheet:
        """How many gaps there are."""
        return GapsSheet(len(self.correct_answer), self.word_limit)

    def key_text(self) -> str:
        """The variants of each gap."""
        return "; ".join(" / ".join(variants) for variants in self.correct_answer)

    def answer_text(self, answer: GapsAnswer) -> str:
        """The text of each gap."""
        return "; ".join(text.strip() for text in answer.texts)


class ShortAnswer(Gaps, kw_only=True):
    """A question, or several, that a few words answer."""


class GapFill(Gaps, kw_only=True):
    """A text with gaps to fill."""


def number_problem(number: float) -> str | None:
    """What is wrong with a number: text such as `nan` is none that could be compared."""
    return None if isfinite(number) and abs(number) <= _MAX_NUMBER else "no_number"


Number = Annotated[float, Rule(number_problem)]


class NumericSheet(Sheet):
    """Nothing but the question's text."""


class NumericAnswer(AnswerData, kw_only=True):
    """A number."""

    answer: Number | None

    @property
    def is_blank(self) -> bool:
        """Whether there is none."""
        return self.answer is None


class Numeric(QuestionData, kw_only=True):
    """A number that is right within a tolerance: all of the marks or none."""

    correct_answer: Number
    tolerance: Annotated[float, Meta(ge=0), Rule(number_problem)] = 0.0

    answers: ClassVar = NumericAnswer

    def share(self, answer: NumericAnswer) -> Fraction:
        """All or nothing, by the numbers as they are written: 3.6 is within 0.1 of 3.5."""
        distance = abs(_exact(answer.answer or 0) - _exact(self.correct_answer))
        return FULL if distance <= _exact(self.tolerance) else NOTHING

    def sheet(self) -> NumericSheet:
        """Nothing."""
        return NumericSheet()

    def key_text(self) -> str:
        """The number, with its tolerance where it has one."""
        return _written(self.correct_answer) + (f" ± {_written(self.tolerance)}" if self.tolerance else "")

    def answer_text(self, answer: NumericAnswer) -> str:
        """The number."""
        return _written(answer.answer or 0)


def _exact(number: float) -> Decimal:
    return Decimal(repr(float(number)))


def _written(number: float) -> str:
    return repr(float(number)).removesuffix(".0")


class EssaySheet(Sheet):
    """The fewest words that are asked for; 0 where no number is."""

    min_words: int


class EssayAnswer(AnswerData, kw_only=True):
    """A text."""

    answer: Annotated[str, Meta(max_length=MAX_ESSAY)] | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written."""
        return not (self.answer or "").strip()


class Essay(QuestionData, kw_only=True):
    """A text that a teacher marks."""

    min_words: Annotated[int, Meta(ge=0, le=10_000)] = 0

    answers: ClassVar = EssayAnswer
    is_marked_by_hand: ClassVar = True

    def sheet(self) -> EssaySheet:
        """The fewest words."""
        return EssaySheet(self.min_words)

    def key_text(self) -> None:
        """A person decides."""

    def answer_text(self, answer: EssayAnswer) -> str:
        """The text."""
        return answer.answer or ""
