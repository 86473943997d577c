"""Numbers about texts: lengths, variety of words, readability, what two texts share."""

import re
from collections import Counter
from collections.abc import Sequence

from bilim.writing.rules.words import CLASSES

WINDOW = 20
"""Words over which variety is measured: of any two texts the same number, so that a longer one is not thought poorer."""
LEAST_READABLE = 30
"""Words below which readability says nothing."""
_VOWELS = re.compile(r"[aeiouy]+")
_STEM = 5
_SUFFIXES = (("ings", ""), ("ing", ""), ("ied", "i"), ("ies", "i"), ("ed", ""), ("es", ""), ("ly", ""), ("s", ""), ("e", ""), ("y", "i"))
_LEAST_KEY = 3


def variety(words: Sequence[str]) -> float | None:
    """The moving-average ratio of different words to all (MATTR), 0 to 1; None for texts shorter than a window.

    >>> variety(["go"] * 40), variety(["a", "b"])
    (0.05, None)
    """
    if len(words) < WINDOW:
        return None
    counted = Counter(words[:WINDOW])
    total = windows = 0
    for place in range(WINDOW, len(words) + 1):
        total += len(counted)
        windows += 1
        if place < len(words):
            counted[words[place]] += 1
            left = words[place - WINDOW]
            counted[left] -= 1
            if not counted[left]:
                del counted[left]
    return round(total / windows / WINDOW, 3)


def syllables(word: str) -> int:
    """About how many syllables an English word has.

    >>> [syllables(word) for word in ("cat", "table", "make", "university")]
    [1, 2, 1, 5]
    """
    found = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ye")):
        found -= 1
    return max(1, found)


def readability(words: Sequence[str], sentences: int) -> tuple[float, float] | None:
    """Flesch's reading ease and the grade of Flesch and Kincaid of an English text; None where it is too short for either."""
    if len(words) < LEAST_READABLE or not sentences:
        return None
    per_sentence = len(words) / sentences
    per_word = sum(syllables(word) for word in words) / len(words)
    ease = 206.835 - 1.015 * per_sentence - 84.6 * per_word
    return round(ease, 1), round(0.39 * per_sentence + 11.8 * per_word - 15.59, 1)


def stem(word: str, *, is_english: bool) -> str:
    """What a word's forms share: in English what is left without an ending, elsewhere the first five letters.

    >>> stem("studied", is_english=True) == stem("studies", is_english=True), stem("kitoblarimiz", is_english=False)
    (True, 'kitob')
    """
    if not is_english:
        return word[:_STEM]
    word = word.removesuffix("'s")
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _LEAST_KEY:
            return word.removesuffix(suffix) + instead
    return word


def key_words(words: Sequence[str], *, is_english: bool) -> dict[str, str]:
    """The words of a text that carry its meaning, by stem, in order: those that are not too short and, in English, no function words."""
    found: dict[str, str] = {}
    for word in words:
        if len(word) >= _LEAST_KEY and word not in CLASSES["stop"]:
            found.setdefault(stem(word, is_english=is_english), word)
    return found


def overlap(own: Sequence[str], reference: Sequence[str], *, is_english: bool) -> float:
    """How much two texts share, in per cent: twice the words in both, of all words of both, by stem (Dice).

    >>> overlap(["i", "study"], ["i", "studied"], is_english=True), overlap([], [], is_english=True)
    (100.0, 0.0)
    """
    mine, theirs = (Counter(stem(word, is_english=is_english) for word in words) for words in (own, reference))
    total = len(own) + len(reference)
    return round(200 * (mine & theirs).total() / total, 2) if total else 0.0
