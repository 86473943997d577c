"""Uzbek, in Latin letters with a plain apostrophe."""

import re
from datetime import date

from bilim.engines.spoken.amounts import Unit, in_groups
from bilim.engines.spoken.reading import Language

_ONES = ("nol", "bir", "ikki", "uch", "to'rt", "besh", "olti", "yetti", "sakkiz", "to'qqiz")
_TENS = ("", "o'n", "yigirma", "o'ttiz", "qirq", "ellik", "oltmish", "yetmish", "sakson", "to'qson")
_SCALES = ("", "ming", "million", "milliard", "trillion")
_PARTS = ("", "o'ndan", "yuzdan", "mingdan", "o'n mingdan", "yuz mingdan", "milliondan")
_MONTHS = ("yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avgust", "sentabr", "oktabr", "noyabr", "dekabr")
_VOWELS = "aeiou"
_ENDINGS = "ga|gacha|da|dagi|dan|ni|ning|si|lar"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

_UNITS = {
    "percent": "foiz", "uzs": "so'm", "tiyin": "tiyin", "usd": "dollar", "cent": "sent", "eur": "yevro", "rub": "rubl", "kopek": "kopeyka",
    "degree": "daraja", "km": "kilometr", "m": "metr", "cm": "santimetr", "mm": "millimetr", "kg": "kilogramm", "g": "gramm",
    "l": "litr", "ml": "millilitr", "min": "daqiqa", "s": "soniya",
}  # fmt: skip


def cardinal(number: int, _unit: Unit | None = None) -> str:
    """A number in words.

    >>> cardinal(1905)
    "ming to'qqiz yuz besh"
    """

    def say(group: int, power: int) -> list[str]:
        is_one_thousand = (group, power) == (1, 1)  # `ming`, not `bir ming`
        return [*([] if is_one_thousand else _below_thousand(group)), _SCALES[power]]

    return in_groups(number, say) or _ONES[0]


def _below_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    words = [_ONES[hundreds]] * (hundreds > 1) + ["yuz"] * (hundreds > 0)
    return [*words, _TENS[rest // 10], *([_ONES[rest % 10]] if rest % 10 else ())]


def ordinal(number: int) -> str:
    """An ordinal.

    >>> ordinal(20), ordinal(5)
    ('yigirmanchi', 'beshinchi')
    """
    words = cardinal(number)
    return words + ("nchi" if words[-1] in _VOWELS else "inchi")


def _decimal(whole: int, fraction: str) -> str:
    if len(fraction) >= len(_PARTS):
        return f"{cardinal(whole)} butun {' '.join(_ONES[int(digit)] for digit in fraction)}"
    return f"{cardinal(whole)} butun {_PARTS[len(fraction)]} {cardinal(int(fraction))}"


def _date(day: date) -> str:
    return f"{ordinal(day.year)} yil {ordinal(day.day)} {_MONTHS[day.month - 1]}"


def _time(hours: int, minutes: int) -> str:
    words = cardinal(hours)
    if not minutes:
        return words
    return f"{words}{'yu' if words[-1] in _VOWELS else 'u'} {cardinal(minutes)}"


def _ordinal_of(found: re.Match[str]) -> str:
    return ordinal(int(found[1]))


def _numbered(found: re.Match[str]) -> str:
    """The hyphen makes an ordinal, to which an ending is joined: `5-sinf` is beshinchi sinf, `5-ga` beshinchiga."""
    return ordinal(int(found[1])) + (found[2] or "")


def _counted(found: re.Match[str]) -> str:
    """`5 ta` and `5ta` are beshta, `1 ta` is bitta."""
    words = cardinal(int(found[1]))
    return (words[:-1] + "t" if words.endswith("bir") else words) + "ta"


def _century(found: re.Match[str]) -> str:
    values = [_ROMAN[letter] for letter in found[1]]
    return ordinal(sum(-one if one < following else one for one, following in zip(values, [*values[1:], 0], strict=True)))


_OWN = (
    (re.compile(r"\b([IVXLC]{1,7})-?(?=\s?asr)"), _century),
    (re.compile(r"(?<![\w.,])([0-9]{1,15})\s?-?ta\b"), _counted),
    (re.compile(r"(?<![\w.,])([0-9]{1,15})-?i?nchi\b"), _ordinal_of),
    (re.compile(rf"(?<![\w.,])([0-9]{{1,15}})-(?:((?:{_ENDINGS})(?!\w))|(?=[a-z]))", re.IGNORECASE), _numbered),
    (re.compile(r"(?<![\w.,])([12][0-9]{3})(?=\s?yil(?!\w|lik))"), _ordinal_of),
)

LANGUAGE = Language(
    cardinal=cardinal,
    decimal=_decimal,
    unit=lambda unit, _count: _UNITS[unit],
    scale=_SCALES.__getitem__,
    date=_date,
    time=_time,
    minus="minus",
    plus="plus",
    units={
        "%": "percent", "foiz": "percent", "so'm": "uzs", "som": "uzs", "sum": "uzs", "uzs": "uzs", "usd": "usd", "eur": "eur",
        "rub": "rub", "°c": "degree", "°": "degree", "km": "km", "m": "m", "sm": "cm", "mm": "mm", "kg": "kg", "g": "g", "gr": "g",
        "l": "l", "ml": "ml", "daq": "min", "min": "min", "sek": "s",
    },
    scales={"ming": 1, "mln": 2, "million": 2, "mlrd": 3, "milliard": 3, "trln": 4},
    abbreviations={
        "va h.k.": "va hokazo", "va b.": "va boshqalar", "h.k.": "hokazo", "mas.": "masalan", "m-n": "masalan", "tel.": "telefon",
        "prof.": "professor", "dots.": "dotsent", "akad.": "akademik", "ko'ch.": "ko'chasi", "vil.": "viloyati", "tum.": "tumani",
        "№": "raqam", "&": "va",
    },
    own=_OWN,
)  # fmt: skip
