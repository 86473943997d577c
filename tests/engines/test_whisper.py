"""The recogniser of every language: faster-whisper's own code in the engine's process, with a model that hears the same in everything."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("faster_whisper")
pytest.importorskip("pocketsphinx")
pytest.importorskip("av")
pytest.importorskip("espeakng_loader")

from bilim.engines.recognition import Whisper
from bilim.files.store import LocalStore
from bilim.kit.errors import BadRequest, Unavailable
from bilim.providers.engines import EnginePool, command_of
from bilim.providers.hearing import EngineHearing, is_model
from bilim.providers.models import NotFetched, fetch
from bilim.providers.models import command_of as fetching
from engines.speakers import said
from engines.tiny_whisper import write_model
from speech.ears import wav

SENTENCE = "Bugun havo juda yaxshi"


@pytest.fixture(scope="module")
def engines() -> Iterator[EnginePool]:
    pool = EnginePool(command_of("hearing", 8 * 1024))
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny", SENTENCE, "uz")


@pytest.fixture
def recording(tmp_path: Path) -> str:
    (tmp_path / "recording").write_bytes(wav(said(SENTENCE, "uz")))
    return "recording"


def copy_of(model: Path, folder: Path, /, **changed: bytes) -> Path:
    """A model some files of which are others."""
    folder.mkdir()
    for file in model.iterdir():
        content = changed.get(file.stem)
        (folder / file.name).write_bytes(file.read_bytes() if content is None else content)
    return folder


def refusal(hearing: EngineHearing, recording: str) -> str:
    with pytest.raises((BadRequest, Unavailable)) as refused:
        hearing.transcribe_now(recording, "uz")
    return refused.value.code


def test_a_recording_of_any_language_is_written_down_and_the_answer_names_the_recogniser(
    engines: EnginePool, model: Path, tmp_path: Path, recording: str
) -> None:
    hearing = EngineHearing(engines, LocalStore(tmp_path), model)
    guessed = hearing.transcribe_now(recording, hearing.require(None))
    assert (guessed.text, guessed.language, guessed.engine) == (SENTENCE, "uz", "whisper")
    assert guessed.seconds == pytest.approx(len(said(SENTENCE, "uz")) / 32_000, abs=0.1)
    assert hearing.transcribe_now(recording, hearing.require("ru-RU")).language == "ru"


def test_words_come_one_after_the_other_within_the_recording(model: Path) -> None:
    samples = said(SENTENCE, "uz")
    found = Whisper().transcribe(samples, "uz", str(model))
    assert [word.word for word in found.words] == SENTENCE.split()
    times = [moment for word in found.words for moment in (word.begin, word.end)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= len(samples) / 32_000
    assert {type(moment) for moment in times} == {float}, "a library's own kind of number cannot be sent to the server"


def test_silence_is_refused_before_a_model_makes_words_of_it(engines: EnginePool, model: Path, tmp_path: Path) -> None:
    (tmp_path / "silence").write_bytes(wav(bytes(64_000)))
    assert refusal(EngineHearing(engines, LocalStore(tmp_path), model), "silence") == "not_heard"


@pytest.mark.parametrize("broken", ["model", "tokenizer", "vocabulary", "config"])
def test_a_broken_model_is_a_503_and_a_whole_one_works_after_it(
    engines: EnginePool, model: Path, tmp_path: Path, recording: str, broken: str
) -> None:
    store = LocalStore(tmp_path)
    damaged = copy_of(model, tmp_path / "damaged", **{broken: b'{"cut off'})
    assert is_model(damaged)
    assert refusal(EngineHearing(engines, store, damaged), recording) == "whisper_broken"
    assert EngineHearing(engines, store, model).transcribe_now(recording, "uz").text == SENTENCE


# --- a hub that accepts and never answers -------------------------------------------------------------------------------------------------


@pytest.fixture
def silent_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as hub:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.getsockname()[1]}")
        yield


@pytest.mark.usefixtures("silent_hub")
def test_a_model_that_was_never_fetched_is_not_asked_for_anywhere(engines: EnginePool, model: Path, tmp_path: Path, recording: str) -> None:
    store = LocalStore(tmp_path)
    half = copy_of(model, tmp_path / "half")
    (half / "tokenizer.json").unlink()  # the library would fetch another's
    for folder in (tmp_path / "small", half):
        hearing = EngineHearing(engines, store, folder)
        asked = engines.pids
        with pytest.raises(Unavailable) as refused:
            hearing.require("uz")
        assert refused.value.code == "no_whisper_model"
        assert engines.pids == asked, "no process is needed to say so"


@pytest.mark.usefixtures("silent_hub")
def test_fetching_from_a_hub_that_never_answers_ends(tmp_path: Path) -> None:
    part = tmp_path / "tiny.part"
    with pytest.raises(NotFetched):
        fetch(fetching("tiny", part), part, tmp_path / "tiny", stall_seconds=1.0)
    assert not (tmp_path / "tiny").exists()
