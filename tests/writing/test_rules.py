"""What the rules flag and what they leave alone, and that no text takes them long."""

import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from bilim.providers.lexicon import EnglishLexicon
from bilim.writing.rules import measures
from bilim.writing.rules.flags import Flag
from bilim.writing.rules.grammar import MAX_FLAGS, flags
from bilim.writing.rules.report import is_surely_english, report
from bilim.writing.rules.tokens import sentences

SENTENCES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text("utf8"))
LEXICON = EnglishLexicon()


def flagged(text: str, **how: bool) -> list[Flag]:
    return flags(sentences(text), **how)


@pytest.mark.parametrize("text", SENTENCES["wrong"])
def test_errors_that_learners_make_are_seen(text: str) -> None:
    assert flagged(text)


@pytest.mark.parametrize("text", SENTENCES["right"] + SENTENCES["unseen_right"])
def test_what_is_right_is_left_alone(text: str) -> None:
    assert [(flag.kind, text[flag.start : flag.end]) for flag in flagged(text)] == []


def test_most_errors_that_no_rule_was_made_for_are_seen_too(capsys: pytest.CaptureFixture[str]) -> None:
    wrong, right = SENTENCES["unseen_wrong"], SENTENCES["unseen_right"]
    seen, false = (sum(bool(flagged(text)) for text in texts) for texts in (wrong, right))
    with capsys.disabled():
        print(f"\nunseen sentences: {seen} of {len(wrong)} errors seen, {false} of {len(right)} false alarms")  # noqa: T201 - the figure is the point
    assert seen >= 32
    assert false == 0


@pytest.mark.parametrize(
    ("text", "kind", "where", "suggestion"),
    [
        ("He go to school.", "agreement", "He go", "He goes"),
        ("My brother never eat fish.", "agreement", "My brother never eat", "My brother never eats"),
        ("She don't know.", "agreement", "She don't", "She doesn't"),
        ("I saw a apple.", "article", "a apple", "an apple"),
        ("An university is here.", "article", "An university", "A university"),
        ("I can to swim.", "verb_form", "can to swim", "can swim"),
        ("We listen music.", "preposition", "listen music", "listen to music"),
        ("She is taller then me.", "word_choice", "taller then me", "taller than me"),
        ("It is more bigger.", "comparison", "more bigger", "bigger"),
        ("I saw the the dog.", "repetition", "the the", "the"),
        ("I ate apples,and bread.", "punctuation", ",and", ", and"),
        ("We eat , then sleep.", "punctuation", "eat ,", "eat,"),
        ("We speak english here.", "capital", "english", "English"),
        ("This is my last sentence", "punctuation", "sentence", "sentence."),
        ("Where you live?", "word_order", "Where you live", "Where do you live"),
        ("Why he is sad?", "word_order", "Why he is", "Why is he"),
        ("He goed home.", "verb_form", "goed", "went"),
        ("I want learn it.", "verb_form", "want learn", "want to learn"),
        ("He don’t eat.", "agreement", "He don’t", "He doesn't"),
    ],
)
def test_a_flag_says_where_and_what_instead(text: str, kind: str, where: str, suggestion: str) -> None:
    (flag,) = flagged(text)
    assert (flag.kind, text[flag.start : flag.end], flag.suggestion) == (kind, where, suggestion)


def test_places_count_characters_of_the_text_as_it_was_sent() -> None:
    text = "😀 Oʻzbekiston 😀.\n\nHe go home."
    (flag,) = flagged(text)
    assert text[flag.start : flag.end] == "He go"


def test_flags_do_not_overlap_and_are_not_without_number() -> None:
    found = flagged("he go and she go, " * 500)
    assert len(found) == MAX_FLAGS
    assert all(first.end <= second.start for first, second in pairwise(found))


def test_speech_that_was_written_down_needs_no_capitals_and_no_marks() -> None:
    assert flagged("hello i live in tashkent and i like tea", is_spoken=True) == []
    assert [flag.kind for flag in flagged("he go to school every day", is_spoken=True)] == ["agreement"]


def test_spelling_suggests_words_and_lets_names_and_british_spelling_be() -> None:
    found = report(
        "Dilnoza has a beautifull colour, and Xurshidbek organised a well-known theatre in Andijan.", None, LEXICON, is_english=True
    )
    assert [(each.word, each.suggestions[0]) for each in found.misspelled] == [("beautifull", "beautiful")]
    assert found.spelling_score == pytest.approx(100 * 12 / 13, abs=0.1)


def test_a_wrong_form_is_an_error_of_grammar_and_not_of_spelling_too() -> None:
    found = report("He goed home.", None, LEXICON, is_english=True)
    assert ([flag.kind for flag in found.flags], found.misspelled) == (["verb_form"], [])


def test_grammar_scores_by_the_share_of_words_with_a_flag() -> None:
    assert report("I like my school and my old friends.", None, LEXICON, is_english=True).grammar_score == 100
    assert report("She like my school and my old friends.", None, LEXICON, is_english=True).grammar_score == pytest.approx(62.5)
    assert report("I like my school and my old friends", None, LEXICON, is_english=True).grammar_score == pytest.approx(81.2, abs=0.1)
    assert report("He go. She go. It go.", None, LEXICON, is_english=True).grammar_score == 0


@pytest.mark.parametrize(
    ("text", "is_english", "basis"),
    [
        ("I like tea.", True, "english"),
        ("Men bugun dars qildim va gapirdim.", True, "not_english"),
        ("Я люблю свою школу и друзей.", True, "not_english"),
        ("Men choyni yaxshi koʻraman.", False, "other_language"),
        ("12 + 12 = 24 !!! 😀", True, "no_words"),
        ("Salom Lola", True, "english"),
    ],
)
def test_only_english_is_judged_and_the_reason_is_said(text: str, *, is_english: bool, basis: str) -> None:
    found = report(text, None, LEXICON, is_english=is_english)
    assert found.basis == basis
    assert (found.grammar_score is None) == (found.spelling_score is None) == (basis != "english")


@pytest.mark.parametrize(
    ("text", "is_english"),
    [
        ("She go to school.", True),
        ("Go home now", False),
        ("Sen i men", False),
        ("Men bugun maktabga bordim", False),
        ("What does garchi mean?", True),
        ("Garchi what does degani mean?", False),
        ("?!", False),
    ],
)
def test_a_text_in_an_unknown_language_is_english_where_nearly_all_of_it_is(text: str, *, is_english: bool) -> None:
    assert is_surely_english(text, LEXICON) is is_english


def test_an_answer_is_compared_with_its_reference_by_key_words() -> None:
    found = report("I study English every day.", "Today I studied and spoke in English.", LEXICON, is_english=True)
    assert (found.key_words_score, found.missing) == (50.0, ["today", "spoke"])
    assert found.overlap == 50.0
    assert report("I study.", None, LEXICON, is_english=True).overlap is None
    assert report("I study.", "!", LEXICON, is_english=True).key_words_score is None


def test_words_of_other_languages_count_as_the_same_by_their_beginnings() -> None:
    found = report("Kitoblarimni oʻqidim.", "Men kitobni oʻqidim.", LEXICON, is_english=False)
    assert (found.missing, found.key_words_score) == (["men"], pytest.approx(66.7))


def test_variety_does_not_depend_on_length() -> None:
    text = "I like tea and my brother likes coffee but our mother drinks only water because she runs every morning in parks"
    words = [word.lower for word in sentences(text)[0].words]
    assert measures.variety(words * 2) == measures.variety(words * 20)
    assert measures.variety(words[:19]) is None
    assert measures.variety(["tea"] * 20 + ["milk"]) == pytest.approx(0.075)


def test_readability_is_flesch_s() -> None:
    assert measures.readability(["cat"] * 30, 3) == (112.1, 0.1)
    assert measures.readability(["cat"] * 29, 3) is None


def test_pace_and_fillers_are_told_of_speech() -> None:
    slow, right, fast = (report("um I like um tea", None, LEXICON, is_english=True, is_spoken=True, seconds=each) for each in (5, 2.5, 1))
    assert [each.spoken.pace for each in (slow, right, fast) if each.spoken] == ["slow", "just right", "fast"]
    assert (right.spoken.words_per_minute if right.spoken else None, right.fillers) == (120, ["um"])
    assert report("I like tea", None, LEXICON, is_english=True).spoken is None


TRYING = (
    "a",
    "a ",
    ".",
    "i ",
    "\n",
    "a'",
    "-",
    "a-",
    "the ",
    ", ",
    "more ",
    "😀",
    "i am ",
    "don't ",
    "but he go, ",
    "one of my ",
    '"',
    "é ",
    "1 ",
)


def calls_for(text: str) -> int:
    """How many functions are called to look at a text."""
    count = 0

    def counting(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counting)
    try:
        report(text, text, LEXICON, is_english=True)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("part", TRYING)
def test_work_grows_with_the_length_of_a_text_and_not_with_its_square(part: str) -> None:
    LEXICON.knows("a")
    half, whole = (calls_for((part * size)[:size]) for size in (2_000, 4_000))
    assert whole < 2.3 * half + 1_000
