"""Russian ordinals with any ending of an adjective: пятый, пятая, пятого."""

from bilim.engines.spoken.amounts import groups_of_three
from bilim.engines.spoken.ru_cardinals import in_gender

_STEMS = {
    1: "перв", 2: "втор", 3: "трет", 4: "четвёрт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм", 9: "девят", 10: "десят", 11: "одиннадцат",
    12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат", 17: "семнадцат", 18: "восемнадцат",
    19: "девятнадцат", 20: "двадцат", 30: "тридцат", 40: "сороков", 50: "пятидесят", 60: "шестидесят", 70: "семидесят", 80: "восьмидесят",
    90: "девяност", 100: "сот", 200: "двухсот", 300: "трёхсот", 400: "четырёхсот", 500: "пятисот", 600: "шестисот", 700: "семисот",
    800: "восьмисот", 900: "девятисот",
}  # fmt: skip
_GENITIVES = {
    1: "одно", 2: "двух", 3: "трёх", 4: "четырёх", 5: "пяти", 6: "шести", 7: "семи", 8: "восьми", 9: "девяти", 10: "десяти",
    11: "одиннадцати", 12: "двенадцати", 13: "тринадцати", 14: "четырнадцати", 15: "пятнадцати", 16: "шестнадцати", 17: "семнадцати",
    18: "восемнадцати", 19: "девятнадцати", 20: "двадцати", 30: "тридцати", 40: "сорока", 50: "пятидесяти", 60: "шестидесяти",
    70: "семидесяти", 80: "восьмидесяти", 90: "девяносто", 100: "сто", 200: "двухсот", 300: "трёхсот", 400: "четырёхсот", 500: "пятисот",
    600: "шестисот", 700: "семисот", 800: "восьмисот", 900: "девятисот",
}  # fmt: skip
"""How a number begins a compound: двадцатипятитысячный."""
_SCALES = ("", "тысячн", "миллионн", "миллиардн", "триллионн")
_SOFT = {"ый": "ий", "ая": "ья", "ое": "ье", "ого": "ьего", "ому": "ьему", "ом": "ьем", "ым": "ьим", "ую": "ью", "ых": "ьих"}
"""The endings of `третий`."""
_STRESSED = (2, 6, 7, 8, 40)
"""Second, sixth, seventh, eighth and fortieth end in -ой."""


def ordinal(number: int, ending: str = "ый") -> str:
    """An ordinal with the ending of an adjective.

    >>> ordinal(3), ordinal(2000, "ого"), ordinal(2026, "ого"), ordinal(40), ordinal(25_000)
    ('третий', 'двухтысячного', 'две тысячи двадцать шестого', 'сороковой', 'двадцатипятитысячный')
    """
    if number == 0:
        return "нулев" + ("ой" if ending == "ый" else ending)
    *_, (group, power) = groups_of_three(number)
    if power:
        own, last = group, _compound(group) + _SCALES[power] + ending
    else:
        own = _last_part(group)
        last = _declined(own, ending)
    return f"{_before(number - own * 1000**power)}{last}"


def _before(number: int) -> str:
    """What stands before the last word, in the nominative."""
    return f"{in_gender(number, 'm')} " if number else ""


def _last_part(number: int) -> int:
    """The part of a number below 1,000 that its last word says: of 126 the 6, of 112 the 12, of 120 the 20."""
    if number % 100 in _STEMS:
        return number % 100
    return number % 10 or number % 100 or number


def _declined(number: int, ending: str) -> str:
    if number == 3:  # третий alone is soft
        return _STEMS[number] + _SOFT[ending]
    return _STEMS[number] + ("ой" if ending == "ый" and number in _STRESSED else ending)


def _compound(number: int) -> str:
    """A number below 1,000 as the beginning of a compound; 1 is not said: тысячный."""
    if number == 1:
        return ""
    hundreds, rest = number // 100 * 100, number % 100
    parts = [hundreds, *([rest] if rest in _GENITIVES else [rest // 10 * 10, rest % 10])]
    return "".join(_GENITIVES[part] for part in parts if part)
