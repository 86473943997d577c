"""Whisper the whole way: over HTTP and as oral homework, in a language that nothing else here recognises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("faster_whisper")
pytest.importorskip("pocketsphinx")
pytest.importorskip("av")
pytest.importorskip("espeakng_loader")

from bilim.jobs.handling import Handlers
from bilim.jobs.running import drain
from bilim.providers.engines import EnginePool, command_of
from bilim.providers.hearing import EngineHearing
from bilim.speech import jobs
from engines.speakers import said
from engines.tiny_whisper import write_model
from homework_school import HOMEWORK, School, speak
from speech.ears import give_ears, wav
from world import World

SENTENCE = "Bugun havo juda yaxshi"


@pytest.fixture
def hearing(sqlite_world: World, tmp_path: Path) -> Iterator[EngineHearing]:
    engines = EnginePool(command_of("hearing", 8 * 1024))
    yield EngineHearing(engines, sqlite_world.app.state.services.store, write_model(tmp_path / "models" / "tiny", SENTENCE, "uz"))
    engines.close()


def test_an_uzbek_sentence_is_written_down_and_graded_as_homework(sqlite_world: World, hearing: EngineHearing) -> None:
    give_ears(sqlite_world, hearing)
    school, recording = School(sqlite_world), wav(said(SENTENCE, "uz"))
    for language in ({}, {"language": "uz"}):
        answer = school.student.post("/api/v1/ai/stt", files={"file": ("blob", recording, "audio/webm")}, data=language)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["text"], answer.json()["language"], answer.json()["engine"]) == (SENTENCE, "uz", "whisper")
    assert {each["engine"] for each in sqlite_world.get("/api/v1/ai/stt/languages").json()} == {"whisper"}
    homework = school.homework(homework_type="oral", oral_assignment=f"{SENTENCE}!", max_score=20)
    assert speak(school.student, homework["id"], content=recording).json()["status"] == "pending"
    drain(sqlite_world.db, Handlers(jobs.grading_handlers(sqlite_world.db, hearing)), "speech")
    (shown,) = school.student.get(f"{HOMEWORK}/submissions/me").json()
    assert (shown["status"], shown["score"], shown["graded_by"]) == ("graded", 20, None)
    assert shown["feedback"] == f"Avtomatik eshitildi: {SENTENCE}"
