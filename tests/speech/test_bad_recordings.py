"""What is sent instead of speech, over HTTP to the real engines: refused with a reason, uncounted, by a process that lives on."""

import random
from array import array
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("av")
pytest.importorskip("espeakng_loader")

from bilim.speech.rules import MAX_RECORDING_BYTES
from engines.recordings import recorded, silent_minutes, tone
from engines.speakers import CLEAR, said
from speech.ears import wav
from world import Person, World

TEXT = "My brother works in a big hospital"
SPEECH = wav(said(TEXT))
STT, JUDGE, LESSON = "/api/v1/ai/stt", "/api/v1/ai/pronunciation", "/api/v1/interactive-lessons/assess-pronunciation"


def noise(seconds: float) -> bytes:
    chance = random.Random(5)  # noqa: S311 - noise is no secret
    return array("h", (chance.randint(-9000, 9000) for _ in range(int(seconds * 16_000)))).tobytes()


def melody() -> bytes:
    """A scale, a tone of a quarter of a second each."""
    step = 4_000
    low, high = array("h", tone(0.25, 16_000)), array("h", tone(0.25, 12_000))
    notes = [low[:step], high[:step]] * 6
    return b"".join(note.tobytes() for note in notes)


def bad() -> dict[str, bytes]:
    mp3 = recorded("mp3", 3.0)
    return {
        "silence": wav(bytes(64_000)),
        "noise": wav(noise(2)),
        "a melody": wav(melody()),
        "a tenth of a second": wav(said(TEXT)[16_000:19_200]),
        "ten hours in a small file": silent_minutes(600),
        "half an MP3": mp3[: len(mp3) // 2],
        "a picture by the name of a recording": b"\x89PNG\r\n\x1a\n" + bytes(2_000),
        "nothing": b"",
        "text": b"Men gapirdim.\n" * 50,
        "a playlist": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    }


def left(person: Person) -> dict[str, Any]:
    return {name: value for name, value in person.get("/api/v1/ai/usage").json().items() if name.endswith("_left")}


def test_bad_recordings_are_refused_everywhere_by_one_process_which_then_hears_a_good_one(sqlite_world: World) -> None:
    student, engines = sqlite_world.student(), sqlite_world.app.state.services.hearing_engines
    assert student.post(JUDGE, files={"file": ("a.wav", SPEECH)}, data={"reference_text": TEXT}).status_code == 200
    (pid,) = engines.pids
    before = left(student)
    cases = bad()
    assert len(cases["ten hours in a small file"]) < 5_000_000
    for name, content in cases.items():
        for path, field, data in (
            (STT, "file", {"language": "en"}),
            (JUDGE, "file", {"reference_text": TEXT}),
            (LESSON, "audio_file", {"expected_text": TEXT}),
        ):
            answer = student.post(path, files={field: ("nutq.wav", content, "audio/wav")}, data=data)
            assert answer.status_code == 400, (name, path, answer.text)
            assert answer.json().keys() in ({"detail"}, {field}), (name, path)
            assert "{" not in str(list(answer.json().values())), (name, path)
    assert engines.pids == [pid], "none of them killed it"
    peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) < 600 * 1024, "kibibytes"
    assert (left(student), sqlite_world.uploads()) == (before, [])
    heard = student.post(STT, files={"file": ("a.wav", wav(said(CLEAR)))}, data={"language": "en-GB"})
    assert (heard.status_code, heard.json()["engine"]) == (200, "basic")


@pytest.mark.parametrize(
    ("path", "field", "data", "named"),
    [
        (STT, "file", {"language": "klingon"}, "language"),
        (STT, "file", {"language": "x" * 36}, "language"),
        (JUDGE, "file", {"reference_text": "word " * 20_000}, "reference_text"),
        (LESSON, "audio_file", {"expected_text": "w" * 100_000}, "expected_text"),
        ("/api/v1/pronunciation/analyze/", "file", {"reference_text": "word " * 20_000}, "reference_text"),
    ],
)
def test_unknown_languages_and_endless_texts_never_reach_an_engine(
    sqlite_world: World, path: str, field: str, data: dict[str, str], named: str
) -> None:
    student = sqlite_world.student()
    answer = student.post(path, files={field: ("a.wav", SPEECH)}, data=data)
    assert (answer.status_code, list(answer.json())) == (400, [named])
    assert (sqlite_world.app.state.services.hearing_engines.pids, sqlite_world.uploads()) == ([], [])


@pytest.mark.parametrize(("path", "field"), [(STT, "file"), (JUDGE, "file"), (LESSON, "audio_file")])
def test_a_hundred_megabytes_are_refused_by_their_announcement(sqlite_world: World, path: str, field: str) -> None:
    student, sent = sqlite_world.student(), bytearray()

    def body() -> Any:
        yield f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.wav"\r\n\r\n'.encode()
        sent.extend(bytes(1_000))
        yield bytes(1_000)

    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(100 * 1024 * 1024)}
    answer = student.call("POST", path, content=body(), headers=headers)
    assert answer.status_code == 413, answer.text
    assert len(sent) < MAX_RECORDING_BYTES
    assert (sqlite_world.app.state.services.hearing_engines.pids, sqlite_world.uploads()) == ([], [])
