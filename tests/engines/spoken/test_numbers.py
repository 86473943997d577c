"""Numbers in words, checked by readers that turn words into numbers again and know nothing of how the words were made."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.engines.spoken import en, ru, uz
from bilim.engines.spoken.ru_ordinals import ordinal as ru_ordinal
from kit.repeatable import repeatable

NUMBERS = st.one_of(
    st.integers(0, 10**12),
    st.integers(0, 3000),
    st.builds(lambda digits, zeros: digits * 10**zeros, st.integers(0, 999), st.integers(0, 9)),
)

UZ_SCALES = {"ming": 10**3, "million": 10**6, "milliard": 10**9, "trillion": 10**12}
EN_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def counted(words: str, first: int, step: int = 1) -> dict[str, int]:
    """Words by their value: the first is so much, each further one a step more."""
    return {word: first + step * place for place, word in enumerate(words.split())}


UZ = counted("nol bir ikki uch to'rt besh olti yetti sakkiz to'qqiz", 0)
UZ |= counted("o'n yigirma o'ttiz qirq ellik oltmish yetmish sakson to'qson", 10, 10)
EN = counted("zero one two three four five six seven eight nine ten eleven twelve", 0)
EN |= counted("thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 13)
EN |= counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
RU = counted("ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать", 0)
RU |= counted("тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать", 13)
RU |= counted("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто", 20, 10)
RU |= counted("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот", 100, 100)
RU |= {"одна": 1, "две": 2, "одно": 1}
RU_SCALES = {
    **dict.fromkeys(("тысяча", "тысячи", "тысяч"), 10**3),
    **dict.fromkeys(("миллион", "миллиона", "миллионов"), 10**6),
    **dict.fromkeys(("миллиард", "миллиарда", "миллиардов"), 10**9),
    **dict.fromkeys(("триллион", "триллиона", "триллионов"), 10**12),
}


def value_of(words: str, values: Mapping[str, int], scales: Mapping[str, int], hundred: str) -> int:
    """The number that words say. Fails where a smaller part comes before a larger one."""
    total, group, last_scale, room = 0, 0, 10**15, 1000
    for word in re.split("[ -]", words):
        if word == "and":
            continue
        if word in scales:
            assert scales[word] < last_scale
            total, group, last_scale, room = total + (group or 1) * scales[word], 0, scales[word], 1000
        elif word == hundred:
            assert group < 10
            group, room = (group or 1) * 100, 100
        else:
            value = values[word]
            assert value < room
            followed = value % 10 == 0 and (value > 10 or values is UZ)  # English and Russian have words for 11 to 19
            group, room = group + value, 100 if value >= 100 else 10 if followed else 1
    return total + group


@repeatable
@given(NUMBERS)
def test_every_number_is_read_right_in_uzbek(number: int) -> None:
    words = uz.cardinal(number)
    assert value_of(words, UZ, UZ_SCALES, "yuz") == number
    assert words == " ".join(words.split())


@repeatable
@given(NUMBERS)
def test_every_number_is_read_right_in_english(number: int) -> None:
    words = en.cardinal(number)
    assert value_of(words, EN, EN_SCALES, "hundred") == number
    assert words == " ".join(words.split())


@repeatable
@given(NUMBERS)
def test_every_number_is_read_right_in_russian(number: int) -> None:
    words = ru.cardinal(number)
    assert value_of(words, RU, RU_SCALES, "") == number
    assert words == " ".join(words.split())


@repeatable
@given(NUMBERS)
def test_thousands_are_feminine_in_russian_and_all_else_masculine(number: int) -> None:
    words = ru.cardinal(number).split()
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word in ("одна", "две"):
            assert following in ("тысяча", "тысячи")
        if word in ("один", "два"):
            assert following not in ("тысяча", "тысячи", "тысяч")
        if word == "одно":
            pytest.fail("nothing here is neuter")


@repeatable
@given(NUMBERS)
def test_scales_agree_with_their_number_in_russian(number: int) -> None:
    words = ru.cardinal(number).split()
    for word, scale in pairwise(words):
        if scale not in RU_SCALES:
            continue
        form = "one" if word in ("один", "одна") else "few" if word in ("два", "две", "три", "четыре") else "many"
        expected = {"one": ("тысяча", "миллион", "миллиард", "триллион"), "few": ("тысячи", "миллиона", "миллиарда", "триллиона")}
        assert scale in expected.get(form, ("тысяч", "миллионов", "миллиардов", "триллионов"))


@pytest.mark.parametrize(
    ("cardinal", "number", "words"),
    [
        (uz.cardinal, 0, "nol"),
        (uz.cardinal, 100, "yuz"),
        (uz.cardinal, 1000, "ming"),
        (uz.cardinal, 1100, "ming yuz"),
        (uz.cardinal, 2019, "ikki ming o'n to'qqiz"),
        (uz.cardinal, 1_001_000, "bir million ming"),
        (uz.cardinal, 999_999, "to'qqiz yuz to'qson to'qqiz ming to'qqiz yuz to'qson to'qqiz"),
        (uz.cardinal, 10**12, "bir trillion"),
        (ru.cardinal, 0, "ноль"),
        (ru.cardinal, 1000, "тысяча"),
        (ru.cardinal, 21_000, "двадцать одна тысяча"),
        (ru.cardinal, 112_000_002, "сто двенадцать миллионов два"),
        (ru.cardinal, 2_000_000_000, "два миллиарда"),
        (ru.cardinal, 10**12, "один триллион"),
        (en.cardinal, 0, "zero"),
        (en.cardinal, 100, "one hundred"),
        (en.cardinal, 1001, "one thousand and one"),
        (en.cardinal, 1101, "one thousand one hundred and one"),
        (en.cardinal, 21_045, "twenty-one thousand and forty-five"),
        (en.cardinal, 10**12, "one trillion"),
    ],
)
def test_numbers_that_are_easily_read_wrong(cardinal: Callable[[int], str], number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "birinchi"), (2, "ikkinchi"), (6, "oltinchi"), (9, "to'qqizinchi"), (20, "yigirmanchi"), (50, "ellikinchi"), (1000, "minginchi")],
)
def test_ordinals_in_uzbek(number: int, words: str) -> None:
    assert uz.ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "first"), (2, "second"), (3, "third"), (5, "fifth"), (8, "eighth"), (9, "ninth"), (12, "twelfth"), (13, "thirteenth"),
        (20, "twentieth"), (22, "twenty-second"), (100, "one hundredth"), (101, "one hundred and first"), (1000, "one thousandth"),
    ],
)  # fmt: skip
def test_ordinals_in_english(number: int, words: str) -> None:
    assert en.ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "ending", "words"),
    [
        (0, "ый", "нулевой"),
        (2, "ый", "второй"),
        (3, "ый", "третий"),
        (3, "ая", "третья"),
        (3, "ого", "третьего"),
        (5, "ое", "пятое"),
        (13, "ый", "тринадцатый"),
        (20, "ого", "двадцатого"),
        (40, "ый", "сороковой"),
        (43, "ом", "сорок третьем"),
        (90, "ых", "девяностых"),
        (100, "ый", "сотый"),
        (112, "ый", "сто двенадцатый"),
        (120, "ый", "сто двадцатый"),
        (200, "ая", "двухсотая"),
        (1000, "ый", "тысячный"),
        (1999, "ого", "тысяча девятьсот девяносто девятого"),
        (2000, "ого", "двухтысячного"),
        (2100, "ый", "две тысячи сотый"),
        (21_000, "ый", "двадцатиоднотысячный"),
        (90_000, "ый", "девяностотысячный"),
        (1_000_000, "ый", "миллионный"),
        (3_002_000, "ый", "три миллиона двухтысячный"),
    ],
)
def test_ordinals_in_russian(number: int, ending: str, words: str) -> None:
    assert ru_ordinal(number, ending) == words


ORDINALS = counted("первый второй третий четвёртый пятый шестой седьмой восьмой девятый десятый одиннадцатый двенадцатый", 1)
ORDINALS |= counted("тринадцатый четырнадцатый пятнадцатый шестнадцатый семнадцатый восемнадцатый девятнадцатый", 13)
ORDINALS |= counted("двадцатый тридцатый сороковой пятидесятый шестидесятый семидесятый восьмидесятый девяностый", 20, 10)
ORDINALS |= counted("сотый двухсотый трёхсотый четырёхсотый пятисотый шестисотый семисотый восьмисотый девятисотый", 100, 100)
THOUSANDS = counted("двух трёх четырёх пяти шести семи восьми девяти десяти одиннадцати двенадцати", 2)
THOUSANDS |= counted("тринадцати четырнадцати пятнадцати шестнадцати семнадцати восемнадцати девятнадцати", 13)
THOUSANDS |= counted("двадцати тридцати сорока пятидесяти шестидесяти семидесяти восьмидесяти девяносто", 20, 10)
THOUSANDS |= counted("сто двухсот трёхсот четырёхсот пятисот шестисот семисот восьмисот девятисот", 100, 100)


def test_every_simple_ordinal_in_russian() -> None:
    assert {ru_ordinal(number): number for number in ORDINALS.values()} == ORDINALS


def test_every_compound_of_thousandth_in_russian() -> None:
    assert {ru_ordinal(number * 1000).removesuffix("тысячный"): number for number in THOUSANDS.values()} == THOUSANDS


@repeatable
@given(st.integers(0, 10**12))
def test_every_number_has_an_ordinal(number: int) -> None:
    assert uz.ordinal(number).endswith("nchi")
    assert en.ordinal(number).endswith(("st", "nd", "rd", "th"))
    assert ru_ordinal(number, "ого").endswith("го")


@repeatable
@given(NUMBERS, st.sampled_from(["min", "km", None]))
def test_the_last_word_agrees_with_the_unit_in_russian(number: int, unit: str | None) -> None:
    last = ru.cardinal(number, unit).split()[-1]
    ones = number % 10 if number % 100 not in range(10, 20) else 0
    if ones in (1, 2):
        assert last == {("min", 1): "одна", ("min", 2): "две"}.get((unit or "", ones), ("один", "два")[ones - 1])
