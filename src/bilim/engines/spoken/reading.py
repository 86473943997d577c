"""Finds in a text what is not written in words, and has a language say it. Languages differ in words, not in what is looked for."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from msgspec import Struct

from bilim.engines.spoken.amounts import DIGITS, GROUPED, MONEY, NUMBER, SIGNS, Amount, Unit, amount_of, without_gaps

Say = Callable[[re.Match[str]], str]


class Language(Struct, frozen=True, eq=False):
    """How a language says what is not written in words."""

    cardinal: Callable[[int, Unit | None], str]
    """A number from 0 to 10^15 - 1, as it is said before a unit, or alone."""
    decimal: Callable[[int, str], str]
    """The whole part and the digits after the point."""
    unit: Callable[[Unit, int | None], str]
    """A unit's word after so many, or after a fraction (None)."""
    scale: Callable[[int], str]
    """The name of 1,000 to this power, after a fraction: 2.5 million."""
    date: Callable[[date], str]
    time: Callable[[int, int], str]
    minus: str
    plus: str
    units: Mapping[str, Unit]
    """How units are written after a number, in lower case."""
    scales: Mapping[str, int]
    """How powers of 1,000 are written after a number, in lower case."""
    abbreviations: Mapping[str, str]
    own: tuple[tuple[re.Pattern[str], Say], ...] = ()
    """What only this language has, such as its ordinals; found before numbers."""
    comma_groups: bool = False
    """Whether `3,500` is three thousand and a half, not three and a half."""


_DATE = re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\.?\d)(?:\s?-?(?:yil\b|г\.|года\b))?", re.ASCII)
_ISO = re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?!-?\d)", re.ASCII)
_TIME = re.compile(r"(?<![\d:.,])(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)(?::[0-5]\d)?(?!:?\d)", re.ASCII)
_PHONE = re.compile(r"(?<!\w)\+\d(?:[\s()-]{0,2}\d){6,14}(?!\d)", re.ASCII)
_SEQUENCE = re.compile(r"(?<![\d.])(?!\d{1,3}(?:\.\d{3})+(?!\.?\d))\d+(?:\.\d+){2,}(?!\d)", re.ASCII)
"""A version or an address, but not thousands with points between."""
_SPACES = re.compile(r"[^\S\n]+")
_NEEDLESS_SPACE = re.compile(r" +(?=[,.;:!?…)\n])|(?<=\n) +")


def read_aloud(text: str, language: Language) -> str:
    """A text with everything in words that is not."""
    text = _decimal_digits(text)
    for pattern, words in _abbreviations(language):
        text = pattern.sub(words, text)
    text = _PHONE.sub(_apart(lambda found: _phone(found[0], language)), text)
    text = GROUPED.sub(lambda found: without_gaps(found[0]), text)
    steps: tuple[tuple[re.Pattern[str], Say], ...] = (
        (_DATE, lambda found: _date(found, language)),
        (_ISO, lambda found: _date(found, language)),
        (_TIME, lambda found: language.time(int(found["h"]), int(found["min"]))),
        (_SEQUENCE, lambda found: " ".join(_number(part, language) for part in found[0].split("."))),
        *language.own,
        (_quantity(language), lambda found: _say_quantity(found, language)),
    )
    for pattern, say in steps:
        text = pattern.sub(_apart(say), text)
    return _NEEDLESS_SPACE.sub("", _SPACES.sub(" ", text)).strip()


def _decimal_digits(text: str) -> str:
    """Digits of other scripts as ours; superscripts and the like are none."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _apart(say: Say) -> Say:
    """Words that do not run into their neighbours. Spaces too many are dropped in the end; endings stay with their word: 15%ga."""

    def replace(found: re.Match[str]) -> str:
        following = found.string[found.end() : found.end() + 1]
        stays = found[0][-1] in "%°" and following.isalpha()
        return f" {say(found)}{'' if stays else ' '}"

    return replace


@cache
def _abbreviation(short: str) -> re.Pattern[str]:
    written = re.escape(short).replace(r"\ ", r"\s?")
    return re.compile(rf"(?<![\w.]){written}(?!\w)" if short[0].isalpha() else rf"{written}\s?", re.IGNORECASE)


def _abbreviations(language: Language) -> list[tuple[re.Pattern[str], str]]:
    return [(_abbreviation(short), f"{words} ") for short, words in language.abbreviations.items()]


@cache
def _quantity(language: Language) -> re.Pattern[str]:
    """A number with what may stand around it: a minus or a currency before, a power of 1,000 and a unit after."""
    scales, units = ("|".join(map(re.escape, sorted(kind, key=len, reverse=True))) for kind in (language.scales, language.units))
    signs = "".join(map(re.escape, SIGNS))
    return re.compile(
        rf"(?P<minus>(?<![\w.,)])-\s?)?(?P<sign>[{signs}]\s?)?(?P<number>{NUMBER})"
        rf"(?:\s?(?P<scale>{scales})(?![\w'])\.?)?(?:\s?(?P<unit>[{signs}%]|(?:{units})(?![\w'])))?",
        re.IGNORECASE,
    )


def _say_quantity(found: re.Match[str], language: Language) -> str:
    written = found["sign"] or found["unit"] or ""
    unit = SIGNS.get(written.strip()) or language.units.get(written.lower())
    scale = language.scales.get((found["scale"] or "").lower(), 0)
    minus = language.minus if found["minus"] else ""
    amount = amount_of(found["number"], is_money=unit in MONEY, comma_groups=language.comma_groups)
    if amount is None or (scale and amount.whole >= 1000):
        words = [
            _digits(found["number"], language),
            *([language.scale(scale)] if scale else ()),
            *([language.unit(unit, None)] if unit else ()),
        ]
    else:
        words = say_amount(amount, unit, scale, language)
    return " ".join(filter(None, [minus, *words]))


def say_amount(amount: Amount, unit: Unit | None, scale: int, language: Language) -> list[str]:
    """The words of an amount of a unit, or of nothing, times 1,000 to a power.

    Money with two digits after the point is so many and so many hundredths of it.
    """

    def count(number: int, of: Unit | None) -> list[str]:
        return [language.cardinal(number, of), language.unit(of, number)] if of else [language.cardinal(number, None)]

    fraction = amount.fraction
    if unit in MONEY and not fraction.strip("0"):
        fraction = ""
    if not fraction:
        return count(amount.whole * 1000**scale, unit)
    if unit in MONEY and len(fraction) == 2 and not scale:  # hundredths
        return [*(count(amount.whole, unit) if amount.whole else ()), *count(int(fraction), MONEY[unit])]
    words = [language.decimal(amount.whole, fraction)]
    if scale:
        words.append(language.scale(scale))
    if unit:
        words.append(language.unit(unit, 1000 if scale else None))
    return words


def _number(written: str, language: Language) -> str:
    amount = amount_of(written, is_money=False, comma_groups=False)
    return _digits(written, language) if amount is None else language.cardinal(amount.whole, None)


def _digits(written: str, language: Language) -> str:
    """Digit by digit, as an account or a code is read."""
    return " ".join(language.cardinal(int(char), None) for char in written if char in DIGITS)


def _phone(written: str, language: Language) -> str:
    """Group by group as written, those of more than three digits digit by digit."""
    groups = re.findall(r"\d+", written)
    return ", ".join([f"{language.plus} {_number(groups[0], language)}", *(_group(group, language) for group in groups[1:])])


def _group(group: str, language: Language) -> str:
    return _number(group, language) if len(group) <= 3 else _digits(group, language)  # as people group them


def _date(found: re.Match[str], language: Language) -> str:
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:  # 31.02.2026 is no date: its numbers are read
        return " ".join(_number(part, language) for part in re.findall(r"\d+", found[0]))
    return language.date(day)
