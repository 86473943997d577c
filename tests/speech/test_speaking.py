"""Texts read aloud: what is answered, what is counted, what is given back, what is kept."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import bilim
from bilim.app.factories import make_voice
from bilim.kit.errors import Invalid, Problem, Unavailable
from bilim.providers.engines import EnginePool
from bilim.providers.voice import BuiltInVoice, NoVoice, OnlineVoice
from bilim.speech.flows.speaking import Speaker
from bilim.speech.inputs import SpeakInput
from conftest import NOON, SetClock
from speech.voices import ScriptedVoice, give_voice
from world import Person, World

PATH = "/api/v1/ai/tts"
STUB = Path(bilim.__file__).parents[2] / "tests" / "providers" / "engine_stub.py"


def left(person: Person) -> int:
    return person.get("/api/v1/ai/usage").json()["tts_chars_left"]


def kept(world: World) -> list[str]:
    return sorted(path.name for path in (world.app.state.services.settings.uploads / "tts").glob("*"))


def test_a_text_is_answered_as_an_mp3_and_its_characters_are_counted(world: World) -> None:
    voice, student = give_voice(world), world.student()
    answer = student.post(PATH, {"text": "Salom", "language": "uz"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
    assert answer.content == b"MP3 of Salom in uz"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert left(student) == 5000 - 5
    assert voice.asked == [("Salom", "uz")]


def test_what_was_read_stays_counted(world: World, set_clock: SetClock) -> None:
    give_voice(world)
    student = world.student()
    for _ in range(2):  # read, then answered from its file
        assert student.post(PATH, {"text": "Salom"}).status_code == 200
    set_clock(NOON + timedelta(hours=1))  # what nobody settled is free again by now
    assert left(student) == 5000 - 10


def test_a_text_that_was_read_before_is_not_read_again_but_counted(world: World) -> None:
    voice, student, other = give_voice(world), world.student(), world.student()
    first = student.post(PATH, {"text": "Salom", "language": "uz"})
    again = other.post(PATH, {"text": "Salom", "language": "UZ"})
    assert (again.status_code, again.headers["content-type"], again.content) == (200, "audio/mpeg", first.content)
    assert len(voice.asked) == 1
    assert left(other) == 5000 - 5
    assert len(kept(world)) == 1


def test_another_text_or_language_is_read_anew(sqlite_world: World) -> None:
    world = sqlite_world
    voice, student = give_voice(world), world.student()
    for text, language in (("Salom", "uz"), ("Salom!", "uz"), ("Salom", "en")):
        assert student.post(PATH, {"text": text, "language": language}).content == f"MP3 of {text} in {language}".encode()
    assert len(voice.asked) == len(kept(world)) == 3


@pytest.mark.parametrize("language", [{}, {"language": None}])
def test_uzbek_is_read_where_no_language_is_named(sqlite_world: World, language: dict[str, Any]) -> None:
    voice = give_voice(sqlite_world)
    sqlite_world.student().post(PATH, {"text": "Salom", "unknown": 1} | language)
    assert voice.asked == [("Salom", "uz")]


def test_forms_are_read_too(sqlite_world: World) -> None:
    voice, student = give_voice(sqlite_world), sqlite_world.student()
    assert student.call("POST", f"{PATH}/", data={"text": "Salom", "language": "ru"}).status_code == 200
    assert student.call("POST", PATH, files={"text": (None, "Xayr")}).status_code == 200
    assert voice.asked == [("Salom", "ru"), ("Xayr", "uz")]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"text"}),
        ({"text": ""}, {"text"}),
        ({"text": " \n"}, {"text"}),
        ({"text": None}, {"text"}),
        ({"text": 5}, {"text"}),
        ({"text": "x" * 5001}, {"text"}),
        ({"text": "so'z " * 20_000}, {"text"}),
        ({"text": "😀🎉"}, {"text"}),
        ({"text": "…!?"}, {"text"}),
        ({"text": "a\0b"}, {"detail"}),
        ({"text": "Salom", "language": 5}, {"language"}),
        ({"text": "Salom", "language": "x" * 36}, {"language"}),
        ({"text": [], "language": []}, {"text", "language"}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value)[:40],
)
def test_a_wrong_body_names_its_fields_and_counts_nothing(sqlite_world: World, body: dict[str, Any], fields: set[str]) -> None:
    voice, student = give_voice(sqlite_world), sqlite_world.student()
    answer = student.post(PATH, body)
    assert (answer.status_code, answer.json().keys()) == (400, fields)
    assert voice.asked == []
    assert left(student) == 5000


def test_5000_characters_are_the_most(sqlite_world: World) -> None:
    voice, student = give_voice(sqlite_world), sqlite_world.student()
    assert student.post(PATH, {"text": "x" * 5000}).status_code == 200
    assert left(student) == 0
    assert len(voice.asked) == 1


def test_nobody_is_read_to_who_is_not_signed_in(sqlite_world: World) -> None:
    voice = give_voice(sqlite_world)
    assert sqlite_world.post(PATH, content=b"no JSON at all").status_code == 401
    assert voice.asked == []


def test_a_spent_quota_is_a_403_and_the_text_is_not_read(world: World) -> None:
    voice, student = give_voice(world), world.student()
    assert student.post(PATH, {"text": "x" * 3000}).status_code == 200
    answer = student.post(PATH, {"text": "y" * 2001})
    assert (answer.status_code, answer.json()) == (403, {"detail": "tts_chars quota exceeded"})
    assert len(voice.asked) == 1
    assert left(student) == 2000
    assert student.post(PATH, {"text": "x" * 3000}).status_code == 403, "what is kept is not free"
    assert student.post(PATH, {"text": "y" * 2000}).status_code == 200


def test_characters_are_counted_as_people_see_them(sqlite_world: World) -> None:
    give_voice(sqlite_world)
    student = sqlite_world.student()
    student.post(PATH, {"text": "Oʻqish 📚"})
    assert left(student) == 5000 - 8


@pytest.mark.parametrize(
    ("failure", "status", "body"),
    [
        (Unavailable("speech_failed", retry_after=2), 503, {"detail": "The speech service failed. Try again in a moment."}),
        (Unavailable("speech_too_slow", retry_after=2), 503, {"detail": "The speech service took too long. Try again in a moment."}),
        (
            Invalid({"language": [Problem("unknown_language", {"language": "xx"})]}),
            400,
            {"language": ["This language is not supported: xx"]},
        ),
    ],
    ids=str,
)
def test_where_no_voice_can_read_the_characters_are_given_back(world: World, failure: Any, status: int, body: Any) -> None:
    voice, student = give_voice(world), world.student()
    voice.failure = failure
    answer = student.post(PATH, {"text": "Salom"})
    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers.get("retry-after") == ("2" if status == 503 else None)
    assert left(student) == 5000
    assert kept(world) == []
    voice.failure = None
    assert student.post(PATH, {"text": "Salom"}).status_code == 200
    assert left(student) == 5000 - 5


def test_a_missing_library_says_how_to_install_it(sqlite_world: World) -> None:
    voice, student = give_voice(sqlite_world), sqlite_world.student()
    voice.failure = Unavailable("speech_not_installed", library="lameenc")
    answer = student.post(PATH, {"text": "Salom"})
    assert answer.status_code == 503
    assert "make install" in answer.json()["detail"]
    assert "lameenc" in answer.json()["detail"]


def test_a_process_that_dies_in_the_middle_costs_nothing(world: World) -> None:
    engines = EnginePool([sys.executable, str(STUB)])  # it knows no `speak`, so it breaks down
    services = world.app.state.services
    world.use(speaker=Speaker(BuiltInVoice(engines), services.store, services.pools.files, "a secret"))
    student = world.student()
    answer = student.post(PATH, {"text": "Salom"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert left(student) == 5000
    assert kept(world) == []
    assert engines.pids == []
    engines.close()


def test_61_texts_a_minute_are_too_many(world: World, set_clock: SetClock) -> None:
    voice, student, other = give_voice(world), world.student(), world.student()
    heard = [student.post(PATH, {"text": f"{number}"}).status_code for number in range(61)]
    assert heard == [200] * 60 + [429]
    assert len(voice.asked) == 60
    refused = student.post(PATH, {"text": "0"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert left(student) == 5000 - 10 - 50 * 2
    assert other.post(PATH, {"text": "0"}).status_code == 200
    set_clock(NOON + timedelta(seconds=61))
    assert student.post(PATH, {"text": "0"}).status_code == 200


def test_many_at_once_hear_the_same_whole_text(world: World) -> None:
    voice = give_voice(world)
    voice.seconds = 0.05
    students = [world.student() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda student: student.post(PATH, {"text": "Salom"}), students))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"MP3 of Salom in uz")}
    assert len(kept(world)) == 1


def test_a_text_that_cannot_be_kept_is_answered_all_the_same(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    voice, student = give_voice(sqlite_world), sqlite_world.student()

    def no_room(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(sqlite_world.app.state.services.store), "put", no_room)
    assert student.post(PATH, {"text": "Salom"}).content == b"MP3 of Salom in uz"
    assert left(student) == 5000 - 5
    assert len(voice.asked) == 1
    assert "No space left on device" in caplog.text


def test_speech_that_is_switched_off_is_a_503_and_counts_nothing(sqlite_world: World) -> None:
    services = sqlite_world.app.state.services
    sqlite_world.use(speaker=Speaker(NoVoice(), services.store, services.pools.files, "a secret"))
    student = sqlite_world.student()
    answer = student.post(PATH, {"text": "Salom"})
    assert (answer.status_code, answer.json()) == (503, {"detail": "AI service is not configured"})
    assert left(student) == 5000
    assert sqlite_world.get(f"{PATH}/voices").json() == []


def test_everyone_sees_the_voices(sqlite_world: World) -> None:
    give_voice(sqlite_world)
    answer = sqlite_world.get(f"{PATH}/voices/")
    assert answer.json() == [{"language": each, "name": each.upper(), "provider": "espeak-ng"} for each in ("en", "ru", "uz")]
    assert (answer.headers["x-total-count"], answer.headers["link"]) == ("3", "")


def test_voices_come_in_pages(sqlite_world: World) -> None:
    give_voice(sqlite_world)
    answer = sqlite_world.get(f"{PATH}/voices?skip=1&limit=1")
    assert [each["language"] for each in answer.json()] == ["ru"]
    assert answer.headers["x-total-count"] == "3"
    assert 'rel="next"' in answer.headers["link"]
    assert 'rel="prev"' in answer.headers["link"]
    assert sqlite_world.get(f"{PATH}/voices?limit=0").json() == []
    assert sqlite_world.get(f"{PATH}/voices?limit=-1").status_code == 400


def test_an_address_is_public_and_tells_nothing_of_its_text(sqlite_world: World) -> None:
    voice = give_voice(sqlite_world)
    speaker: Speaker = sqlite_world.app.state.services.speaker
    words = SpeakInput(text="Salom")
    address = asyncio.run(speaker.address(words))
    assert asyncio.run(speaker.address(words)) == address
    assert len(voice.asked) == 1
    answer = sqlite_world.get(address)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "audio/mpeg", b"MP3 of Salom in uz")
    give_voice(sqlite_world, secret="another school's")
    assert asyncio.run(sqlite_world.app.state.services.speaker.kept(words)) is None


def test_what_another_voice_read_in_its_stead_is_not_kept_as_its_own(sqlite_world: World) -> None:
    voice = give_voice(sqlite_world, ScriptedVoice(provider="gtts", stand_in="espeak-ng"))
    student = sqlite_world.student()
    student.post(PATH, {"text": "Hello", "language": "en"})
    voice.stand_in = None
    student.post(PATH, {"text": "Hello", "language": "en"})
    student.post(PATH, {"text": "Hello", "language": "en"})
    assert len(voice.asked) == 2
    assert len(kept(sqlite_world)) == 2


def test_settings_choose_the_voice(sqlite_world: World) -> None:
    settings = sqlite_world.app.state.services.settings
    engines = EnginePool(["/no/such/program"])
    assert isinstance(make_voice(settings, engines), BuiltInVoice)
    assert isinstance(make_voice(msgspec.structs.replace(settings, tts_provider="gtts"), engines), OnlineVoice)
    assert isinstance(make_voice(msgspec.structs.replace(settings, disable_tts=True, tts_provider="gtts"), engines), NoVoice)
