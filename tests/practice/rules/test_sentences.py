"""Which sentences of a lesson can be put together by learners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.practice.rules.sentences import READ, sentences
from kit.repeatable import repeatable


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bu mening oilam. Mana bu otam!", ["Bu mening oilam", "Mana bu otam"]),
        ("Salom. Qalay?", []),
        ("Bu mening oilam", []),
        ("- Bu mening oilam.\n— Mana bu otam?", ["Bu mening oilam", "Mana bu otam"]),
        ("Bu <b>mening</b> katta oilam. Bu mening oilam.", ["Bu mening oilam"]),
        ("# Bu mening oilam. Mana bu otam.", ["Mana bu otam"]),
        ("Bu mening va mening oilam.", []),
        ("Bu mening Mening oilam.", []),
        ("Bu mening 3 oilam.", []),
        ("Bu bir ikki uch besh olti yetti sakkiz toʻqqiz oʻn oʻn-bir.", []),
        ("Bu mening oilam...", ["Bu mening oilam"]),
        ("Bu\nmening katta oilam.", ["mening katta oilam"]),
        (f"{'a' * 60} {'b' * 59} c.", []),
    ],
)
def test_plain_sentences_of_three_to_ten_different_words(text: str, found: list[str]) -> None:
    assert [" ".join(parts) for parts in sentences(text)] == found


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert sentences(" " * READ + "Bu mening oilam.") == []
    assert len(sentences("Bu mening oilam. " * 1000)) == 20


@repeatable
@given(st.text(max_size=300) | st.lists(st.sampled_from(["Bu", "bu", "ona", ".", "!", "\n", " ", "<b>", "3", "-"])).map(" ".join))
def test_any_text_has_sentences_that_can_be_solved_in_one_way(text: str) -> None:
    for parts in sentences(text):
        assert 3 <= len(parts) <= 10
        assert len({part.casefold() for part in parts}) == len(parts)
        assert all(part in text for part in parts)
