"""Words as they are compared: one spelling for Latin and Cyrillic, every apostrophe and case, and how far two words are apart.

All of it is done here and not by a database, so that SQLite and PostgreSQL find the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import combinations
from zlib import crc32

from msgspec import Struct

MAX_TERM = 32
"""Letters of a word that count; what follows is cut off, in texts and in queries alike."""
MAX_TERMS = 3000
"""Different words of a document that are indexed; a text of 200,000 characters has some 5,000."""
MAX_WORDS = 8
"""Words of a query that count."""
_MIN_PREFIX = 2

_APOSTROPHES = "'’‘‛ʻʼʽʾʿˈ`´ˊˋ′‵＇՚ʹ\ua78c"
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"[^\W_](?:[{_APOSTROPHES}{_INVISIBLE}{_MARKS}]*[^\W_])*[{_MARKS}]*")
_DROPPED = re.compile(f"[{_APOSTROPHES}{_INVISIBLE}]+")
_OU = re.compile(f"o[{_APOSTROPHES}]|ў", re.IGNORECASE)

_CYRILLIC = dict(zip("абвгджзийклмнопрстуфхыэўқғҳіңөұүәһ", "abvgdjziyklmnoprstufhieoqghinouuah", strict=True))
_CYRILLIC_PAIRS = {
    "е": "e",
    "ё": "yo",
    "ю": "yu",
    "я": "ya",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ъ": "",
    "ь": "",
    "ї": "i",
    "є": "e",
}
_OTHERS = {"ş": "sh", "ç": "ch", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "x": "h"}
_LETTERS = str.maketrans(_CYRILLIC | _CYRILLIC_PAIRS | _OTHERS)
"""Cyrillic as Uzbek and Russian are both written in Latin. `o‘` and `ў` become a plain `o`, since many leave the apostrophe out; `x`, `ҳ`
and `kh` become `h`, since many confuse them. Whoever comes from Russian or English writes `uzbek` for `o‘zbek`: see `Token.other`."""
_PAIRS = (("shch", "sh"), ("kh", "h"), ("zh", "j"), ("ye", "e"))

_ENGLISH = {"an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with"}
_UZBEK = {"va", "bilan", "uchun", "ham", "yoki", "bu"}
_RUSSIAN = {"i", "v", "na", "dlya", "po", "ili", "eto"}
_STOP_WORDS = _ENGLISH | _UZBEK | _RUSSIAN
"""Words that nearly every text has, folded; they are neither indexed nor looked for."""


class Token(Struct, frozen=True):
    """A word of a text: its place in the text, and how it is compared."""

    start: int
    end: int
    term: str
    other: str | None = None
    """How else it may be looked for: a word with `o‘` or `ў` with a `u` in its place, as Russian and English have it."""


class WeighedText(Struct, frozen=True):
    """A text of a document, and what a word found in it is worth."""

    text: str
    weight: int
    is_open: bool = True
    """Whether everybody who sees the document may find it by this text."""
    is_title: bool = False
    """Whether a word counts for more where there are few others."""


class Weight(Struct, frozen=True):
    """What a word of a document is worth: to those who may read all its texts, and to all others, 0 where it may not be found by it."""

    whole: int
    open: int


def fold(word: str) -> str:
    """How a word is compared.

    >>> [fold(word) for word in ("O‘zbek", "Ўзбек", "o'zbek", "OZBEK", "g‘isht", "ғишт", "Химия", "kimyo", "Ёш", "yosh", "café")]
    ['ozbek', 'ozbek', 'ozbek', 'ozbek', 'gisht', 'gisht', 'himiya', 'kimyo', 'yosh', 'yosh', 'cafe']
    """
    plain = _DROPPED.sub("", word).lower() if word.isascii() else _plain(word)
    plain = plain.translate(_LETTERS)
    for pair, letters in _PAIRS:
        plain = plain.replace(pair, letters)
    return plain[:MAX_TERM]


def _plain(word: str) -> str:
    """A word in small letters without apostrophes and marks; Cyrillic letters that have a mark become Latin before it is lost."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _DROPPED.sub("", word)).casefold()).translate(_LETTERS)
    return "".join(letter for letter in unicodedata.normalize("NFKD", folded) if letter.isalnum())


def tokens(text: str) -> Iterator[Token]:
    """The words of a text with their places; those that are never looked for are left out."""
    for match in _WORD.finditer(text):
        term = fold(match[0])
        if term and term not in _STOP_WORDS:
            yield Token(match.start(), match.end(), term, fold(_OU.sub("u", match[0])) if _OU.search(match[0]) else None)


def query_terms(query: str) -> list[str]:
    """The different words that a query asks for, in its order, at most so many as count."""
    return list(dict.fromkeys(token.term for token in tokens(query)))[:MAX_WORDS]


def weigh(texts: Iterable[WeighedText]) -> dict[str, Weight]:
    """The words of a document, each with the most that one of its texts makes it worth."""
    whole: dict[str, int] = {}
    opened: dict[str, int] = {}
    for text in texts:
        words = list(tokens(text.text))
        weight = text.weight * 4 // (3 + len(words)) if text.is_title else text.weight
        for term in (term for token in words for term in (token.term, token.other) if term is not None):
            if term not in whole and len(whole) >= MAX_TERMS:
                continue
            whole[term] = max(whole.get(term, 0), weight, 1)
            if text.is_open:
                opened[term] = max(opened.get(term, 0), weight, 1)
    return {term: Weight(weight, opened.get(term, 0)) for term, weight in whole.items()}


def is_prefix(term: str) -> bool:
    """Whether a query's word also stands for the words that begin with it; one letter does not."""
    return len(term) >= _MIN_PREFIX


# Slips of the keyboard --------------------------------------------------------------------------------------------------------------

_COMPARED = 7
"""Letters from which a word's neighbours are made."""


def slips(term: str) -> int:
    """How many slips a word may have: none in short ones and in numbers, two in long ones."""
    if any(letter.isdigit() for letter in term):
        return 0
    return 0 if len(term) < 4 else 1 if len(term) < 7 else 2


def neighbour_keys(term: str) -> set[int]:
    """The keys under which a word meets all words that are at most as many slips away as both may have.

    A key is a number for the word's first letters with up to so many left out. Of two words whose distance is d, leaving out at most d
    letters of each makes the same: a letter added, dropped, changed or swapped with its neighbour costs one of each at most.
    """
    beginning = term[:_COMPARED]
    most = slips(term)
    if not most:
        return set()
    kept = (combinations(beginning, len(beginning) - left_out) for left_out in range(most + 1))
    return {crc32("".join(letters).encode()) for each in kept for letters in each}


def distance(one: str, other: str, most: int) -> int:
    """Slips between two words: letters added, dropped, changed, neighbours swapped. `most + 1` where there are more.

    >>> [distance("python", word, 2) for word in ("python", "pyhton", "pithn", "java")]
    [0, 1, 2, 3]
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        row = [place]
        for column, its in enumerate(other, 1):
            cost = min(last[column] + 1, row[column - 1] + 1, last[column - 1] + (letter != its))
            if place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == its:
                cost = min(cost, before[column - 2] + 1)
            row.append(cost)
        if min(row) > most and min(last) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


EXACT = 100
_BY_SLIPS = {1: 45, 2: 22}


def prefix_quality(query: str, term: str) -> int:
    """Per cent that a word is worth which begins with the query's: more, the less is missing. The word itself is worth all."""
    return EXACT if query == term else 40 + 50 * len(query) // len(term)


def slip_quality(query: str, term: str) -> int:
    """Per cent that a word is worth in place of the query's; 0 where it is too far away."""
    most = min(slips(query), slips(term))
    apart = distance(query, term, most)
    return _BY_SLIPS.get(apart, 0) if apart <= most else 0


# What was found, shown ----------------------------------------------------------------------------------------------------------------

_SNIPPET = 160
"""Characters of a long text that are shown."""
_BEFORE = 40


class Fragment(Struct, frozen=True):
    """A piece of plain text, and whether it was looked for."""

    text: str
    is_match: bool


def highlight(text: str, wanted: set[str]) -> list[Fragment]:
    """A text in pieces, those marked that were looked for; of a long text the part around the first of them. Empty where there is none."""
    found = [token for token in tokens(text) if token.term in wanted or token.other in wanted]
    if not found:
        return []
    begin, end = _window(text, found[0])
    fragments = [Fragment("…", False)] if begin else []
    place = begin
    for token in found:
        if token.end > end:
            break
        if token.start > place:
            fragments.append(Fragment(text[place : token.start], False))
        fragments.append(Fragment(text[token.start : token.end], True))
        place = token.end
    if place < end:
        fragments.append(Fragment(text[place:end], False))
    return [*fragments, Fragment("…", False)] if end < len(text) else fragments


def _window(text: str, first: Token) -> tuple[int, int]:
    """The part of a text that is shown, between spaces where there are some."""
    if len(text) <= _SNIPPET:
        return 0, len(text)
    begin = 0 if first.start <= _BEFORE else text.find(" ", first.start - _BEFORE, first.start) + 1 or first.start
    end = min(begin + _SNIPPET, len(text))
    if end < len(text):
        end = max(text.rfind(" ", first.end, end + 1), 0) or end
    return begin, end
