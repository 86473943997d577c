"""Mock tests for tests: papers, a recording, a key, and people who sit them."""

import io
import wave
from typing import Any

from httpx import Response

from world import Person

PDF = b"%PDF-1.7 savollar"
SECTIONS = ("reading", "listening")


def recording(seconds: float = 0.05) -> bytes:
    """A silent WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16_000 * seconds)))
    return file.getvalue()


WAV = recording()
FILES: dict[str, tuple[str, bytes]] = {
    "reading[file]": ("reading.pdf", PDF + b" reading"),
    "writing[file]": ("writing.pdf", PDF + b" writing"),
    "listening[question_file]": ("listening.pdf", PDF + b" listening"),
    "listening[audio_file]": ("listening.wav", WAV),
}
FIELDS: dict[str, str] = {
    "title": "IELTS Mock Test #1",
    "reading[duration]": "60",
    "reading[question_count]": "40",
    "writing[duration]": "60",
    "writing[question_count]": "2",
    "listening[duration]": "30",
    "listening[question_count]": "40",
}
ANSWERS = {"1": "A", "2": "carbon dioxide", "3": "TRUE", "4": "NOT GIVEN"}
KEY: dict[str, Any] = {
    "reading": {"answers": {"1": "A", "2": ["carbon dioxide", "CO2"], "3": "TRUE", "4": "NG"}},
    "listening": {"answers": {"1": "C", "2": {"variants": ["accommodation"], "word_limit": 1}}},
}


def upload(teacher: Person, files: dict[str, Any] | None = None, **fields: Any) -> Response:
    """A form with a whole test, some parts of which may be others."""
    data = FIELDS | {name.replace("__", "[") + ("]" if "__" in name else ""): value for name, value in fields.items()}
    sent = FILES | (files or {})
    kept = {name: file for name, file in sent.items() if file is not None}
    return teacher.call("POST", "/api/v1/mock/tests/create/", data={k: v for k, v in data.items() if v is not None}, files=kept)


def make_test(teacher: Person, **fields: Any) -> dict[str, Any]:
    """A test as its teacher sees it."""
    made = upload(teacher, **fields)
    assert made.status_code == 201, made.text
    return made.json()


def start(student: Person, test: dict[str, Any]) -> dict[str, Any]:
    """A session that has begun."""
    begun = student.post("/api/v1/mock/session/start/", {"test": test["id"], "code": test["code"]})
    assert begun.status_code == 201, begun.text
    return begun.json()


def send(student: Person, session: dict[str, Any], section: str, answers: dict[str, str]) -> Response:
    """The answers to a section."""
    return student.post(f"/api/v1/mock/answers/{section}/", {"session": session["id"], "answers": answers})


def save(student: Person, session: dict[str, Any], sequence: int, **sections: Any) -> Response:
    """A draft."""
    return student.put(f"/api/v1/mock/session/{session['id']}/draft/", {"sequence": sequence} | sections)


def finish(student: Person, session: dict[str, Any]) -> Response:
    """The end, before the time is up."""
    return student.post(f"/api/v1/mock/session/{session['id']}/finish/")


def set_key(teacher: Person, test: dict[str, Any], **sections: Any) -> Response:
    """A key of some sections."""
    return teacher.put(f"/api/v1/mock/tests/{test['id']}/key/", sections)
