"""Uzbek Cyrillic in Latin letters: one spelling to read, and the voice knows only half of the Cyrillic one."""

import re

_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "j", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "x", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "sh", "ъ": "'", "ы": "i", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ў": "o'", "қ": "q", "ғ": "g'", "ҳ": "h",
}  # fmt: skip
_LETTER = re.compile(f"[{''.join(_LETTERS)}]", re.IGNORECASE)
_AFTER_VOWEL = re.compile(r"(?:(?<![а-яёўқғҳ])|(?<=[аеёиоуўэюяыъь]))е", re.IGNORECASE)
"""Е at the beginning of a word and after vowels is read ye."""


def to_latin(text: str) -> str:
    """Cyrillic letters of a text in Uzbek as Latin ones; all else stays.

    >>> to_latin("Ўзбекистон — ер юзи, шеър ва 5-синф")
    "O'zbekiston — yer yuzi, she'r va 5-sinf"
    """
    return _LETTER.sub(_latin, _AFTER_VOWEL.sub(_with_y, text))


def _with_y(found: re.Match[str]) -> str:
    return "Ye" if found[0].isupper() else "ye"


def _latin(found: re.Match[str]) -> str:
    letter = _LETTERS[found[0].lower()]
    return letter.capitalize() if found[0].isupper() else letter
