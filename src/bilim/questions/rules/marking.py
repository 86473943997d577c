"""Marking of short answers against a key, as examiners of IELTS do.

Forgiven: case, spacing, width and style of characters, apostrophes of any shape, a hyphen for a space, the commas of thousands, a full stop
at the end, British or American spelling, and, unless the key requires them, articles at the front. Not forgiven: other words, wrong
spelling, and more words than the question allows. Words are what stands between spaces: `well-known` is one, and so is a number. For "no
more than two words and a number" the limit is three.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from bilim.questions.rules.spelling import one_form

Articles = Literal["optional", "required"]

_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02bb\u02bc\u0060\u00b4\u2032]")
_HYPHENS = re.compile("[-\u2010-\u2015\u2212]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_END = " .,;!?"
_ARTICLE = re.compile(r"(?:an?|the) (?=.)")
_SAME = ({"true", "t"}, {"false", "f"}, {"not given", "ng"}, {"yes", "y"}, {"no", "n"})
"""Ways to write one answer, where the key's is one of them."""


class AcceptedAnswers(Struct, dict=True):
    """What counts as right for one question."""

    variants: list[str]
    word_limit: int | None = None
    articles: Articles = "optional"

    @cached_property
    def forms(self) -> frozenset[str]:
        """The forms of all right answers."""
        folded = {self._form(variant) for variant in self.variants}
        return frozenset(folded.union(*(same for same in _SAME if same & folded)))

    def _form(self, text: str) -> str:
        form = fold(text)
        return _ARTICLE.sub("", form, count=1) if self.articles == "optional" and _ARTICLE.match(form) else form

    def accepts(self, answer: str) -> bool:
        """Whether an answer is right."""
        return not self.is_too_long(answer) and self._form(answer) in self.forms

    def can_be_right(self, variant: str) -> bool:
        """Whether a variant of the key would be marked right when somebody writes it."""
        return bool(fold(variant)) and not self.is_too_long(variant)

    def is_too_long(self, answer: str) -> bool:
        """Whether an answer has more words than the question allows."""
        return self.word_limit is not None and len(answer.split()) > self.word_limit


Key = Mapping[str, AcceptedAnswers]
"""By the number of the question."""


def fold(text: str) -> str:
    """The form of a text that all its accepted spellings share.

    >>> fold(" Dr\u2019s  OFFICE. "), fold("well-organized"), fold("1,500")
    ("dr's office", 'well organised', '1500')
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = _HYPHENS.sub(" ", _APOSTROPHES.sub("'", plain))
    return " ".join(one_form(word) for word in _THOUSANDS.sub("", plain).strip(_END).split())


def right_answers(key: Key, answers: Mapping[str, str]) -> dict[str, bool]:
    """For every question of a key whether it was answered right."""
    return {number: accepted.accepts(answers.get(number, "")) for number, accepted in key.items()}


def raw_score(key: Key, answers: Mapping[str, str]) -> int:
    """How many questions were answered right."""
    return sum(right_answers(key, answers).values())
