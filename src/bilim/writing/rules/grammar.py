"""Everything that the rules flag in an English text."""

from bilim.writing.rules import mechanics
from bilim.writing.rules.agreement import disagreements
from bilim.writing.rules.flags import Flag
from bilim.writing.rules.patterns import matches
from bilim.writing.rules.tokens import Sentence

MAX_FLAGS = 200
"""Of one text."""


def flags(sentences: list[Sentence], *, is_spoken: bool = False) -> list[Flag]:
    """Likely errors in their order, none over another; of speech that was written down, capitals and marks are nobody's error."""
    found: list[Flag] = []
    for sentence in sentences:
        found += disagreements(sentence)
        found += matches(sentence.tokens)
        found += mechanics.wrong_forms(sentence.tokens)
        found += mechanics.articles(sentence.tokens)
        found += mechanics.doubled(sentence.tokens)
    if not is_spoken:
        found += mechanics.capitals(sentences)
        found += mechanics.marks(sentences)
    return _apart(found)[:MAX_FLAGS]


def _apart(found: list[Flag]) -> list[Flag]:
    """Flags by place; where two overlap, the one that begins first and says more."""
    kept: list[Flag] = []
    for flag in sorted(found, key=lambda each: (each.start, -each.end, each.suggestion is None)):
        if not kept or flag.start >= kept[-1].end:
            kept.append(flag)
    return kept
