"""Names, sign-in names and phone numbers, as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.text import fold, join_name, phone, split_name, tidy
from kit.repeatable import repeatable

# Plain text finds few of the letters that fold into several, and few marks behind them; these are such.
telling = st.text(st.sampled_from("aAß ŉǰİıſﬁĤJΐΣςᾳ＠ÅŜ\u0301\u0307\u0331\u0345\u00a0\u3000 ʻ‘’ЎқҒh"), max_size=8)
texts = st.text(max_size=40) | telling


@repeatable
@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jasur", "jASUR"),
        (" jasur ", "jasur"),
        ("Straße", "STRASSE"),
        ("ЎҚИТУВЧИ", "ўқитувчи"),
        ("ｊａｓｕｒ", "jasur"),
        ("e\u0301lena", "\u00e9lena"),
        ("ß\u0301", "SŚ"),
    ],
)
def test_spellings_that_count_as_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_names_stay_different() -> None:
    assert fold("jasur") != fold("jasurbek")
    assert fold("ali") != fold("alı")


@repeatable
@given(texts)
def test_a_tidy_line_has_single_spaces_and_stays_as_it_is(text: str) -> None:
    line = tidy(text)
    assert tidy(line) == line == line.strip()
    assert "  " not in line
    assert "\n" not in line


@repeatable
@given(texts)
def test_a_full_name_that_was_split_joins_again(full_name: str) -> None:
    assert join_name(*split_name(full_name)) == tidy(full_name)


@repeatable
@given(texts.map(tidy).filter(lambda name: " " not in name), texts.map(tidy))
def test_two_names_that_were_joined_split_again(first_name: str, last_name: str) -> None:
    if first_name:
        assert split_name(join_name(first_name, last_name)) == (first_name, last_name)


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Jasur Qodirov", ("Jasur", "Qodirov")),
        ("  Oʻgʻiloy   Qodirova Anvar qizi ", ("Oʻgʻiloy", "Qodirova Anvar qizi")),
        ("Jasur", ("Jasur", "")),
        ("", ("", "")),
    ],
)
def test_names(full_name: str, parts: tuple[str, str]) -> None:
    assert split_name(full_name) == parts


digits_and_clutter = st.text(st.sampled_from("0123456789+-() .٣"), max_size=20)


@repeatable
@given(st.text(max_size=20) | digits_and_clutter)
def test_a_phone_number_is_normal_after_one_reading(text: str) -> None:
    number = phone(text)
    if number is not None:
        assert phone(number) == number
        assert number[0] == "+"
        assert number.isascii()
        assert 7 <= len(number) - 1 <= 15


@repeatable
@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.lists(st.sampled_from(["", " ", "-", "(", ")", ". "]), min_size=9, max_size=9))
def test_nine_digits_are_a_number_in_uzbekistan_however_they_are_grouped(digits: str, clutter: list[str]) -> None:
    typed = "".join(mark + digit for mark, digit in zip(clutter, digits, strict=True))
    assert phone(typed) == "+998" + digits


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("90 123-45-67", "+998901234567"),
        ("998901234567", "+998901234567"),
        ("+998 (90) 123-45-67", "+998901234567"),
        ("+7 912 345-67-89", "+79123456789"),
        ("901234567", "+998901234567"),
        ("12345", None),
        ("+0123456789", None),
        ("+1234567890123456", None),
        ("90 123 45 6x", None),
        ("٩٠١٢٣٤٥٦٧", None),
        ("", None),
    ],
)
def test_phone_numbers(typed: str, number: str | None) -> None:
    assert phone(typed) == number
