"""The same over HTTP with the real voice in its process."""

import asyncio
import os
import random
import signal
import threading
from pathlib import Path

import pytest
from httpx import Response

pytest.importorskip("espeakng_loader")
pytest.importorskip("lameenc")
pytest.importorskip("av")

from bilim.engines.decoding import decode
from world import World

PATH = "/api/v1/ai/tts"


def test_a_learner_hears_uzbek(sqlite_world: World) -> None:
    student = sqlite_world.student()
    answer = student.post(PATH, {"text": "Assalomu alaykum! Bugun 21.11.2026.", "language": "uz"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
    assert 2 < decode(answer.content).seconds < 10


def test_the_engines_list_of_voices_is_shown(sqlite_world: World) -> None:
    voices = sqlite_world.get(f"{PATH}/voices").json()
    assert len(voices) == 100
    by_language = {each["language"]: each for each in sqlite_world.get(f"{PATH}/voices?limit=1000").json()}
    assert by_language["uz"] == {"language": "uz", "name": "Uzbek", "provider": "espeak-ng"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"text": "Salom", "language": "klingonian"}, {"language"}),
        ({"text": "9" * 5000, "language": "uz"}, {"text"}),
        ({"text": "ə̃" * 3 + "½²", "language": ""}, {"language"}),
    ],
    ids=["language", "too long", "empty language"],
)
def test_what_the_voice_refuses_is_a_400_and_costs_nothing(sqlite_world: World, body: dict[str, str], fields: set[str]) -> None:
    student = sqlite_world.student()
    answer = student.post(PATH, body)
    assert (answer.status_code, answer.json().keys()) == (400, fields)
    assert student.get("/api/v1/ai/usage").json()["tts_chars_left"] == 5000
    assert student.post(PATH, {"text": "Salom"}).status_code == 200, "the voice is well"


def test_a_killed_voice_is_replaced_and_none_is_left_when_the_server_stops(sqlite_world: World) -> None:
    student = sqlite_world.student()
    engines = sqlite_world.app.state.services.voice_engines
    assert student.post(PATH, {"text": "Bir"}).status_code == 200
    (first,) = engines.pids
    os.kill(first, signal.SIGKILL)
    assert student.post(PATH, {"text": "Ikki"}).status_code in (200, 503)
    assert student.post(PATH, {"text": "Uch"}).status_code == 200
    (second,) = engines.pids
    assert second != first
    asyncio.run(asyncio.to_thread(engines.close))
    assert not any(Path(f"/proc/{pid}").exists() for pid in (first, second))


def test_voices_killed_at_random_cost_only_what_was_answered(sqlite_world: World) -> None:
    student = sqlite_world.student()
    services = sqlite_world.app.state.services
    chance = random.Random(3)  # noqa: S311 - repeatable moments
    killed: set[int] = set()

    def kill() -> None:
        for pid in services.voice_engines.pids:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)

    answers: dict[str, Response] = {}
    for number in range(30):
        text = f"{number}-dars. Yangi soʻzlar va mashqlar."
        killer = threading.Timer(chance.uniform(0, 0.04), kill)
        if number % 2:
            killer.start()
        answers[text] = student.post(PATH, {"text": text})
        if number % 2:
            killer.join()
            assert answers[text].status_code in (200, 503)
        else:
            assert answers[text].status_code == 200, "the next one is answered"
    heard = [text for text, answer in answers.items() if answer.status_code == 200]
    assert all(decode(answers[text].content).seconds > 1 for text in heard)
    assert student.get("/api/v1/ai/usage").json()["tts_chars_left"] == 5000 - sum(map(len, heard))
    assert len(list(services.store.files_in("tts"))) == len(heard)
    assert len(killed) > 5
    assert student.post(PATH, {"text": "Tamom"}).status_code == 200
    assert not any(Path(f"/proc/{pid}").exists() for pid in killed), "no zombie is left"
