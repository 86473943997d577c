"""The plain sentences of a lesson's text, for exercises that let learners put them together."""

import re

READ = 10_000
"""So many characters of a lesson's text are looked at."""
_MOST_SENTENCES = 20
_FEWEST, _MOST = 3, 10
"""Words of a sentence."""
_LONGEST = 120
"""Characters."""
_SENTENCE = re.compile(r"([^.!?\n]*)([.!?]+|\n|$)")
"""Any text up to a stop, the end of a line or of the text: it matches everywhere, so that no text is gone through twice."""
_MARKUP = frozenset("<>{}[]|*_#`\\=/@~^&$%+")
_BULLETS = " \t\r-–—•"


def sentences(content: str) -> list[tuple[str, ...]]:
    """Sentences of three to ten words, each as its words without the full stop, in the order of the text.

    What looks like markup, a list or an address is left out, and so is a sentence in which a word comes twice: it would have more than one
    right order.

    >>> sentences("Bu mening oilam. <b>Mana</b> otam bor! Salom.")
    [('Bu', 'mening', 'oilam')]
    """
    found: list[tuple[str, ...]] = []
    for match in _SENTENCE.finditer(content[:READ]):
        sentence = match[1].strip(_BULLETS)
        parts = tuple(sentence.split()) if match[2] not in ("", "\n") and len(sentence) <= _LONGEST else ()
        if _is_plain(sentence, parts):
            found.append(parts)
            if len(found) == _MOST_SENTENCES:
                break
    return found


def _is_plain(sentence: str, parts: tuple[str, ...]) -> bool:
    if not _FEWEST <= len(parts) <= _MOST or not _MARKUP.isdisjoint(sentence):
        return False
    has_letters = all(any(character.isalpha() for character in part) for part in parts)
    return has_letters and len({part.casefold() for part in parts}) == len(parts)
