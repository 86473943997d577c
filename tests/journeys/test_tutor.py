"""A learner talks with the tutor about a lesson: the built-in one on a fresh school, then a model behind each real SDK."""

from pathlib import Path

import msgspec
import pytest

import llm_stub
from bilim.demo.load import load_demo
from bilim.settings import Settings
from conftest import serving
from llm_stub import LlmStub
from tutor.school import ASK, EVENTS, SESSIONS, events, left, say, start
from world import Person, World


def lesson_of(person: Person) -> dict[str, object]:
    lessons = person.get("/api/v1/lessons/").json()
    return next(lesson for lesson in lessons if lesson["title"] == "Salomlashish va tanishish")


def talk_about(world: World, expected: str) -> tuple[Person, str]:
    """A learner opens a lesson and asks about it; what they asked and heard is there later."""
    student = world.student()
    lesson = lesson_of(student)
    session_id = start(student, title="Salomlashish", lesson_id=lesson["id"])
    first = say(student, session_id, "friend degani nima?")
    assert first.status_code == 200, first.text
    assert expected in first.json()["assistant"]["text"]
    second = student.post(f"{SESSIONS}/{session_id}/messages", {"text": "teacher-chi?"}, headers=EVENTS)
    assert events(second)[-1][0] == "reply"
    history = student.get(f"{SESSIONS}/{session_id}").json()
    assert [message["role"] for message in history["messages"]] == ["user", "assistant"] * 2
    assert [message["text"] for message in history["messages"]][::2] == ["friend degani nima?", "teacher-chi?"]
    assert (left(student), student.get(SESSIONS).json()["count"]) == (48, 1)
    return student, session_id


def test_the_built_in_tutor_talks_about_a_lesson_of_a_fresh_school(settings: Settings) -> None:
    load_demo(settings)
    with serving(msgspec.structs.replace(settings, disable_gemini=True)) as world:
        student, session_id = talk_about(world, "- friend /frend/ — doʻst (Salomlashish va tanishish)")
        answers = [message["text"] for message in student.get(f"{SESSIONS}/{session_id}").json()["messages"]][1::2]
        assert "teacher /ˈtiːtʃə/ — oʻqituvchi" in answers[1]
        assert all("til modeli emasman" in answer for answer in answers)
        asked = student.post(f"{ASK}?language=en", {"prompt": "breakfast?"}).json()
        assert "breakfast /ˈbrekfəst/ — nonushta" in asked["text"]
        assert student.post(f"{SESSIONS}/{session_id}/reset").json()["messages"] == []
        assert student.delete(f"{SESSIONS}/{session_id}").json() == {"status": "deleted", "id": session_id}


@pytest.mark.parametrize("kind", ["gemini", "openai"])
def test_a_model_talks_about_it_through_its_own_sdk(sqlite_template: Path, settings_on: Settings, kind: str) -> None:
    load_demo(settings_on)
    with LlmStub() as stub, serving(msgspec.structs.replace(settings_on, **stub.settings(kind))) as world:
        student, session_id = talk_about(world, llm_stub.WHOLE)
        first, second = stub.asked
        assert "Word: friend = doʻst /frend/" in first.turns[0][1]
        assert [role for role, _ in second.turns] == ["user", "assistant", "user"]
        assert "friend degani" not in first.system
        stub.will("500")
        failed = say(student, session_id, "student-chi?")
        assert (failed.status_code, left(student)) == (503, 48)
        stub.will("429")
        assert say(student, session_id, "student-chi?").headers["retry-after"] == str(llm_stub.RETRY_AFTER)
        history = student.get(f"{SESSIONS}/{session_id}").json()
        assert (len(history["messages"]), left(student)) == (4, 48)
        tokens = world.admin().get("/api/v1/admin/ai/tokens").json()
        assert (tokens["tokens_in"], tokens["tokens_out"], tokens["reserved"], tokens["replies"]) == (240, 24, 0, 2)


@pytest.fixture
def settings_on(sqlite_template: Path, tmp_path: Path) -> Settings:
    """Of an SQLite file of the test's own: what SDKs do depends on no database."""
    import shutil

    from conftest import settings_for

    shutil.copy(sqlite_template, tmp_path / "bilim.db")
    return settings_for(f"sqlite:///{tmp_path / 'bilim.db'}", tmp_path)
