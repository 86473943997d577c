"""What stands in a text beside words, as it is read aloud in each language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.engines.spoken import spoken
from kit.repeatable import repeatable

UZBEK = [
    ("Narxi 1 250 000 so‘m", "Narxi bir million ikki yuz ellik ming so'm"),
    ("50.000 soʻm va 50,000 UZS", "ellik ming so'm va ellik ming so'm"),
    ("12000 so'm, 12\u00a0000 so`m, 12\u202f000 soʼm", "o'n ikki ming so'm, o'n ikki ming so'm, o'n ikki ming so'm"),
    ("2,5 mln so'm, 3 mlrd", "ikki butun o'ndan besh million so'm, uch milliard"),
    ("$20.50, 5 $, €3", "yigirma dollar ellik sent, besh dollar, uch yevro"),
    ("$0.05, 100,00 so'm", "besh sent, yuz so'm"),
    ("15%, 2.5%", "o'n besh foiz, ikki butun o'ndan besh foiz"),
    ("15%ga oshdi", "o'n besh foizga oshdi"),
    ("3.14 va 0,001", "uch butun yuzdan o'n to'rt va nol butun mingdan bir"),
    ("21.11.2026", "ikki ming yigirma oltinchi yil yigirma birinchi noyabr"),
    ("21.11.2026-yil kuni", "ikki ming yigirma oltinchi yil yigirma birinchi noyabr kuni"),
    ("2026-11-21", "ikki ming yigirma oltinchi yil yigirma birinchi noyabr"),
    ("1.1.2000", "ikki minginchi yil birinchi yanvar"),
    ("soat 14:30 da, 9:05, 06:10, 12:00", "soat o'n to'rtu o'ttiz da, to'qqizu besh, oltiyu o'n, o'n ikki"),
    ("5-sinf, 21-noyabr, 2026-yil", "beshinchi sinf, yigirma birinchi noyabr, ikki ming yigirma oltinchi yil"),
    ("5-ga, 2-nchi, 3-inchi, 20nchi", "beshinchiga, ikkinchi, uchinchi, yigirmanchi"),
    ("2026 yil, 12 yil, 2026 yillik", "ikki ming yigirma oltinchi yil, o'n ikki yil, ikki ming yigirma olti yillik"),
    ("XXI asr, XIX asrda", "yigirma birinchi asr, o'n to'qqizinchi asrda"),
    ("5 ta, 1ta, 21 ta", "beshta, bitta, yigirma bitta"),
    ("-5°C, +998 90 123-45-67", "minus besh daraja, plus to'qqiz yuz to'qson sakkiz, to'qson, yuz yigirma uch, qirq besh, oltmish yetti"),
    ("COVID-19", "COVID- o'n to'qqiz"),
    ("kod 007, karta 8600123412341234", "kod nol nol yetti, karta sakkiz olti" + " nol nol" + " bir ikki uch to'rt" * 3),
    ("va h.k.", "va hokazo"),
    ("№5", "raqam besh"),
    ("12 km, 100g, 3 kg", "o'n ikki kilometr, yuz gramm, uch kilogramm"),
    ("5 g'isht, 5 m'ezon, 2 ming'", "besh g'isht, besh m'ezon, ikki ming'"),
    ("31.02.2026", "o'ttiz bir nol ikki ikki ming yigirma olti"),
    ("Тошкентда 5-синф, 50 000 сўм", "Toshkentda beshinchi sinf, ellik ming so'm"),
    ("IELTS’ga tayyorlanamiz", "IELTS'ga tayyorlanamiz"),
    ("٣ ta olma", "uchta olma"),
]
RUSSIAN = [
    ("1 250 000 сумов", "один миллион двести пятьдесят тысяч сумов"),
    ("1 сум, 2 UZS, 5 сум, 11 сум, 21 so'm", "один сум, два сума, пять сумов, одиннадцать сумов, двадцать один сум"),
    ("1 руб., 22 руб., 105 ₽, 1 коп.", "один рубль, двадцать два рубля, сто пять рублей, одна копейка"),
    ("21,50 руб.", "двадцать один рубль пятьдесят копеек"),
    ("$2.02", "два доллара два цента"),
    ("3,5%, 1%, 12%", "три целых пять десятых процента, один процент, двенадцать процентов"),
    ("2,1 км", "две целых одна десятая километра"),
    ("21,21", "двадцать одна целая двадцать одна сотая"),
    ("1,5 млн сумов, 2 тыс. руб.", "одна целая пять десятых миллиона сумов, две тысячи рублей"),
    ("21.11.2026 в 14:31", "двадцать первого ноября две тысячи двадцать шестого года в четырнадцать часов тридцать одна минута"),
    ("2000-01-03 г.", "третьего января двухтысячного года г."),
    ("12:00, 1:02", "двенадцать часов, один час две минуты"),
    ("в 2026 году, 1999 г., 2000 год", "в две тысячи двадцать шестом году, тысяча девятьсот девяносто девятого года, двухтысячный год"),
    ("5-й класс, 5-я глава, 3-го мая, в 5-м", "пятый класс, пятая глава, третьего мая, в пятом"),
    ("5м, 5-м, 5й, 90х", "пять метров, пятом, пятый, девяностых"),
    ("12 000-й", "двенадцатитысячный"),
    ("21 ноября", "двадцать первого ноября"),
    ("2 минуты, 21 книга, 1 занятие", "две минуты, двадцать одна книга, одно занятие"),
    ("и т.д., т. е. №7", "и так далее, то есть номер семь"),
    ("-5°C, -22°", "минус пять градусов, минус двадцать два градуса"),
]
ENGLISH = [
    ("$1,250,000.50", "one million two hundred and fifty thousand dollars fifty cents"),
    ("$1, $2, 1 km, 2 km", "one dollar, two dollars, one kilometre, two kilometres"),
    ("50,000 so'm, 5,000 people", "fifty thousand soums, five thousand people"),
    ("3.14, 0.5%", "three point one four, zero point five per cent"),
    ("on 21.11.2026 at 9:05", "on the twenty-first of November twenty twenty-six at nine oh five"),
    ("2005-02-03", "the third of February two thousand and five"),
    ("14:00, 14:30", "fourteen o'clock, fourteen thirty"),
    ("in 1999, 1500 students", "in nineteen ninety-nine, one thousand five hundred students"),
    ("In 1999 We met. Since 2005", "In nineteen ninety-nine We met. Since two thousand and five"),
    ("May 2026.", "May twenty twenty-six."),
    ("since 1,900 people", "since one thousand nine hundred people"),
    ("the 21st, 2nd, 12th", "the twenty-first, second, twelfth"),
    ("Mr. Smith & Dr. Lee, e.g. 9 am", "mister Smith and doctor Lee, for example nine a m"),
    ("2.5 million dollars", "two point five million dollars"),
    ("-5°C", "minus five degrees"),
    ("007", "zero zero seven"),
    ("version 1.2.3", "version one two three"),
]


@pytest.mark.parametrize(("text", "words"), UZBEK, ids=str)
def test_uzbek(text: str, words: str) -> None:
    assert spoken(text, "uz") == words


@pytest.mark.parametrize(("text", "words"), RUSSIAN, ids=str)
def test_russian(text: str, words: str) -> None:
    assert spoken(text, "ru-RU") == words


@pytest.mark.parametrize(("text", "words"), ENGLISH, ids=str)
def test_english(text: str, words: str) -> None:
    assert spoken(text, "en-US") == words


def test_every_apostrophe_is_one() -> None:
    assert spoken("oʻ o‘ oʼ o’ o` o´ gʻ", "uz") == "o' o' o' o' o' o' g'"


def test_pictures_and_control_characters_are_silent() -> None:
    assert spoken("Salom 😀👩‍👩‍👧! \x07\u200b★ Xayr", "uz") == "Salom! Xayr"
    assert spoken("😀🎉", "uz") == ""


def test_lines_stay_since_a_voice_pauses_there() -> None:
    assert spoken("Bir\n\n2 ta\t gap", "uz") == "Bir\n\nikkita gap"


def test_other_languages_are_only_tidied() -> None:
    assert spoken("Ich habe 5 Äpfel 🍎", "de") == "Ich habe 5 Äpfel"


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Ўзбекистон Республикаси", "O'zbekiston Respublikasi"),
        ("ер, поезд, шеър, мактабе", "yer, poyezd, she'r, maktabe"),
        ("ғишт қиш ҳаво чой шўрва", "g'isht qish havo choy sho'rva"),
        ("ёш юрак яхши цирк", "yosh yurak yaxshi tsirk"),
        ("объект сентябрь", "ob'yekt sentyabr"),
        ("Ер ЎЗБЕК", "Yer O'ZBEK"),
    ],
)
def test_uzbek_cyrillic_becomes_latin(cyrillic: str, latin: str) -> None:
    assert spoken(cyrillic, "uz") == latin


TEXTS = st.text(
    st.one_of(
        st.sampled_from("0123456789.,:-+%$€°№ \u00a0'/()soʻmтысгйяkmn"), st.characters(codec="utf-8", exclude_categories=["Nl", "No"])
    ),
    max_size=80,
)


@repeatable
@given(TEXTS, st.sampled_from(["uz", "ru", "en"]))
def test_any_text_is_read_without_a_digit_left(text: str, language: str) -> None:
    words = spoken(text, language)
    assert not any(char.isdecimal() for char in words)


@repeatable
@given(st.integers(1, 31), st.integers(1, 12), st.integers(1000, 2999), st.sampled_from(["uz", "ru", "en"]))
def test_every_date_is_the_same_in_both_spellings(day: int, month: int, year: int, language: str) -> None:
    assert spoken(f"{day:02}.{month:02}.{year}", language) == spoken(f"{year}-{month:02}-{day:02}", language) or day > 28


@repeatable
@given(st.integers(0, 10**12))
def test_a_sum_is_the_same_however_its_thousands_are_divided(number: int) -> None:
    plain = spoken(f"{number} so'm", "uz")
    assert spoken(f"{number:,} so'm".replace(",", " "), "uz") == plain
    assert spoken(f"{number:,} so'm".replace(",", "."), "uz") == plain
    assert spoken(f"{number:,} so'm", "uz") == plain
