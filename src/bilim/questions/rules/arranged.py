"""Questions that are answered by arranging: pairs to match, things to put in order."""

from fractions import Fraction
from typing import Annotated, ClassVar

from msgspec import Meta

from bilim.kit.errors import Invalid, Problem
from bilim.questions.rules.data import FULL, MAX_OPTIONS, NOTHING, AnswerData, Letter, OptionText, QuestionData, Sheet, letter_of, place_of

MAX_LEFT = 50

Pairs = Annotated[dict[Annotated[str, Meta(max_length=10)], Letter], Meta(max_length=MAX_LEFT)]
"""The number of a thing on the left, from 1, and the letter of one on the right."""


class MatchingSheet(Sheet):
    """Both sides: on the left numbered from 1, on the right lettered from A."""

    left: list[str]
    right: list[str]


class MatchingAnswer(AnswerData, kw_only=True):
    """Pairs; what is left out, or has an empty text, is not matched."""

    answer: Pairs | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is matched."""
        return not any(letter.strip() for letter in (self.answer or {}).values())


class Matching(QuestionData, kw_only=True):
    """Things on the left, each with one on the right; each pair is worth the same share. A letter may be right several times, or never."""

    left: Annotated[list[OptionText], Meta(min_length=1, max_length=MAX_LEFT)]
    right: Annotated[list[OptionText], Meta(min_length=2, max_length=MAX_OPTIONS)]
    correct_answer: Pairs

    answers: ClassVar = MatchingAnswer

    def check_whole(self) -> None:
        """Everything on the left is matched.

        Raises:
            Invalid: naming `correct_answer`.
        """
        self.correct_answer, problem = self._in_order(self.correct_answer)
        missing = [number for number in self._numbers if number not in self.correct_answer]
        if problem or missing:
            raise Invalid(correct_answer=problem or Problem("not_matched", {"number": missing[0]}))

    @property
    def _numbers(self) -> list[str]:
        return [str(number) for number in range(1, len(self.left) + 1)]

    def _in_order(self, pairs: dict[str, str]) -> tuple[dict[str, str], Problem | None]:
        """Pairs by their number, the empty ones left out; and what is wrong with the first that names nothing."""
        found: dict[str, str] = {}
        for number, letter in pairs.items():
            place = place_of(letter, len(self.right))
            if number not in self._numbers:
                return pairs, Problem("unknown_question", {"question": number})
            if place is not None:
                found[number] = letter_of(place)
            elif letter.strip():
                return pairs, Problem("unknown_option", {"option": letter})
        return {number: found[number] for number in self._numbers if number in found}, None

    def answer_problem(self, answer: MatchingAnswer) -> Problem | None:
        """A pair that names nothing. Good ones are brought into the form in which they are kept."""
        answer.answer, problem = self._in_order(answer.answer or {})
        return problem

    def share(self, answer: MatchingAnswer) -> Fraction:
        """The pairs that are right, of all."""
        given = answer.answer or {}
        return Fraction(sum(given.get(number) == letter for number, letter in self.correct_answer.items()), len(self.left))

    def sheet(self) -> MatchingSheet:
        """Both sides."""
        return MatchingSheet(self.left, self.right)

    def key_text(self) -> str:
        """The pairs."""
        return _pairs_text(self.correct_answer)

    def answer_text(self, answer: MatchingAnswer) -> str:
        """The pairs."""
        return _pairs_text(answer.answer or {})


def _pairs_text(pairs: dict[str, str]) -> str:
    return ", ".join(f"{number}-{letter}" for number, letter in pairs.items())


Order = Annotated[list[Annotated[int, Meta(ge=0, lt=MAX_OPTIONS)]], Meta(max_length=MAX_OPTIONS)]
"""Places, from 0, in the list of things as it is shown."""


class OrderingSheet(Sheet):
    """The things, in the order in which they are shown."""

    items: list[str]


class OrderingAnswer(AnswerData, kw_only=True):
    """All things in order, by their places."""

    answer: Order | None

    @property
    def is_blank(self) -> bool:
        """Whether there is none."""
        return not self.answer


class Ordering(QuestionData, kw_only=True):
    """Things to put in order: all of the marks for the whole order, else none."""

    items: Annotated[list[OptionText], Meta(min_length=2, max_length=MAX_OPTIONS)]
    correct_answer: Order

    answers: ClassVar = OrderingAnswer

    def check_whole(self) -> None:
        """The key has every thing once.

        Raises:
            Invalid: naming `correct_answer`.
        """
        if not self._is_order(self.correct_answer):
            raise Invalid(correct_answer="bad_order")

    def _is_order(self, places: list[int]) -> bool:
        return sorted(places) == list(range(len(self.items)))

    def answer_problem(self, answer: OrderingAnswer) -> Problem | None:
        """An order that lacks a thing or has one twice."""
        return None if self._is_order(answer.answer or []) else Problem("bad_order")

    def share(self, answer: OrderingAnswer) -> Fraction:
        """All or nothing."""
        return FULL if answer.answer == self.correct_answer else NOTHING

    def sheet(self) -> OrderingSheet:
        """The things."""
        return OrderingSheet(self.items)

    def key_text(self) -> str:
        """The things in order."""
        return self._text(self.correct_answer)

    def answer_text(self, answer: OrderingAnswer) -> str:
        """The things in order."""
        return self._text(answer.answer or [])

    def _text(self, places: list[int]) -> str:
        return " → ".join(self.items[place] for place in places)
