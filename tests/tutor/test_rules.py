"""What prompts are made of, and which parts of lessons belong to a question."""

import doctest
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilim.providers.built_in_tutor import answer
from bilim.tutor import rules
from bilim.tutor.protocols import KnownWord, Material, Passage, Prompt, Turn
from bilim.tutor.rules import retrieval
from kit.repeatable import repeatable

GARCHI = KnownWord("although", "garchi", "/ɔːlˈðəʊ/", "Bog‘lovchilar")
TEACHER = KnownWord("teacher", "oʻqituvchi", None, "Tanishish")


@pytest.mark.parametrize("module", [rules, retrieval])
def test_examples(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert (found.failed, found.attempted > 0) == (0, True)


@repeatable
@given(st.text(max_size=300))
def test_clean_text_steers_no_screen_and_is_stable(text: str) -> None:
    cleaned = rules.clean(text)
    assert rules.clean(cleaned) == cleaned
    assert not any(char in cleaned for char in "\0\x1b\x7f\x9b\u202e\u2066\ufeff\r")
    assert rules.clean(text, 5) == cleaned[:5]


def test_an_answer_keeps_its_lines_and_letters() -> None:
    kept = "Oʻzbek: sen’ga\n\tрусский — 한국어 🙂"
    assert rules.clean(kept) == kept


def test_recent_turns_fit_and_begin_with_the_learner() -> None:
    turns = [Turn("assistant" if number % 2 == 0 else "user", str(number)) for number in range(40)]
    found = rules.recent(turns)
    assert [turn.text for turn in found] == [str(number) for number in range(11, -1, -1)]
    long = [Turn("assistant", "a" * 5000), Turn("user", "b" * 5000), Turn("assistant", "c" * 1999), Turn("user", "d")]
    assert [turn.text[0] for turn in rules.recent(long)] == ["d", "c", "b", "a"]
    assert [turn.text[0] for turn in rules.recent([*long[:2], Turn("assistant", "c" * 2001), long[3]])] == ["b", "a"]
    assert rules.recent([Turn("assistant", "a")]) == ()


def test_what_is_reserved_is_enough_for_the_prompt_and_its_answer() -> None:
    prompt = Prompt(rules="r" * 300, turns=(Turn("user", "salom"),), max_tokens=50, language="uz")
    whole = sum(len(text) for text in [rules.as_messages(prompt)[0], rules.as_messages(prompt)[1][0].text])
    assert rules.cost_of(prompt) == pytest.approx(whole / 3 + 50, abs=3)
    more = Prompt(rules="r" * 300, turns=(Turn("user", "salom"),), max_tokens=50, language="uz", material=Material(words=(GARCHI,)))
    assert rules.cost_of(more) > rules.cost_of(prompt)


def test_material_stands_between_marks_of_its_own_before_the_question() -> None:
    found = Material(words=(GARCHI,), passages=(Passage("Bog‘lovchilar", "Although …"),), lesson="Bog‘lovchilar", remarks=("Bir gap.",))
    turns = (Turn("user", "Bir"), Turn("assistant", "Ikki"), Turn("user", "Uch"))
    system, said = rules.as_messages(Prompt(rules="R", turns=turns, max_tokens=5, language="uz", material=found))
    mark = said[0].text.split("\n")[0].removeprefix("<learner-").removesuffix(">")
    assert said[0].text == f"<learner-{mark}>\nBir\n</learner-{mark}>"
    assert said[1] == turns[1]
    assert said[2].text.split("\n") == [
        f"<school-{mark}>",
        "Lesson: Bog‘lovchilar",
        "Word: although = garchi /ɔːlˈðəʊ/",
        "From the lesson “Bog‘lovchilar”: Although …",
        "Remark: Bir gap.",
        f"</school-{mark}>",
        f"<learner-{mark}>",
        "Uch",
        f"</learner-{mark}>",
    ]
    assert "although" not in system


def test_midnight_is_the_school_s() -> None:
    tashkent = timezone(timedelta(hours=5))
    assert rules.seconds_to_midnight(datetime(2026, 11, 20, 23, 59, 59, 500_000, tzinfo=tashkent)) == 1
    assert rules.seconds_to_midnight(datetime(2026, 11, 20, tzinfo=tashkent)) == 24 * 60 * 60


def test_words_are_found_by_either_language_and_in_the_question_s_order() -> None:
    assert retrieval.best_words([GARCHI, TEACHER], "Teacher va although") == (TEACHER, GARCHI)
    assert retrieval.best_words([GARCHI, GARCHI, TEACHER], "garchi nima?") == (GARCHI,)
    for sign in "ʻ'‘’`":
        assert retrieval.best_words([TEACHER], f"o{sign}qituvchi inglizcha nima?") == (TEACHER,)
    assert retrieval.best_words([GARCHI], "What is the meaning?") == ()


def test_phrases_are_looked_up_under_every_spelling_of_their_letters() -> None:
    assert set(retrieval.phrases_of("oʻqituvchi")) == {"oʻqituvchi", "o'qituvchi", "o‘qituvchi", "o’qituvchi"}
    assert "Good morning" in retrieval.phrases_of("Good morning!")
    assert len(retrieval.phrases_of("so‘z " * 500)) < 2000
    assert len(retrieval.terms_of(" ".join(f"soʻz{number}" for number in range(100)))) == 24


def test_the_parts_that_have_most_of_the_question_come_first() -> None:
    lessons = [
        ("Artikllar", "An artikl.\n\nA stands before consonants.\n\nThe plural has no article at all."),
        ("Ko‘plik", "# Plural\n\nThe **plural** ends in -s: apples."),
    ]
    found = retrieval.best_passages(lessons, "plural article?")
    assert found[0] == Passage("Artikllar", "The plural has no article at all.")
    assert retrieval.best_passages(lessons, "quokka") == ()
    assert retrieval.best_passages(lessons, "davom et", preferred="Ko‘plik") == (Passage("Ko‘plik", "Plural"),)
    assert retrieval.best_passages([("Fe’l", "kitobimni o‘qidim")], "kitobim haqida")[0].text == "kitobimni o‘qidim"


def test_long_parts_are_cut_around_what_was_asked() -> None:
    long = "Boshqa gap bu yerda. " * 60 + "Zubrowka is here. " + "Keyingi gap. " * 100
    (found,) = retrieval.best_passages([("Dars", long)], "zubrowka")
    assert found.text.startswith("Zubrowka is here.")
    assert len(found.text) <= retrieval.PASSAGE_CHARS
    assert found.text.endswith("…")


@repeatable
@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_that_is_typed_breaks_the_search(question: str, content: str) -> None:
    retrieval.phrases_of(question)
    for passage in retrieval.best_passages([("Dars", content)], question, preferred="Dars"):
        assert len(passage.text) <= retrieval.PASSAGE_CHARS


def test_the_built_in_tutor_speaks_the_languages_of_the_catalogue() -> None:
    found = Material(words=(GARCHI, TEACHER), lesson="Dars", remarks=("Bir.",))
    for language in ("uz", "en", "ru"):
        said = answer(found, language)
        assert "- although /ɔːlˈðəʊ/ — garchi (Bog‘lovchilar)\n- teacher — oʻqituvchi (Tanishish)" in said
        assert "- Bir." in said
        assert "“Dars”" in answer(Material(lesson="Dars"), language) or "«Dars»" in answer(Material(lesson="Dars"), language)
    assert len({answer(Material(), language) for language in ("uz", "en", "ru")}) == 3
