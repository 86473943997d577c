"""Codes on certificates: nobody can guess them, everybody can type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.kit.codes import new_code, read_code
from kit.repeatable import repeatable

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

codes = st.text(LETTERS, min_size=26, max_size=26)


def test_a_code_holds_130_random_bits_in_letters_that_are_not_mistaken() -> None:
    made = [new_code(26) for _ in range(2000)]
    assert len(set(made)) == 2000
    assert {len(code) for code in made} == {26}
    assert [read_code(code) for code in made] == made
    assert set("".join(made)) == set(LETTERS)


@repeatable
@given(codes)
def test_a_code_reads_as_itself(code: str) -> None:
    assert read_code(code) == code


every_letter = {"min_size": 26, "max_size": 26}


@repeatable
@given(codes, st.lists(st.sampled_from(["", "", "-", " "]), **every_letter), st.lists(st.integers(0, 11), **every_letter))
def test_case_groups_and_mistaken_letters_are_forgiven(code: str, marks: list[str], choices: list[int]) -> None:
    spellings = {"0": "0Oo", "1": "1IiLl"}
    typed = ""
    for letter, mark, choice in zip(code, marks, choices, strict=True):
        spelt = spellings.get(letter, letter + letter.lower())
        typed += mark + spelt[choice % len(spelt)]
    assert read_code(typed) == code


@repeatable
@given(st.text(max_size=30))
def test_reading_twice_is_reading_once(typed: str) -> None:
    assert read_code(read_code(typed)) == read_code(typed)


@pytest.mark.parametrize(("typed", "code"), [("o1il-ab", "0111AB"), ("7kq4-mx2p 9tda", "7KQ4MX2P9TDA"), ("", ""), ("ABU", "ABU")])
def test_codes_as_typed(typed: str, code: str) -> None:
    assert read_code(typed) == code
