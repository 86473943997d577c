"""Russian: numbers agree with their units in gender and number, ordinals are declined as their endings or the words beside them say."""

import re
from datetime import date

from bilim.engines.spoken.amounts import Unit
from bilim.engines.spoken.reading import Language
from bilim.engines.spoken.ru_cardinals import ONES, SCALES, in_gender, plural
from bilim.engines.spoken.ru_ordinals import ordinal

_PARTS = ("", "десят", "сот", "тысячн", "десятитысячн", "стотысячн", "миллионн")
_MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")

_UNITS = {
    "percent": ("процент", "процента", "процентов"), "uzs": ("сум", "сума", "сумов"), "usd": ("доллар", "доллара", "долларов"),
    "eur": ("евро", "евро", "евро"), "rub": ("рубль", "рубля", "рублей"), "kopek": ("копейка", "копейки", "копеек"),
    "cent": ("цент", "цента", "центов"), "tiyin": ("тийин", "тийина", "тийинов"), "degree": ("градус", "градуса", "градусов"),
    "km": ("километр", "километра", "километров"), "m": ("метр", "метра", "метров"),
    "cm": ("сантиметр", "сантиметра", "сантиметров"), "mm": ("миллиметр", "миллиметра", "миллиметров"),
    "kg": ("килограмм", "килограмма", "килограммов"), "g": ("грамм", "грамма", "граммов"), "l": ("литр", "литра", "литров"),
    "ml": ("миллилитр", "миллилитра", "миллилитров"), "hour": ("час", "часа", "часов"), "min": ("минута", "минуты", "минут"),
    "s": ("секунда", "секунды", "секунд"), "ton": ("тонна", "тонны", "тонн"),
}  # fmt: skip
"""After 1, after 2 to 4 (and after fractions), after all others."""
_FEMININE = {"kopek", "min", "s", "ton"}


def cardinal(number: int, unit: Unit | None = None) -> str:
    """A number in words, in the gender of the unit that follows it.

    >>> cardinal(2001), cardinal(22, "min")
    ('две тысячи один', 'двадцать две')
    """
    return in_gender(number, "f" if unit in _FEMININE else "m")


def _decimal(whole: int, fraction: str) -> str:
    if len(fraction) >= len(_PARTS):
        return f"{in_gender(whole, 'm')} запятая {' '.join(ONES[int(digit)] for digit in fraction)}"
    parts = int(fraction)
    wholes = "целая" if plural(whole, ("1", "2", "5")) == "1" else "целых"
    of_parts = _PARTS[len(fraction)] + ("ая" if plural(parts, ("1", "2", "5")) == "1" else "ых")
    return f"{in_gender(whole, 'f')} {wholes} {in_gender(parts, 'f')} {of_parts}"


def _unit(unit: Unit, count: int | None) -> str:
    return _UNITS[unit][1] if count is None else plural(count, _UNITS[unit])


def _date(day: date) -> str:
    """A date in a sentence says when: двадцать первого ноября."""
    return f"{ordinal(day.day, 'ого')} {_MONTHS[day.month - 1]} {ordinal(day.year, 'ого')} года"


def _time(hours: int, minutes: int) -> str:
    words = f"{cardinal(hours, 'hour')} {_unit('hour', hours)}"
    return f"{words} {cardinal(minutes, 'min')} {_unit('min', minutes)}" if minutes else words


_ENDINGS = {
    "й": "ый", "ый": "ый", "ий": "ый", "ой": "ый", "я": "ая", "ая": "ая", "е": "ое", "ое": "ое", "го": "ого", "ого": "ого", "му": "ому",
    "ому": "ому", "м": "ом", "ом": "ом", "ым": "ым", "ю": "ую", "ую": "ую", "х": "ых", "ых": "ых",
}  # fmt: skip
"""What is written after a number, and the ending that it stands for."""
_YEARS = {"год": "ый", "года": "ого", "г.": "ого", "году": "ом", "годом": "ым"}
_FEMININE_STEMS = "тысяч|минут|секунд|копе|недел|книг|страниц|групп|оцен|задач|ошиб|тонн|школ|девоч|девуш|букв"
_NEUTER_STEMS = "занят|упражнен|слов|задани|мест|предложен|окн|яблок"


def _before(stems: str) -> re.Pattern[str]:
    """A number before a noun with one of these stems."""
    return re.compile(rf"(?<![\w.,])([0-9]{{1,15}})\s(?=(?:{stems})\w*)", re.IGNORECASE)


_AFTER_HYPHEN = "|".join(sorted(_ENDINGS, key=len, reverse=True))
_AFTER_DIGIT = "|".join(sorted(_ENDINGS.keys() - {"м"}, key=len, reverse=True))  # `5м` are metres

_OWN = (
    (
        re.compile(rf"(?<![\w.,])([0-9]{{1,15}})(?:-({_AFTER_HYPHEN})|({_AFTER_DIGIT}))(?!\w)"),
        lambda found: ordinal(int(found[1]), _ENDINGS[found[2] or found[3]]),
    ),
    (
        re.compile(r"(?<![\w.,])([12][0-9]{3})\s?(год(?:а|у|ом)?(?!\w)|г\.)"),
        lambda found: f"{ordinal(int(found[1]), _YEARS[found[2]])} {'года' if found[2] == 'г.' else found[2]}",
    ),
    (re.compile(rf"(?<![\w.,])([0-9]{{1,2}})\s(?=(?:{'|'.join(_MONTHS)})(?!\w))"), lambda found: ordinal(int(found[1]), "ого")),
    (_before(_FEMININE_STEMS), lambda found: in_gender(int(found[1]), "f")),
    (_before(_NEUTER_STEMS), lambda found: in_gender(int(found[1]), "n")),
)

LANGUAGE = Language(
    cardinal=cardinal,
    decimal=_decimal,
    unit=_unit,
    scale=lambda power: SCALES[power][1],
    date=_date,
    time=_time,
    minus="минус",
    plus="плюс",
    units={
        "%": "percent", "сум": "uzs", "сума": "uzs", "сумов": "uzs", "сўм": "uzs", "so'm": "uzs", "uzs": "uzs", "usd": "usd",
        "долл.": "usd", "eur": "eur", "евро": "eur", "rub": "rub", "руб.": "rub",
        "руб": "rub", "коп.": "kopek", "°c": "degree", "°с": "degree",
        "°": "degree", "км": "km", "м": "m", "см": "cm", "мм": "mm", "кг": "kg", "г": "g", "л": "l", "мл": "ml", "ч": "hour", "ч.": "hour",
        "мин": "min", "мин.": "min", "сек": "s", "сек.": "s", "т": "ton",
    },
    scales={"тыс": 1, "тыс.": 1, "млн": 2, "млн.": 2, "млрд": 3, "млрд.": 3, "трлн": 4},
    abbreviations={
        "т. е.": "то есть", "и т. д.": "и так далее", "и т. п.": "и тому подобное",
        "и др.": "и другие", "т. к.": "так как", "напр.": "например", "стр.": "страница", "ул.": "улица", "тел.": "телефон",
        "проф.": "профессор", "доц.": "доцент", "№": "номер", "&": "и",
    },
    own=_OWN,
)  # fmt: skip
