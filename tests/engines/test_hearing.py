"""The program that hears, in a process of its own: what it refuses, and that it works on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("av")
pytest.importorskip("espeakng_loader")

from bilim.files.store import LocalStore
from bilim.kit.errors import BadRequest, Invalid, Unavailable
from bilim.providers.engines import EnginePool, command_of
from bilim.providers.hearing import DUMMY_TEXT, DummyHearing, EngineHearing, is_model
from engines.recordings import tone
from engines.speakers import CLEAR, read_aloud, said, with_noise
from speech.ears import wav

TEXT = "My brother works in a big hospital"


@pytest.fixture(scope="module")
def engines() -> Iterator[EnginePool]:
    pool = EnginePool(command_of("hearing", 1024))
    yield pool
    pool.close()


@pytest.fixture
def hearing(engines: EnginePool, tmp_path: Path) -> EngineHearing:
    return EngineHearing(engines, LocalStore(tmp_path), None)


def stored(tmp_path: Path, content: bytes) -> str:
    (tmp_path / "recording").write_bytes(content)
    return "recording"


def test_a_stored_recording_is_judged(hearing: EngineHearing, tmp_path: Path) -> None:
    found = hearing.assess_now(stored(tmp_path, wav(said(TEXT))), TEXT, ["ship-sheep"])
    assert [word.color for word in found.words].count("red") == 0
    assert {each.contrast for each in found.contrasts} == {"ship-sheep"}


def test_a_recording_is_heard_alike_whoever_was_heard_before(hearing: EngineHearing, tmp_path: Path) -> None:
    recording = stored(tmp_path, wav(said(CLEAR)))
    (tmp_path / "other").write_bytes(wav(said("She sells fresh bread every morning")))

    def heard() -> tuple[Any, Any]:
        return hearing.transcribe_now(recording, "en"), hearing.assess_now(recording, CLEAR, ["w-v"])

    first = heard()
    hearing.assess_now("other", "She sells fresh bread every morning", [])
    assert heard() == first


def test_what_the_built_in_voice_says_is_heard_though_it_is_silent_between_its_sounds(hearing: EngineHearing, tmp_path: Path) -> None:
    text = "I would like a cup of tea"
    recording = stored(tmp_path, read_aloud(text))
    assert hearing.transcribe_now(recording, "en").text == text.lower()


def test_bad_recordings_are_refused_each_with_its_reason_by_one_process(
    hearing: EngineHearing, engines: EnginePool, tmp_path: Path
) -> None:
    speech = said(TEXT)
    cases = {
        "not_heard": wav(bytes(64_000)),
        "too_noisy": wav(with_noise(bytes(64_000), 3000)),
        "recording_not_audio": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "recording_too_short": wav(speech[: 2 * 800]),
        "recording_truncated": wav(speech)[: len(speech) // 3],
        "off_text": wav(said("The quick brown fox jumped over my lazy old dog")),
    }
    pids = set[int]()
    for code, content in cases.items():
        with pytest.raises(BadRequest) as refused:
            hearing.assess_now(stored(tmp_path, content), TEXT, [])
        assert refused.value.code == code
        pids.update(engines.pids)
    assert len(pids) == 1
    assert hearing.assess_now(stored(tmp_path, wav(speech)), TEXT, []).score > 60


@pytest.mark.parametrize("samples", [tone(2.0, 16_000), said("Assalomu alaykum, bugun havo juda yaxshi", "uz")])
def test_music_and_other_languages_are_not_made_into_english(hearing: EngineHearing, tmp_path: Path, samples: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        hearing.transcribe_now(stored(tmp_path, wav(samples)), "en")
    assert refused.value.code in ("not_understood", "too_noisy", "not_heard")


def test_a_reading_longer_than_a_minute_is_refused(hearing: EngineHearing, tmp_path: Path) -> None:
    with pytest.raises(BadRequest) as refused:
        hearing.assess_now(stored(tmp_path, wav(bytes(32_000 * 61))), TEXT, [])
    assert (refused.value.code, refused.value.params) == ("recording_too_long", {"seconds": 60})


# --- models ---------------------------------------------------------------------------------------------------------------------------


def model(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"{}")
    return folder


WHOLE = ("model.bin", "config.json", "tokenizer.json", "vocabulary.json")


def test_without_a_model_english_alone_is_recognised_and_others_say_how_to(tmp_path: Path) -> None:
    hearing = EngineHearing(EnginePool(["false"]), LocalStore(tmp_path), tmp_path / "small")
    assert hearing.require(None) == "en"
    assert hearing.require("en-US") == "en"
    for language in ("uz", "uz-Latn", "RU"):
        with pytest.raises(Unavailable) as refused:
            hearing.require(language)
        assert refused.value.code == "no_whisper_model"
    assert {each.engine for each in hearing.languages()} == {"basic", None}
    assert [each.language for each in hearing.languages() if each.engine] == ["en"]


@pytest.mark.parametrize("language", ["", "xx", "klingon", "e", "-", "англ"])
def test_there_are_languages_that_nobody_recognises(tmp_path: Path, language: str) -> None:
    for kind in (EngineHearing, DummyHearing):
        with pytest.raises(Invalid) as refused:
            kind(EnginePool(["false"]), LocalStore(tmp_path), None).require(language)
        assert list(refused.value.fields) == ["language"]


@pytest.mark.parametrize("missing", WHOLE)
def test_half_a_model_is_none(tmp_path: Path, missing: str) -> None:
    assert not is_model(model(tmp_path / "half", *(name for name in WHOLE if name != missing)))
    assert is_model(model(tmp_path / "whole", *WHOLE))
    assert is_model(model(tmp_path / "older", *WHOLE[:3], "vocabulary.txt"))


def test_with_a_model_every_language_is_recognised_and_the_language_may_be_left_open(tmp_path: Path) -> None:
    hearing = EngineHearing(EnginePool(["false"]), LocalStore(tmp_path), model(tmp_path / "m", *WHOLE))
    assert (hearing.require(None), hearing.require("uz-Latn-UZ")) == (None, "uz")
    assert {each.engine for each in hearing.languages()} == {"whisper"}


def test_whisper_without_its_library_or_with_a_broken_model_is_a_503(engines: EnginePool, tmp_path: Path) -> None:
    hearing = EngineHearing(engines, LocalStore(tmp_path), model(tmp_path / "m", *WHOLE))
    with pytest.raises(Unavailable) as refused:
        hearing.transcribe_now(stored(tmp_path, wav(said(TEXT))), None)
    assert refused.value.code in ("speech_not_installed", "whisper_broken")


def test_the_dummy_hears_the_same_in_everything(tmp_path: Path) -> None:
    dummy = DummyHearing(EnginePool(["false"]), LocalStore(tmp_path), None)
    heard: Any = dummy.transcribe_now("nothing", dummy.require("ru"))
    assert (heard.text, heard.language, heard.engine) == (DUMMY_TEXT, "ru", "dummy")
