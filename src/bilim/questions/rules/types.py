"""The types of questions by their names in the API (CONTRACT section 8), and what is done with a question of any of them."""

from fractions import Fraction
from typing import Any, Literal, get_args

import msgspec

from bilim.kit.validation import read
from bilim.questions.rules.arranged import Matching, Ordering
from bilim.questions.rules.choices import MultipleChoice, MultipleSelect, TrueFalseNotGiven
from bilim.questions.rules.data import QuestionData
from bilim.questions.rules.written import Essay, GapFill, Numeric, ShortAnswer

QuestionType = Literal[
    "multiple_choice",
    "multiple_select",
    "true_false_not_given",
    "short_answer",
    "gap_fill",
    "matching",
    "ordering",
    "numeric",
    "essay",
]
TYPES: dict[str, type[QuestionData]] = {
    "multiple_choice": MultipleChoice,
    "multiple_select": MultipleSelect,
    "true_false_not_given": TrueFalseNotGiven,
    "short_answer": ShortAnswer,
    "gap_fill": GapFill,
    "matching": Matching,
    "ordering": Ordering,
    "numeric": Numeric,
    "essay": Essay,
}
assert TYPES.keys() == set(get_args(QuestionType))  # noqa: S101 - said twice, since types cannot be made of a dictionary


def read_question(question_type: str, data: Any) -> QuestionData:
    """A question's data, of plain data.

    Raises:
        Invalid: naming every wrong field of the data.
    """
    return read(TYPES[question_type], data)


def to_json(data: msgspec.Struct) -> str:
    """A question's data, or an answer to it, as it is stored."""
    return msgspec.json.encode(data).decode()


def of_json(question_type: str, stored: str | bytes) -> QuestionData:
    """A question's data as it was stored."""
    return msgspec.json.decode(stored, type=TYPES[question_type])


def points(share: Fraction, marks: int) -> int:
    """A share of some marks, both in hundredths, rounded half up.

    >>> points(Fraction(1, 3), 100), points(Fraction(1, 8), 100)
    (33, 13)
    """
    return (2 * share.numerator * marks + share.denominator) // (2 * share.denominator)
