"""English spelling by pyspellchecker's list of 160,000 words with their frequencies, which it brings along."""

import re
from functools import cached_property
from threading import Lock
from typing import Any

from bilim.writing.rules.words import CLASSES

_LONGEST = 30
"""Letters of a word for which suggestions are sought."""
_SUGGESTIONS = 3
_RARE = 3_000
"""Words that stand less often than this in the list's 2.6 billion are outside its first ten thousand or so."""
_BRITISH = (
    (re.compile(r"our"), "or"),
    (re.compile(r"is(e|ed|es|ing|ation|ations|er|ers)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|ing)$"), r"yz\1"),
    (re.compile(r"re(s|d)?$"), r"er\1"),
    (re.compile(r"ll(ed|ing|er|ers)$"), r"l\1"),
    (re.compile(r"ence(s)?$"), r"ense\1"),
    (re.compile(r"ogue(s)?$"), r"og\1"),
    (re.compile(r"amme(s)?$"), r"am\1"),
    (re.compile(r"ae|oe"), "e"),
)
"""Endings of British spelling, and what the list has instead."""


class EnglishLexicon:
    """The list, read when it is first needed: 0.2 s and 40 MB."""

    def __init__(self) -> None:
        self._lock = Lock()

    @cached_property
    def _checker(self) -> Any:
        from spellchecker import SpellChecker

        with self._lock:
            return SpellChecker(language="en", distance=1)

    @cached_property
    def _counts(self) -> Any:
        return self._checker.word_frequency.dictionary

    def knows(self, word: str, /) -> bool:
        """See `Lexicon.knows`."""
        return self._has(word) or any(self._has(pattern.sub(american, word)) for pattern, american in _BRITISH)

    def is_rare(self, word: str, /) -> bool:
        """See `Lexicon.is_rare`."""
        return 0 < self._counts.get(word, 0) < _RARE

    def suggestions(self, word: str, /) -> list[str]:
        """See `Lexicon.suggestions`."""
        if len(word) > _LONGEST:
            return []
        found = (self._checker.candidates(word) or set()) - {word}
        return sorted(found, key=lambda each: (-self._counts.get(each, 0), each))[:_SUGGESTIONS]

    def _has(self, word: str) -> bool:
        return word in self._counts or word in CLASSES["modern"]
