"""The whole way: a recording over HTTP, through the engine's process, to an answer; and that killing the process loses nothing."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("av")
pytest.importorskip("espeakng_loader")

from engines.recordings import recorded
from engines.speakers import CLEAR, said
from speech.ears import wav
from world import Person, World

TEXT = "My brother works in a big hospital"


def left(person: Person) -> dict[str, int]:
    usage = person.get("/api/v1/ai/usage").json()
    return {name: usage[f"{name}_left"] for name in ("stt_requests", "pronunciation_analysis")}


def judge(person: Person, content: bytes, text: str = TEXT) -> Any:
    return person.post("/api/v1/ai/pronunciation", files={"file": ("blob", content, "audio/webm")}, data={"reference_text": text})


def test_a_recording_is_judged_and_bad_ones_are_refused_without_being_counted(sqlite_world: World) -> None:
    student = sqlite_world.student()
    for content in (wav(bytes(32_000)), b"no sound", wav(said("The quick brown fox jumped over my lazy old dog"))):
        answer = judge(student, content)
        assert (answer.status_code, list(answer.json())) == (400, ["detail"])
    assert left(student)["pronunciation_analysis"] == 20
    found = judge(student, wav(said(TEXT))).json()
    assert found["transcribed_text"] == TEXT.lower()
    assert {word["color"] for word in found["words"]} <= {"green", "amber"}
    assert (left(student)["pronunciation_analysis"], sqlite_world.uploads()) == (19, [])


def test_other_languages_without_a_model_are_a_503_at_once_and_nothing_is_counted(sqlite_world: World) -> None:
    student = sqlite_world.student()
    answer = student.post("/api/v1/ai/stt", files={"file": ("a.ogg", recorded("ogg-opus"), "audio/ogg")}, data={"language": "uz"})
    assert answer.status_code == 503
    assert "bilim models download" in answer.json()["detail"]
    assert sqlite_world.app.state.services.hearing_engines.pids == []
    assert (left(student)["stt_requests"], sqlite_world.uploads()) == (100, [])


def test_a_killed_engine_is_a_503_the_quota_comes_back_and_the_next_one_works(sqlite_world: World) -> None:
    student, engines = sqlite_world.student(), sqlite_world.app.state.services.hearing_engines
    assert judge(student, wav(said(TEXT))).status_code == 200
    (doomed,) = engines.pids
    answers: list[int] = []
    os.kill(doomed, signal.SIGSTOP)
    asking = threading.Thread(target=lambda: answers.append(judge(student, wav(said(TEXT))).status_code))
    asking.start()
    while not engines._unfinished:
        time.sleep(0.01)
    os.kill(doomed, signal.SIGKILL)
    asking.join()
    assert answers in ([503], [200])  # 200 where it died before it was asked
    assert judge(student, wav(said(TEXT))).status_code == 200
    assert left(student)["pronunciation_analysis"] == 20 - 2 - answers.count(200)
    assert sqlite_world.uploads() == []


def test_engines_killed_at_random_cost_only_what_was_answered(sqlite_world: World) -> None:
    student, engines = sqlite_world.student(), sqlite_world.app.state.services.hearing_engines
    chance = random.Random(11)  # noqa: S311 - repeatable moments
    killed: set[int] = set()

    def kill() -> None:
        for pid in engines.pids:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)

    speech, clear = wav(said(TEXT)), wav(said(CLEAR))
    ask: list[Callable[[], Any]] = [
        lambda: judge(student, speech),
        lambda: student.post("/api/v1/ai/stt", files={"file": ("blob", clear, "audio/wav")}, data={"language": "en"}),
    ]
    counted = [0, 0]
    for number in range(8):
        killer = threading.Timer(chance.uniform(0.05, 0.5), kill)
        is_hunted = number % 4 < 2
        if is_hunted:
            killer.start()
        answer = ask[number % 2]()
        if is_hunted:
            killer.join()
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "2"
        assert answer.status_code in ((200, 503) if is_hunted else (200,)), f"the next one is answered: {answer.text}"
        counted[number % 2] += answer.status_code == 200
    assert left(student) == {"pronunciation_analysis": 20 - counted[0], "stt_requests": 100 - counted[1]}
    assert killed
    assert len(student.get("/api/v1/ai/pronunciation/history").json()) == counted[0]
    assert sqlite_world.uploads() == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in killed), "no zombie is left"
