"""How words are compared, and how far two of them are apart."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.search import models, rules
from bilim.search.rules import Fragment, WeighedText, Weight, distance, fold, highlight, neighbour_keys, query_terms, slips, tokens, weigh

LATIN = st.text("abcdefghij", min_size=4, max_size=14)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O‘zbekiston", "Ўзбекистон"),
        ("o'zbek", "oʻzbek"),
        ("o`zbek", "O’ZBEK"),
        ("oʼzbek", "ozbek"),
        ("g‘isht", "ғишт"),
        ("shahar", "шаҳар"),
        ("chiroq", "чироқ"),
        ("ma’no", "маъно"),
        ("mano", "ma'no"),
        ("yer", "ер"),
        ("yoshlar", "ёшлар"),
        ("yulduz", "юлдуз"),
        ("yaxshi", "яхши"),
        ("yahshi", "yaxshi"),
        ("Химия", "himiya"),
        ("khimiya", "химия"),
        ("жизнь", "jizn"),
        ("zhizn", "жизнь"),
        ("борщ", "borshch"),
        ("Й", "Й"),  # the second is written with a combining breve
        ("café", "CAFE"),
        ("Ｐｙｔｈｏｎ", "python"),
        ("STRASSE", "Straße"),
        ("İstanbul", "istanbul"),
        ("soft\u00adware", "software"),
    ],
)
def test_two_spellings_of_a_word_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(("one", "other"), [("bor", "bar"), ("tog", "toq"), ("ish", "is"), ("2023", "2024"), ("C", "D")])
def test_other_words_stay_others(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_words_keep_their_places_in_the_text() -> None:
    text = "🎉 O‘zbek tili: «grammatika» — don't e2e_test 100%"
    assert [(text[token.start : token.end], token.term) for token in tokens(text)] == [
        ("O‘zbek", "ozbek"),
        ("tili", "tili"),
        ("grammatika", "grammatika"),
        ("don't", "dont"),
        ("e2e", "e2e"),
        ("test", "test"),
        ("100", "100"),
    ]


@given(st.text(max_size=60))
def test_any_text_is_folded_within_bounds(text: str) -> None:
    for token in tokens(text):
        assert 0 < len(token.term) <= rules.MAX_TERM
        assert token.term.isalnum()
        assert 0 <= token.start < token.end <= len(text)
        assert fold(token.term) == token.term or not token.term.isascii(), "what is folded stays as it is"


def test_a_query_has_few_different_words_and_none_that_every_text_has() -> None:
    assert query_terms("The Python VA python для ПИТОН") == ["python", "piton"]
    assert len(query_terms(" ".join(f"w{number}" for number in range(100)))) == rules.MAX_WORDS
    assert query_terms("''' \x00 % _ * \" ( ) ^ : - 🎉 \u202e") == []


def test_the_column_of_terms_has_room_for_all() -> None:
    assert models.MAX_TERM == rules.MAX_TERM == models.Term.__table__.c.term.type.length  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("term", "most"), [("ota", 0), ("kitob", 1), ("maktab", 1), ("dastur", 1), ("javoblar", 2), ("b2b2b2b", 0), ("100000", 0)]
)
def test_long_words_may_have_more_slips(term: str, most: int) -> None:
    assert slips(term) == most


@given(LATIN, st.integers(0, 2), st.randoms(use_true_random=False))
def test_words_with_slips_meet_under_a_key(term: str, count: int, random_source: random.Random) -> None:
    other = term
    for _ in range(count):
        other = slip(other, random_source)
    most = min(slips(term), slips(other))
    if most and distance(term, other, most) <= most:
        assert neighbour_keys(term) & neighbour_keys(other)


def slip(term: str, source: random.Random) -> str:
    place = source.randrange(len(term))
    kind = source.randrange(4)
    if kind == 0:
        return term[:place] + term[place + 1 :]
    if kind == 1:
        return term[:place] + source.choice("abcdefghij") + term[place:]
    if kind == 2:
        return term[:place] + source.choice("abcdefghij") + term[place + 1 :]
    return term[:place] + term[place : place + 2][::-1] + term[place + 2 :]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("ab", "ba", 1), ("bacd", "abcd", 1), ("abdc", "abcd", 1), ("acbd", "abcd", 1), ("", "a", 1), ("ca", "abc", 3), ("badc", "abcd", 2)],
)
def test_swapped_neighbours_are_one_slip_wherever_they_stand(one: str, other: str, apart: int) -> None:
    assert (distance(one, other, 3), distance(other, one, 3)) == (apart, apart)


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_the_distance_is_the_fewest_slips(one: str, other: str) -> None:
    def plain(left: str, right: str) -> int:
        """The same by its definition."""
        if not left or not right:
            return len(left) + len(right)
        best = min(plain(left[:-1], right) + 1, plain(left, right[:-1]) + 1, plain(left[:-1], right[:-1]) + (left[-1] != right[-1]))
        if len(left) > 1 and len(right) > 1 and left[-1] == right[-2] and left[-2] == right[-1]:
            best = min(best, plain(left[:-2], right[:-2]) + 1)
        return best

    if len(one) + len(other) <= 9:
        assert distance(one, other, 2) == min(plain(one, other), 3)


def test_the_word_itself_is_worth_more_than_a_beginning_and_that_more_than_a_slip() -> None:
    beginning = rules.prefix_quality("python", "pythonda")
    one_slip, two_slips = rules.slip_quality("kompyuetr", "kompyuter"), rules.slip_quality("komypuetr", "kompyuter")
    assert rules.prefix_quality("python", "python") == 100 > beginning > one_slip > two_slips > 0
    assert rules.slip_quality("java", "kava1") == rules.slip_quality("javascript", "python") == 0
    assert rules.prefix_quality("pyth", "python") > rules.prefix_quality("py", "python")


def test_a_word_is_worth_most_in_a_short_title() -> None:
    weights = weigh(
        [WeighedText("Python", 1000, is_title=True), WeighedText("Python darslari", 80), WeighedText("yopiq", 40, is_open=False)]
    )
    assert weights == {"python": Weight(1000, 1000), "darslari": Weight(80, 80), "yopiq": Weight(40, 0)}
    longer = weigh([WeighedText("Python dasturlash tili", 1000, is_title=True)])
    assert longer["python"] == Weight(666, 666)
    mixed = weigh([WeighedText("ochiq soz", 10), WeighedText("soz", 90, is_open=False)])
    assert mixed["soz"] == Weight(90, 10)


def test_a_word_with_a_rounded_o_is_also_looked_for_with_a_u() -> None:
    """Whoever comes from Russian or English writes "uzbek"."""
    words = ["O‘zbek", "o'zbek", "OʻZBEK", "Ўзбек", "gʻisht", "bozor", "soʻzlashuv"]
    assert [(token.term, token.other) for token in tokens(" ".join(words))] == [
        *[("ozbek", "uzbek")] * 4,
        ("gisht", None),
        ("bozor", None),
        ("sozlashuv", "suzlashuv"),
    ]
    assert weigh([WeighedText("Ўзбек", 10)]) == {"ozbek": Weight(10, 10), "uzbek": Weight(10, 10)}
    assert query_terms("o‘zbek") == ["ozbek"], "a query asks for what is written"
    assert highlight("O‘zbek tili", {"uzbek"}) == [Fragment("O‘zbek", True), Fragment(" tili", False)]


def test_a_very_long_text_is_indexed_by_its_first_words() -> None:
    weights = weigh([WeighedText(" ".join(f"soz{number}" for number in range(5000)), 10)])
    assert (len(weights), "soz0" in weights, "soz4999" in weights) == (rules.MAX_TERMS, True, False)


def test_what_was_found_is_marked_in_plain_text() -> None:
    assert highlight("<b>Ўзбек</b> tili", {"ozbek"}) == [Fragment("<b>", False), Fragment("Ўзбек", True), Fragment("</b> tili", False)]
    assert highlight("hech narsa", {"ozbek"}) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("python " + "a" * 153, "python " + "a" * 153),
        ("python " + "a" * 154, "python…"),
        ("python " + "a" * 60 + " " + "b" * 200, "python " + "a" * 60 + "…"),
        ("a" * 39 + " python" + " b" * 100, "a" * 39 + " python" + " b" * 57 + "…"),
        ("a" * 40 + " python" + " b" * 100, "…python" + " b" * 77 + "…"),
        ("bb " + "a" * 30 + " python" + " b" * 100, "bb " + "a" * 30 + " python" + " b" * 60 + "…"),
        ("bb " * 20 + "python oxiri", "bb " * 20 + "python oxiri"),
        ("bb " * 60 + "python oxiri", "…" + "bb " * 13 + "python oxiri"),
        ("a" * 200 + "-python" + "b" * 200, ""),
        ("a" * 200 + "-python-" + "b" * 200, "…python-" + "b" * 153 + "…"),
    ],
)
def test_an_excerpt_is_cut_between_words(text: str, shown: str) -> None:
    assert "".join(fragment.text for fragment in highlight(text, {"python"})) == shown


@given(st.lists(st.sampled_from(["python", "bilan", "дастурлаш", "x" * 50, "🎉", "o‘rganish"]), min_size=1, max_size=80))
def test_an_excerpt_is_short_and_part_of_the_text(words: list[str]) -> None:
    text = " ".join(words)
    fragments = highlight(text, {"python", "dasturlash"})
    assert bool(fragments) == ("python" in words or "дастурлаш" in words)
    shown = "".join(fragment.text for fragment in fragments)
    assert shown.strip("…") in text
    assert len(shown) <= 240
    assert any(fragment.is_match for fragment in fragments) == bool(fragments)
    assert all(fold(fragment.text) in {"python", "dasturlash"} for fragment in fragments if fragment.is_match)
    assert all(fragment.text for fragment in fragments), "no empty pieces"
    assert [place for place, fragment in enumerate(fragments) if fragment.text == "…"] == [
        *([0] if fragments and not text.startswith(fragments[0].text) else []),
        *([len(fragments) - 1] if fragments and not text.endswith(fragments[-1].text) else []),
    ]
