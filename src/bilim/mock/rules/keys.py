"""Answer keys as teachers write them, and in the form in which they are kept."""

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bilim.kit.errors import Problem
from bilim.mock.rules.answers import MAX_ANSWER
from bilim.questions.rules.marking import AcceptedAnswers, Articles

MAX_WORDS = 20
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")

MAX_VARIANTS = 50


class WrittenAnswer(Struct, kw_only=True):
    """What counts as right for one question."""

    variants: list[str]
    word_limit: Annotated[int, Meta(ge=1, le=MAX_WORDS)] | None = None
    """The most words an answer may have, numbers included."""
    articles: Articles = "optional"
    """Whether `a`, `an` and `the` at the front may be left out or added."""


GivenKey = str | list[str] | WrittenAnswer
"""An answer, its variants, or an object that says more. Their bounds are in `key_problem`: msgspec 0.22 reads freed memory where both a
text with a pattern and a list with a length stand in one union."""


def accepted(given: GivenKey) -> AcceptedAnswers:
    """What a teacher wrote for a question, in full.

    >>> accepted("CO2").variants
    ['CO2']
    """
    if isinstance(given, WrittenAnswer):
        return AcceptedAnswers(given.variants, given.word_limit, given.articles)
    return AcceptedAnswers([given] if isinstance(given, str) else given)


def key_problem(answers: Mapping[str, GivenKey]) -> Problem | None:
    """What is wrong with a key, whatever the test has: no question's number, or a right answer that would be marked wrong."""
    for number, given in answers.items():
        if not _NUMBER.fullmatch(number):
            return Problem("unknown_question", {"question": number[:20]})
        right = accepted(given)
        if not 0 < len(right.variants) <= MAX_VARIANTS or not all(
            len(variant) <= MAX_ANSWER and right.can_be_right(variant) for variant in right.variants
        ):
            return Problem("bad_variants", {"question": number})
    return None


def stored(answers: Mapping[str, GivenKey]) -> dict[str, AcceptedAnswers]:
    """A key in full, by the number of its questions."""
    return {number: accepted(answers[number]) for number in sorted(answers, key=int)}


def to_plain(key: Mapping[str, AcceptedAnswers]) -> dict[str, object]:
    """A key as it is stored."""
    return msgspec.to_builtins(key)


def of_plain(stored_key: object) -> dict[str, AcceptedAnswers]:
    """A key as it was stored."""
    return msgspec.convert(stored_key, dict[str, AcceptedAnswers])
