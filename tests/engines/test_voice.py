"""The voice speaks Uzbek in both scripts, Russian and English, as MP3, in a process that can be lost."""

import os
import signal
from array import array
from collections.abc import Iterator

import pytest

pytest.importorskip("espeakng_loader")
pytest.importorskip("lameenc")
pytest.importorskip("av")

from bilim.engines.decoding import Recording, decode
from bilim.kit.errors import Unavailable
from bilim.providers.engines import EnginePool, EngineRefused, command_of


@pytest.fixture(scope="module")
def voice() -> Iterator[EnginePool]:
    pool = EnginePool(command_of("voice", 512))
    yield pool
    pool.close()


def heard(voice: EnginePool, text: str, language: str) -> Recording:
    return decode(voice.call("speak", {"text": text, "language": language}, 20))


def refusal(voice: EnginePool, text: str, language: str = "uz") -> str:
    with pytest.raises(EngineRefused) as refused:
        voice.call("speak", {"text": text, "language": language}, 20)
    return refused.value.code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Assalomu alaykum! Bugun 21.11.2026.", "uz"),
        ("Ассалому алайкум, дунё!", "uz"),
        ("Здравствуйте! Цена 21 рубль.", "ru"),
        ("Hello, this is a test.", "en-US"),
        ("Guten Tag", "de"),
        ("你好", "zh-CN"),
        ("Salom, hello, привет: uch til", "uz_UZ"),
    ],
)
def test_it_speaks(voice: EnginePool, text: str, language: str) -> None:
    recording = heard(voice, text, language)
    assert 0.4 < recording.seconds < 10
    assert max(array("h", recording.samples)) > 3_000


def test_the_mp3_is_small_and_mono(voice: EnginePool) -> None:
    data = voice.call("speak", {"text": "Hello, this is a test. " * 10, "language": "en"}, 20)
    assert len(data) / decode(data).seconds == pytest.approx(4000, rel=0.05)


@pytest.mark.parametrize(
    ("text", "same"),
    [("Ўзбекистон бозори", "Oʻzbekiston bozori"), ("1905", "ming to'qqiz yuz besh"), ("toʼgʼri soʼz", "to'g'ri so'z")],
)
def test_what_is_written_differently_takes_as_long_to_say(voice: EnginePool, text: str, same: str) -> None:
    assert heard(voice, text, "uz").seconds == pytest.approx(heard(voice, same, "uz").seconds, rel=0.02)


def test_languages_sound_different(voice: EnginePool) -> None:
    assert heard(voice, "hello world", "en-us").samples != heard(voice, "hello world", "en-gb").samples


def test_the_list_of_languages_is_the_engines_own(voice: EnginePool) -> None:
    voices = {each["language"]: each["name"] for each in voice.call("voices", {}, 20)}
    assert {"uz", "ru", "en", "en-us", "en-gb", "zh", "kaa"} <= voices.keys()
    assert voices["uz"] == "Uzbek"
    assert list(voices) == sorted(voices)
    assert "xex" not in voices


@pytest.mark.parametrize("text", ["", " ", "\n\n", "😀🎉", "- . , !", "\u200b\u200d", "♪ ★"])
def test_what_has_nothing_to_read_is_refused(voice: EnginePool, text: str) -> None:
    assert refusal(voice, text) == "nothing_to_say"


@pytest.mark.parametrize("language", ["", "xx", "klingon", "-", "uzbek", "../uz", "en'; DROP", "x" * 1000])
def test_languages_that_nobody_speaks_are_refused(voice: EnginePool, language: str) -> None:
    assert refusal(voice, "Salom", language) == "unknown_language"


def test_more_than_a_quarter_of_an_hour_is_refused(voice: EnginePool) -> None:
    assert refusal(voice, "9" * 5000) == "too_long_to_speak"
    assert refusal(voice, "so'z " * 20_000) == "too_long_to_speak"
    assert heard(voice, "Salom", "uz").seconds > 0.3


def test_markup_and_phoneme_codes_are_read_and_not_obeyed(voice: EnginePool) -> None:
    assert heard(voice, "[[h@'loU]] <break time='60s'/> <audio src='/etc/passwd'/>", "en").seconds < 20


def test_a_killed_voice_loses_its_call_and_speaks_the_next(voice: EnginePool) -> None:
    heard(voice, "Salom", "uz")
    (before,) = voice.pids
    os.kill(before, signal.SIGSTOP)
    with pytest.raises(Unavailable):
        voice.call("speak", {"text": "Salom", "language": "uz"}, 0.3)
    assert heard(voice, "Salom", "uz").seconds > 0.3
    assert voice.pids != [before]
