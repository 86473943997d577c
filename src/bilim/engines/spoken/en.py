"""English, as it is taught for IELTS: `one hundred and one`."""

import re
from datetime import date

from bilim.engines.spoken.amounts import Unit, in_groups
from bilim.engines.spoken.reading import Language

_BELOW_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ("", "thousand", "million", "billion", "trillion")
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_UNITS = {
    "percent": ("per cent", "per cent"), "uzs": ("soum", "soums"), "tiyin": ("tiyin", "tiyins"), "usd": ("dollar", "dollars"),
    "cent": ("cent", "cents"), "eur": ("euro", "euros"), "rub": ("rouble", "roubles"), "kopek": ("kopek", "kopeks"),
    "degree": ("degree", "degrees"), "km": ("kilometre", "kilometres"), "m": ("metre", "metres"), "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"), "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "l": ("litre", "litres"),
    "ml": ("millilitre", "millilitres"), "min": ("minute", "minutes"), "s": ("second", "seconds"), "h": ("hour", "hours"),
}  # fmt: skip


def cardinal(number: int, _unit: Unit | None = None) -> str:
    """A number in words.

    >>> cardinal(1_000_121)
    'one million one hundred and twenty-one'
    """

    def say(group: int, power: int) -> list[str]:
        is_rest = power == 0 and group < 100 and number > group
        return ["and"] * is_rest + [_below_thousand(group), _SCALES[power]]  # one thousand and one

    return in_groups(number, say) or _BELOW_TWENTY[0]


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{_BELOW_TWENTY[hundreds]} hundred" + (f" and {_below_hundred(rest)}" if rest else "")


def _below_hundred(number: int) -> str:
    if number < len(_BELOW_TWENTY):
        return _BELOW_TWENTY[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_BELOW_TWENTY[ones]}" if ones else "")


def ordinal(number: int) -> str:
    """An ordinal.

    >>> ordinal(21), ordinal(40), ordinal(112)
    ('twenty-first', 'fortieth', 'one hundred and twelfth')
    """
    words = cardinal(number)
    start, last = re.fullmatch(r"(.*?)([a-z]+)", words).groups()  # type: ignore[union-attr] - a number ends in letters
    if last in _ORDINALS:
        return start + _ORDINALS[last]
    return start + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def year(number: int) -> str:
    """A year.

    >>> [year(each) for each in (1999, 1905, 1900, 2000, 2005, 2026)]
    ['nineteen ninety-nine', 'nineteen oh five', 'nineteen hundred', 'two thousand', 'two thousand and five', 'twenty twenty-six']
    """
    century, rest = divmod(number, 100)
    if not 1100 <= number <= 2099 or 2000 <= number <= 2009:  # how years are read
        return cardinal(number)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"  # a digit


def _decimal(whole: int, fraction: str) -> str:
    return f"{cardinal(whole)} point {' '.join(_BELOW_TWENTY[int(digit)] for digit in fraction)}"


def _date(day: date) -> str:
    return f"the {ordinal(day.day)} of {_MONTHS[day.month - 1]} {year(day.year)}"


def _time(hours: int, minutes: int) -> str:
    if not minutes:
        return f"{cardinal(hours)} o'clock"
    return f"{cardinal(hours)} {'oh ' if minutes < 10 else ''}{cardinal(minutes)}"  # a digit


_YEAR_WORDS = "in|since|from|of|by|until|till|before|after|year|" + "|".join(_MONTHS)
_OWN = (
    (re.compile(r"(?<![\w.,])([0-9]{1,15})(?:st|nd|rd|th)\b", re.IGNORECASE), lambda found: ordinal(int(found[1]))),
    (
        re.compile(rf"\b((?i:{_YEAR_WORDS})),?\s(1[1-9][0-9]{{2}}|20[0-9]{{2}})(?![\w%]|[.,]?[0-9]|\s?[a-z])"),
        lambda f: f"{f[1]} {year(int(f[2]))}",
    ),
    (re.compile(r"(?<![\w.,:])([0-9]{1,2})\s?([ap])\.?m\b\.?", re.IGNORECASE), lambda found: f"{cardinal(int(found[1]))} {found[2]} m"),
)

LANGUAGE = Language(
    cardinal=cardinal,
    decimal=_decimal,
    unit=lambda unit, count: _UNITS[unit][count != 1],
    scale=_SCALES.__getitem__,
    date=_date,
    time=_time,
    minus="minus",
    plus="plus",
    units={
        "%": "percent", "percent": "percent", "uzs": "uzs", "so'm": "uzs", "soums": "uzs", "soum": "uzs", "sum": "uzs", "usd": "usd",
        "eur": "eur", "rub": "rub", "°c": "degree", "°": "degree", "km": "km", "m": "m", "cm": "cm", "mm": "mm", "kg": "kg", "g": "g",
        "l": "l", "ml": "ml", "min": "min", "sec": "s",
    },
    scales={"thousand": 1, "million": 2, "mln": 2, "billion": 3, "bn": 3, "trillion": 4},
    abbreviations={
        "mr.": "mister", "mrs.": "missis", "ms.": "miz", "dr.": "doctor", "prof.": "professor", "e.g.": "for example", "i.e.": "that is",
        "etc.": "et cetera", "vs.": "versus", "approx.": "approximately", "№": "number", "&": "and",
    },
    own=_OWN,
    comma_groups=True,
)  # fmt: skip
