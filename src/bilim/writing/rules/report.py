"""All that is computed about a text."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from bilim.writing.protocols import Lexicon
from bilim.writing.rules import measures
from bilim.writing.rules.flags import MAX_QUOTED, Flag
from bilim.writing.rules.grammar import flags
from bilim.writing.rules.tokens import Sentence, Token, sentences
from bilim.writing.rules.words import CLASSES, WRONG_FORMS

MAX_LISTED = 20
"""Words that a list names, and words for which suggestions are sought."""
_LIGHT = frozenset({"capital", "punctuation"})
_PENALTY = 3
_ENGLISH_SHARE = 0.5
_LEAST_TO_DOUBT = 3
"""Words from which on a text can be told to be no English."""
_SURE_SHARE = 0.7
_LEAST_TO_BE_SURE = 4
"""Words from which on a text can be told to be English; two or three may be words of another language too."""
_LONG_SENTENCE = 30
_LEAST_RARE = 6
_SLOW, _FAST = 90, 180
"""Words a minute between which speech is easy to follow."""

Basis = Literal["english", "other_language", "not_english", "no_words"]
Pace = Literal["slow", "just right", "fast"]


class Misspelled(Struct, frozen=True):
    """A word that nobody spells so, as far as is known."""

    word: str
    start: int
    end: int
    suggestions: list[str]


class Spoken(Struct, frozen=True):
    """How something was said."""

    words_per_minute: float
    pace: Pace


class Report(Struct, frozen=True, kw_only=True):
    """What was found. Scores are 0 to 100; None is what cannot be known."""

    basis: Basis
    """Whether grammar and spelling could be judged, and why not."""
    words: int
    sentences: int
    flags: list[Flag]
    misspelled: list[Misspelled]
    grammar_score: float | None
    spelling_score: float | None
    variety: float | None
    readability: tuple[float, float] | None
    reference_words: int | None
    overlap: float | None
    key_words_score: float | None
    missing: list[str]
    """Key words of the reference that the text has not."""
    vocabulary_score: float | None
    rare: list[str]
    confused: list[str]
    linking: int
    fillers: list[str]
    long_sentences: int
    spoken: Spoken | None


def report(
    text: str, reference: str | None, lexicon: Lexicon, *, is_english: bool, is_spoken: bool = False, seconds: float | None = None
) -> Report:
    """Look at a text; `seconds` is how long it took to say it."""
    found = sentences(text)
    words = [token for sentence in found for token in sentence.words]
    basis = _basis(words, lexicon, is_english=is_english)
    judged = basis == "english"
    flagged = flags(found, is_spoken=is_spoken) if judged else []
    misspelled = [] if is_spoken or not judged else _misspelled(found, lexicon)
    lower = [word.lower for word in words]
    spelling = None if is_spoken or not judged else _share(len(words) - len(misspelled), len(words))
    compared = _compared(lower, reference, is_english=is_english)
    varied = measures.variety(lower)
    parts = [compared.score, spelling, None if varied is None else round(varied * 100, 1)]
    return Report(
        basis=basis,
        words=len(words),
        sentences=len(found),
        flags=flagged,
        misspelled=misspelled[:MAX_LISTED],
        grammar_score=_grammar_score(flagged, len(words)) if judged else None,
        spelling_score=spelling,
        variety=varied,
        readability=measures.readability(lower, len(found)) if judged else None,
        reference_words=compared.words,
        overlap=compared.overlap,
        key_words_score=compared.score,
        missing=compared.missing,
        vocabulary_score=mean(parts),
        rare=_rare(words, lexicon) if judged else [],
        confused=_distinct(text[flag.start : flag.end][:MAX_QUOTED] for flag in flagged if flag.kind == "word_choice"),
        linking=sum(word in CLASSES["linking"] for word in lower) if judged else 0,
        fillers=_distinct(word for word in lower if word in CLASSES["fillers"]),
        long_sentences=sum(len(sentence.words) > _LONG_SENTENCE for sentence in found),
        spoken=_spoken(len(words), seconds),
    )


def is_surely_english(text: str, lexicon: Lexicon) -> bool:
    """Whether a text in an unknown language is English: it has some words, and nearly all are known."""
    words = [token.lower for sentence in sentences(text) for token in sentence.words]
    return len(words) >= _LEAST_TO_BE_SURE and sum(map(lexicon.knows, words)) >= _SURE_SHARE * len(words)


def mean(parts: Iterable[float | None]) -> float | None:
    """The mean of the scores that are known, or None where none is."""
    known = [part for part in parts if part is not None]
    return round(sum(known) / len(known), 1) if known else None


def error_types(flagged: Iterable[Flag]) -> dict[str, int]:
    """How many flags there are of each kind, the most frequent first."""
    return dict(Counter(flag.kind for flag in flagged).most_common())


def _basis(words: list[Token], lexicon: Lexicon, *, is_english: bool) -> Basis:
    if not words:
        return "no_words"
    if not is_english:
        return "other_language"
    known = sum(lexicon.knows(word.lower) for word in words)
    return "not_english" if len(words) >= _LEAST_TO_DOUBT and known < _ENGLISH_SHARE * len(words) else "english"


def _grammar_score(flagged: list[Flag], words: int) -> float:
    """100 less three times the share of words with a flag; capitals and marks count half."""
    weight = sum(0.5 if flag.kind in _LIGHT else 1.0 for flag in flagged)
    return round(100 * max(0.0, 1 - _PENALTY * weight / words), 1)


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


class _Compared(Struct, frozen=True):
    words: int | None = None
    overlap: float | None = None
    score: float | None = None
    missing: list[str] = []


def _compared(own: list[str], reference: str | None, *, is_english: bool) -> _Compared:
    if reference is None:
        return _Compared()
    theirs = [word.lower for sentence in sentences(reference) for word in sentence.words]
    wanted = measures.key_words(theirs, is_english=is_english)
    mine = {measures.stem(word, is_english=is_english) for word in own}
    missing = [word for stem, word in wanted.items() if stem not in mine]
    score = _share(len(wanted) - len(missing), len(wanted)) if wanted else None
    return _Compared(len(theirs), measures.overlap(own, theirs, is_english=is_english), score, missing[:MAX_LISTED])


def _misspelled(found: list[Sentence], lexicon: Lexicon) -> list[Misspelled]:
    """Words that are not known and no names: names have a capital where no sentence begins."""
    wrong: list[Misspelled] = []
    for sentence in found:
        for place, token in enumerate(sentence.tokens):
            if not token.is_word or _may_be_name(token, place) or token.lower in WRONG_FORMS or _is_known(token.lower, lexicon):
                continue
            seeking = len(wrong) < MAX_LISTED
            suggestions = lexicon.suggestions(token.lower) if seeking else []
            if token.text.islower() or suggestions:
                wrong.append(Misspelled(token.text[:MAX_QUOTED], token.start, token.end, suggestions))
    return wrong


def _may_be_name(token: Token, place: int) -> bool:
    return not token.text.islower() and (place > 0 or not token.text[1:].islower())


def _is_known(word: str, lexicon: Lexicon) -> bool:
    return len(word) == 1 or lexicon.knows(word) or all(not part or lexicon.knows(part) for part in word.removesuffix("'s").split("-"))


def _rare(words: list[Token], lexicon: Lexicon) -> list[str]:
    return _distinct(word.lower for word in words if word.text.islower() and len(word.text) >= _LEAST_RARE and lexicon.is_rare(word.lower))


def _distinct(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))[:MAX_LISTED]


def _spoken(words: int, seconds: float | None) -> Spoken | None:
    if not seconds or not words:
        return None
    pace = round(words * 60 / seconds, 1)
    return Spoken(pace, "slow" if pace < _SLOW else "fast" if pace > _FAST else "just right")
