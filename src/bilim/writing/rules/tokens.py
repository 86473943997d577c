"""Texts as sentences of tokens. Time and memory grow with the length of the text and with nothing else."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_LETTERS = r"[^\W\d_]"
_TOKEN = re.compile(rf"{_LETTERS}+(?:['’ʻʼ‘-]{_LETTERS}+)*|\d+(?:[.,:]\d+)*{_LETTERS}*|\n\s*|[.!?…]+|[^\S\n]+|.", re.DOTALL)
_APOSTROPHES = str.maketrans("’ʻʼ‘", "''''")
_ENDS = frozenset(".!?…")
_ABBREVIATIONS = frozenset(["mr", "mrs", "ms", "dr", "prof", "st", "etc", "vs", "eg", "ie", "e.g", "i.e", "a.m", "p.m", "no"])


class Token(NamedTuple):
    """A word, a number or a mark, and where it stands. `lower` is folded, its apostrophes straight."""

    text: str
    lower: str
    start: int
    end: int
    is_word: bool
    is_spaced: bool
    """Whether white space, or the text's beginning, stands before it."""

    @property
    def is_number(self) -> bool:
        """Whether it begins with a digit."""
        return self.text[0].isdigit()


class Sentence(NamedTuple):
    """Tokens up to and without the mark that ends it; `mark` is empty where none does."""

    tokens: Sequence[Token]
    mark: str

    @property
    def words(self) -> list[Token]:
        """The words alone."""
        return [token for token in self.tokens if token.is_word]


def sentences(text: str) -> list[Sentence]:
    """A text's sentences, in order; a line's end ends a sentence too.

    >>> [[token.text for token in each.tokens] + [each.mark] for each in sentences("Hi, Mr. Lee! It's 9:30")]
    [['Hi', ',', 'Mr', '.', 'Lee', '!'], ["It's", '9:30', '']]
    """
    found: list[Sentence] = []
    current: list[Token] = []
    is_spaced = True

    def finish(mark: str) -> None:
        if current:
            found.append(Sentence(tuple(current), mark))
            current.clear()

    for match in _TOKEN.finditer(text):
        part = match.group()
        if part[0] == "\n":
            finish("")
        elif part[0] in _ENDS and not (part == "." and current and _is_abbreviation(current[-1])):
            finish(part)
        elif not part.isspace():
            lower = part.lower().translate(_APOSTROPHES)
            current.append(Token(part, lower, match.start(), match.end(), part[0].isalpha(), is_spaced))
        is_spaced = part.isspace()
    finish("")
    return found


def _is_abbreviation(token: Token) -> bool:
    return token.lower in _ABBREVIATIONS or (len(token.lower) == 1 and token.is_word and token.lower not in {"i", "a"})
