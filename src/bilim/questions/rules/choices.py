"""Questions that are answered by choosing: one option, several, or what a text says of a statement."""

from fractions import Fraction
from typing import Annotated, ClassVar

from msgspec import Meta

from bilim.kit.errors import Invalid, Problem
from bilim.kit.inputs import Rule
from bilim.questions.rules.data import FULL, MAX_OPTIONS, NOTHING, AnswerData, Letter, OptionText, QuestionData, Sheet, letter_of, place_of

Options = Annotated[list[OptionText], Meta(min_length=2, max_length=MAX_OPTIONS)]
Letters = Annotated[list[Letter], Meta(max_length=MAX_OPTIONS)]


def _named(letters: list[str], options: list[str]) -> tuple[list[str], Problem | None]:
    """Letters in the alphabet's order, each once; and the problem of the first that names no option."""
    places = [place_of(letter, len(options)) for letter in letters]
    if None in places:
        return letters, _unknown(letters[places.index(None)])
    return [letter_of(place) for place in sorted({place for place in places if place is not None})], None


def _unknown(letter: str) -> Problem:
    return Problem("unknown_option", {"option": letter})


class OptionsSheet(Sheet):
    """The options, of which the first is A."""

    options: list[str]


class ChoiceAnswer(AnswerData, kw_only=True):
    """One letter."""

    answer: Letter | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is chosen."""
        return not (self.answer or "").strip()


class MultipleChoice(QuestionData, kw_only=True):
    """One of some options is right: all of the marks or none."""

    options: Options
    correct_answer: Letter
    """The letter of the option."""

    answers: ClassVar = ChoiceAnswer

    def check_whole(self) -> None:
        """The key names an option.

        Raises:
            Invalid: naming `correct_answer`.
        """
        (self.correct_answer, *_), problem = _named([self.correct_answer], self.options)
        if problem:
            raise Invalid(correct_answer=problem)

    def answer_problem(self, answer: ChoiceAnswer) -> Problem | None:
        """A letter that no option has. A good one is brought into the form in which it is kept."""
        (answer.answer, *_), problem = _named([answer.answer or ""], self.options)
        return problem

    def share(self, answer: ChoiceAnswer) -> Fraction:
        """All or nothing."""
        return FULL if answer.answer == self.correct_answer else NOTHING

    def sheet(self) -> OptionsSheet:
        """The options."""
        return OptionsSheet(self.options)

    def key_text(self) -> str:
        """The letter."""
        return self.correct_answer

    def answer_text(self, answer: ChoiceAnswer) -> str:
        """The letter."""
        return answer.answer or ""


class SelectAnswer(AnswerData, kw_only=True):
    """Some letters, in any order."""

    answer: Letters | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is chosen."""
        return not self.answer


class MultipleSelect(QuestionData, kw_only=True):
    """Several options are right. Each one chosen is worth a share, each wrong one takes a share away, and the least is nothing."""

    options: Options
    correct_answer: Annotated[list[Letter], Meta(min_length=1, max_length=MAX_OPTIONS)]

    answers: ClassVar = SelectAnswer

    def check_whole(self) -> None:
        """The key names options.

        Raises:
            Invalid: naming `correct_answer`.
        """
        self.correct_answer, problem = _named(self.correct_answer, self.options)
        if problem:
            raise Invalid(correct_answer=problem)

    def answer_problem(self, answer: SelectAnswer) -> Problem | None:
        """A letter that no option has. Good ones are brought into the form in which they are kept."""
        answer.answer, problem = _named(answer.answer or [], self.options)
        return problem

    def share(self, answer: SelectAnswer) -> Fraction:
        """The right ones less the wrong ones, of all that are right."""
        chosen, right = set(answer.answer or ()), set(self.correct_answer)
        return max(NOTHING, Fraction(len(chosen & right) - len(chosen - right), len(right)))

    def sheet(self) -> OptionsSheet:
        """The options."""
        return OptionsSheet(self.options)

    def key_text(self) -> str:
        """The letters."""
        return ", ".join(self.correct_answer)

    def answer_text(self, answer: SelectAnswer) -> str:
        """The letters."""
        return ", ".join(answer.answer or ())


_JUDGEMENTS = {
    "TRUE": "TRUE", "T": "TRUE", "YES": "TRUE", "Y": "TRUE",
    "FALSE": "FALSE", "F": "FALSE", "NO": "FALSE", "N": "FALSE",
    "NOT GIVEN": "NOT GIVEN", "NG": "NOT GIVEN",
}  # fmt: skip
"""Ways to write a judgement. YES, NO and TRUE, FALSE are the same buttons of a front end, whichever words the instructions use."""


def judgement(written: str) -> str | None:
    """What somebody says of a statement, as TRUE, FALSE or NOT GIVEN; None where it is none of them.

    >>> judgement("not  given"), judgement("Yes"), judgement("maybe")
    ('NOT GIVEN', 'TRUE', None)
    """
    return _JUDGEMENTS.get(" ".join(written.upper().replace("_", " ").split()))


def judgement_problem(written: str) -> str | None:
    """What is wrong with a judgement; a blank one is none."""
    return None if not written.strip() or judgement(written) else "bad_judgement"


Judgement = Annotated[str, Meta(max_length=20), Rule(judgement_problem)]


class JudgementSheet(Sheet):
    """Nothing but the statement, which is the question's text."""


class JudgementAnswer(AnswerData, kw_only=True):
    """TRUE, FALSE or NOT GIVEN."""

    answer: Judgement | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is said."""
        return not (self.answer or "").strip()


class TrueFalseNotGiven(QuestionData, kw_only=True):
    """What a text says of a statement: all of the marks or none. YES and NO count as TRUE and FALSE."""

    correct_answer: Annotated[str, Meta(min_length=1, max_length=20, pattern=r"\S"), Rule(judgement_problem)]

    answers: ClassVar = JudgementAnswer

    def share(self, answer: JudgementAnswer) -> Fraction:
        """All or nothing."""
        return FULL if judgement(answer.answer or "") == judgement(self.correct_answer) else NOTHING

    def sheet(self) -> JudgementSheet:
        """Nothing."""
        return JudgementSheet()

    def key_text(self) -> str:
        """The judgement."""
        return self.correct_answer.strip().upper()

    def answer_text(self, answer: JudgementAnswer) -> str:
        """The judgement."""
        return (answer.answer or "").strip().upper()
