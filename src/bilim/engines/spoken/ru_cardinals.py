"""Russian cardinals: in the gender of what they count."""

from bilim.engines.spoken.amounts import in_groups

ONES = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
_TEENS = (
    "десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать",
    "девятнадцать",
)  # fmt: skip
_TENS = ("", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто")
_HUNDREDS = ("", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот")
_GENDERED = {"f": {1: "одна", 2: "две"}, "n": {1: "одно"}, "m": {}}
SCALES = (
    ("", "", ""), ("тысяча", "тысячи", "тысяч"), ("миллион", "миллиона", "миллионов"), ("миллиард", "миллиарда", "миллиардов"),
    ("триллион", "триллиона", "триллионов"),
)  # fmt: skip


def plural(number: int, forms: tuple[str, str, str]) -> str:
    """The form of a noun after a number.

    >>> [plural(each, ("рубль", "рубля", "рублей")) for each in (1, 2, 5, 11, 21, 112)]
    ['рубль', 'рубля', 'рублей', 'рублей', 'рубль', 'рублей']
    """
    if 11 <= number % 100 <= 14:  # the teens
        return forms[2]
    return forms[0] if number % 10 == 1 else forms[1] if number % 10 in (2, 3, 4) else forms[2]


def in_gender(number: int, gender: str) -> str:
    """A number in words: `m`, `f` or `n`."""

    def say(group: int, power: int) -> list[str]:
        is_one_thousand = (group, power) == (1, 1)  # `тысяча`, not `одна тысяча`
        words = _below_thousand(group, {0: gender, 1: "f"}.get(power, "m"))
        return [*([] if is_one_thousand else words), plural(group, SCALES[power])]

    return in_groups(number, say) or ONES[0]


def _below_thousand(number: int, gender: str) -> list[str]:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    if tens == 1:
        return [_HUNDREDS[hundreds], _TEENS[ones]]
    return [_HUNDREDS[hundreds], _TENS[tens], *([_GENDERED[gender].get(ones, ONES[ones])] if ones else ())]
