"""Feedback over HTTP: the documented shape, what is null and why, what is refused."""

from typing import Any

import pytest

from bilim.writing.rules.bounds import ANALYSING, MAX_TEXT
from conftest import NOON, SetClock
from world import World

PATH = "/api/v1/ai/analyze-answer"
DOCUMENTED = {
    "user_response": "Men bugun dars qildim va ingliz tilida gapirdim.",
    "reference_text": "Today I studied and spoke in English.",
    "context": {"lesson_id": 123, "topic": "Daily routine"},
    "feedback_types": ["all"],
    "language": "en-US",
}


def test_the_documented_request_is_answered_in_the_documented_shape(sqlite_world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    answer = sqlite_world.post(PATH, json=DOCUMENTED)
    found = answer.json()
    assert answer.status_code == 200
    assert found["timestamp"] == "2026-11-20T17:00:00+05:00"
    assert found["grammar"]["score"] is None
    assert "not English" in found["grammar"]["feedback"]
    assert found["vocabulary"]["suggestions"] == ["today", "studied", "spoke", "english"]
    assert (found["pronunciation"]["score"], found["pronunciation"]["problem_sounds"]) == (None, [])
    assert "Without audio" in found["pronunciation"]["feedback"]
    assert (found["fluency"]["score"], found["fluency"]["pace"], found["fluency"]["hesitation_markers"]) == (None, None, None)
    assert found["audio_feedback_url"] is None
    metadata = found["metadata"]
    assert (metadata["user_token_count"], metadata["ref_token_count"], metadata["language"]) == (8, 7, "en-US")


def test_errors_are_named_with_their_place(sqlite_world: World) -> None:
    text = "Yesterday I go to school. She have a beautifull house."
    found = sqlite_world.post(PATH, json={"user_response": text}).json()
    flags = found["grammar"]["flags"]
    assert [(flag["type"], text[flag["start"] : flag["end"]], flag["suggestion"]) for flag in flags] == [
        ("tense", "Yesterday I go", None),
        ("agreement", "She have", "She has"),
    ]
    assert found["grammar"]["corrections"][1] == "She have → She has: The verb does not agree with its subject."
    assert found["grammar"]["error_types"] == {"tense": 1, "agreement": 1}
    assert found["vocabulary"]["misspelled"][0]["suggestions"] == ["beautiful", "beautifully"]
    assert found["overall"]["areas_for_improvement"] == ["Grammar"]
    assert found["overall"]["score"] == pytest.approx((found["grammar"]["score"] + found["vocabulary"]["score"]) / 2, abs=0.1)


def test_scores_are_of_the_text_sent(sqlite_world: World) -> None:
    good = sqlite_world.post(PATH, json={"user_response": "I like my school.", "reference_text": "I like school."}).json()
    bad = sqlite_world.post(PATH, json={"user_response": "me like my shcool", "reference_text": "I like school."}).json()
    assert good["overall"]["score"] == 100
    assert bad["overall"]["score"] < 50
    assert good["feedback_id"] != bad["feedback_id"]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("I like tea.", "All key words of the reference are there. Variety of words is measured from 20 words on."),
        ("I like milk.", "Key words of the reference that are missing: milk. Variety of words is measured from 20 words on."),
        (None, "Variety of words is measured from 20 words on."),
    ],
)
def test_vocabulary_is_told_of_in_sentences(sqlite_world: World, reference: str | None, said: str) -> None:
    found = sqlite_world.post(PATH, json={"user_response": "I like tea.", "reference_text": reference}).json()
    assert found["vocabulary"]["feedback"] == said


def test_only_the_parts_asked_for_are_told(sqlite_world: World) -> None:
    found = sqlite_world.post(PATH, json={"user_response": "I like tea.", "feedback_types": ["grammar", "overall"]}).json()
    assert [name for name in ("grammar", "vocabulary", "pronunciation", "fluency", "overall") if found[name]] == ["grammar", "overall"]


@pytest.mark.parametrize(
    ("text", "language", "advised"),
    [("I like tea.", "en", True), ("I like tea. However, I drink milk.", "en", False), ("Men choy ichaman.", "uz", False)],
)
def test_linking_words_are_advised_in_english_where_there_are_none(sqlite_world: World, text: str, language: str, *, advised: bool) -> None:
    found = sqlite_world.post(PATH, json={"user_response": text, "language": language}).json()
    assert any("linking words" in each for each in found["fluency"]["suggestions"]) == advised


@pytest.mark.parametrize(("language", "said"), [("uz", "Feʼl egaga moslashmagan."), ("ru", "Глагол не согласован с подлежащим.")])
def test_feedback_is_told_in_another_language(sqlite_world: World, language: str, said: str) -> None:
    found = sqlite_world.post(PATH, json={"user_response": "He go.", "feedback_language": language}).json()
    assert found["grammar"]["flags"][0]["message"] == said


def test_other_languages_have_what_can_be_computed(sqlite_world: World) -> None:
    found = sqlite_world.post(PATH, json={"user_response": "Men kitob oʻqidim.", "reference_text": "Kitob", "language": "uz"}).json()
    assert (found["grammar"]["score"], found["vocabulary"]["score"], found["metadata"]["overlap"]) == (None, 100.0, 50.0)
    assert "English only" in found["grammar"]["feedback"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["user_response"]),
        ({"user_response": ""}, ["user_response"]),
        ({"user_response": " \n"}, ["user_response"]),
        ({"user_response": None}, ["user_response"]),
        ({"user_response": 5}, ["user_response"]),
        ({"user_response": "a\0b"}, ["detail"]),
        ({"user_response": "a" * (MAX_TEXT + 1)}, ["user_response"]),
        ({"user_response": "a", "reference_text": "a" * (MAX_TEXT + 1)}, ["reference_text"]),
        ({"user_response": "a", "feedback_types": ["grammar", "beauty"]}, ["feedback_types"]),
        ({"user_response": "a", "language": "not a tag"}, ["language"]),
        ({"user_response": "a", "context": {"note": "x" * 10_001}}, ["context"]),
        ({"user_response": "a", "context": "x", "feedback_language": "de"}, ["context", "feedback_language"]),
    ],
)
def test_every_wrong_field_is_named(sqlite_world: World, body: dict[str, Any], fields: list[str]) -> None:
    answer = sqlite_world.post(PATH, json=body)
    assert (answer.status_code, sorted(answer.json())) == (400, fields)


def test_a_long_body_is_refused(sqlite_world: World) -> None:
    assert sqlite_world.post(PATH, json={"user_response": "a" * 200_000}).status_code == 413
    assert sqlite_world.post(PATH, json={"user_response": "a" * 100_000}).status_code == 400


@pytest.mark.parametrize("text", ["!!!", "😀😀", "1", "\u202e", "a\u0301", "🇺🇿 ok"])
def test_strange_texts_are_answered(sqlite_world: World, text: str) -> None:
    assert sqlite_world.post(PATH, json={"user_response": text, "reference_text": text}).status_code == 200


def test_thirty_a_minute_and_address(sqlite_world: World, set_clock: SetClock) -> None:
    set_clock(NOON)
    client = sqlite_world.at("203.0.113.7")
    for _ in range(ANALYSING.places):
        assert client.post(PATH, json={"user_response": "I"}).status_code == 200
    refused = client.post(PATH, json={"user_response": "I"}, headers=sqlite_world.student().headers)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert sqlite_world.post(PATH, json={"user_response": "I"}).status_code == 200
