"""A learner talks with the school, offline: the built-in voice makes the recordings, the built-in ears and tutor answer them aloud."""

import pytest

pytest.importorskip("espeakng_loader")
pytest.importorskip("lameenc")
pytest.importorskip("av")
pytest.importorskip("pocketsphinx")

from bilim.engines.decoding import decode
from bilim.providers.built_in_tutor import BuiltInTutor
from engines.speakers import with_noise
from interactive.talks import LOOP, SEND_AUDIO, SESSIONS, lesson, said, started
from speech.ears import wav
from world import World


def test_a_talk_by_voice_and_a_lesson(sqlite_world: World) -> None:
    world = sqlite_world
    world.use(llm=BuiltInTutor())
    learner = world.student()
    words = "I would like a cup of tea please"
    spoken = learner.post("/api/v1/ai/tts", {"text": words, "language": "en-us"}).content
    recording = wav(with_noise(decode(spoken).samples, level=100))  # a room behind it: no microphone records perfect silence
    before = learner.get("/api/v1/ai/usage").json()

    talked = learner.call(
        "POST", LOOP, data={"language": "en", "reference_text": words}, files={"file": ("nutq.wav", recording, "audio/wav")}
    )
    found = talked.json()
    assert talked.status_code == 200, talked.text
    assert found["transcript"] == words.lower()
    assert found["model"] == "built-in"
    assert found["feedback"]["metadata"]["overlap"] == 100
    assert found["feedback"]["fluency"]["words_per_minute"] > 60
    heard = world.get(found["audio_url"])
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/mpeg")
    assert decode(heard.content).seconds > 1
    after = learner.get("/api/v1/ai/usage").json()
    assert before["stt_requests_left"] - after["stt_requests_left"] == 1
    assert before["gpt4o_requests_left"] - after["gpt4o_requests_left"] == 1
    assert before["tts_chars_left"] - after["tts_chars_left"] == len(found["ai_text"])

    session = started(learner, lesson_id=lesson(world))
    answer = learner.call("POST", SEND_AUDIO, data={"session_id": str(session)}, files={"audio_file": ("nutq.wav", recording, "audio/wav")})
    assert answer.status_code == 200, answer.text
    assert decode(world.get(answer.json()["audio_url"]).content).seconds > 1
    assert "What would you like?" in answer.json()["text"]
    noise = learner.call("POST", SEND_AUDIO, data={"session_id": str(session)}, files={"audio_file": ("a.txt", b"no sound", "text/plain")})
    assert (noise.status_code, len(said(learner, session))) == (400, 1)
    assert learner.patch(f"{SESSIONS}/{session}/complete").json()["status"] == "completed"
    assert [each for each in world.uploads() if "tts" not in str(each)] == []
