"""Text as it is spoken: numbers, dates, times, sums, units and abbreviations become words before a voice reads them.

The voice itself reads Uzbek numbers digit by digit and Uzbek Cyrillic letter by letter.
"""

from collections.abc import Callable

from bilim.engines.spoken import en, ru, uz
from bilim.engines.spoken.cyrillic import to_latin
from bilim.engines.spoken.reading import read_aloud
from bilim.engines.spoken.tidying import tidy


def spoken(text: str, language: str) -> str:
    """What a voice is to say for a text.

    Args:
        text: anything that a person or a program wrote.
        language: a tag such as `uz`, `ru-RU` or `en-us`; texts in other languages are only tidied.
    """
    say = _READERS.get(language.lower().partition("-")[0])
    text = tidy(text)
    return say(text) if say else text


_READERS: dict[str, Callable[[str], str]] = {
    "uz": lambda text: read_aloud(to_latin(text), uz.LANGUAGE),
    "ru": lambda text: read_aloud(text, ru.LANGUAGE),
    "en": lambda text: read_aloud(text, en.LANGUAGE),
}
