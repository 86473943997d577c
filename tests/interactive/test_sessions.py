"""Sessions: begun, shown to their learner alone, ended; lessons that are closed or withdrawn."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bilim.interactive.models import InteractiveLesson
from bilim.interactive.rules.bounds import IDLE, STARTING
from bilim.kit.errors import Unavailable
from conftest import NOON, SetClock
from interactive.talks import SESSIONS, START, lesson, said, say, set_stage, started
from world import World


def test_a_session_begins_with_the_avatar_s_greeting_read_aloud(sqlite_world: World, set_clock: SetClock) -> None:
    world, student = sqlite_world, sqlite_world.student()
    set_clock(NOON)
    world.renew_session(student)
    stage = set_stage(world)
    body = {"lesson_type": "conversation", "topic": "Food", "difficulty": "beginner", "avatar_type": "default"}
    answer = student.post(START, body)
    found = answer.json()
    address = found.pop("audio_url")
    assert (answer.status_code, found) == (
        201,
        {
            "id": found["id"],
            "user_id": student.id,
            "lesson_id": None,
            "lesson_type": "conversation",
            "topic": "Food",
            "difficulty": "beginner",
            "started_at": "2026-11-20T17:00:00+05:00",
            "status": "in_progress",
            "avatar_type": "default",
            "greeting": "Hello! I am Emma. What would you like to talk about today?",
            "avatar_name": "Emma",
        },
    )
    assert world.get(address).content == f"MP3 of {found['greeting']} in en-gb".encode()
    started(student)
    assert len(stage.voice.asked) == 1
    assert student.get("/api/v1/ai/usage").json()["tts_chars_left"] == 5_000


def test_without_a_voice_it_begins_all_the_same(sqlite_world: World) -> None:
    stage, student = set_stage(sqlite_world), sqlite_world.student()
    stage.voice.failure = Unavailable("speech_failed")
    answer = student.post(START, {"lesson_type": "conversation"})
    assert (answer.status_code, answer.json()["audio_url"]) == (201, None)


def test_a_lesson_brings_its_avatar_its_title_and_its_difficulty(sqlite_world: World) -> None:
    set_stage(sqlite_world)
    student = sqlite_world.student()
    number = lesson(sqlite_world, difficulty="advanced")
    made = student.post(START, {"lesson_type": "lesson", "lesson_id": number}).json()
    assert (made["lesson_id"], made["avatar_type"], made["topic"], made["difficulty"]) == (
        number,
        "conversation",
        "At the café",
        "advanced",
    )
    made = student.post(START, {"lesson_type": "lesson", "lesson_id": number, "avatar_type": "uzbek", "topic": "Choy"}).json()
    assert (made["avatar_type"], made["topic"]) == ("uzbek", "Choy")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["lesson_type"]),
        ({"lesson_type": " "}, ["lesson_type"]),
        ({"lesson_type": "x" * 51, "topic": "x" * 256}, ["lesson_type", "topic"]),
        ({"lesson_type": "conversation", "avatar_type": "nobody"}, ["avatar_type"]),
        ({"lesson_type": "conversation", "lesson_id": 987654321}, ["lesson_id"]),
        ({"lesson_type": "conversation", "lesson_id": 0, "difficulty": ""}, ["difficulty", "lesson_id"]),
    ],
)
def test_wrong_fields_are_named_and_nothing_begins(sqlite_world: World, body: dict[str, Any], fields: list[str]) -> None:
    student = sqlite_world.student()
    answer = student.post(START, body)
    assert (answer.status_code, sorted(answer.json())) == (400, fields)
    assert student.get(f"{SESSIONS}/user/me").json() == []


def test_a_premium_lesson_is_closed_to_others(sqlite_world: World) -> None:
    world = sqlite_world
    set_stage(world)
    closed, hidden = lesson(world, is_premium=True), lesson(world, is_active=False)
    student = world.student()
    answer = student.post(START, {"lesson_type": "lesson", "lesson_id": closed})
    assert (answer.status_code, answer.json()) == (403, {"detail": "This lesson is for premium members."})
    assert student.post(START, {"lesson_type": "lesson", "lesson_id": hidden}).status_code == 400
    assert world.admin().post(START, {"lesson_type": "lesson", "lesson_id": hidden}).status_code == 201


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_premium": True}, None])
def test_a_lesson_that_is_withdrawn_ends_what_its_script_gave(sqlite_world: World, change: dict[str, Any] | None) -> None:
    world = sqlite_world
    stage, student, admin = set_stage(world), world.student(), world.admin()
    number = lesson(world)
    session = started(student, lesson_id=number)
    assert say(student, session).status_code == 200
    path = f"/api/v1/admin/interactive-lessons/{number}"
    changed = admin.delete(path) if change is None else admin.put(path, {"title": "At the café", "order": 0} | change)
    assert changed.status_code == 200
    answer = say(student, session)
    assert (answer.status_code, answer.json()) == (409, {"detail": "This lesson is not available any more."})
    assert len(stage.llm.asked) == len(said(student, session)) == 1
    assert student.get("/api/v1/ai/usage").json()["gpt4o_requests_left"] == 49
    assert student.get(f"{SESSIONS}/{session}").json()["status"] == "in_progress"
    if change is None:  # it has history: hidden, not gone
        with world.db.read() as tx:
            assert tx.scalar(select(InteractiveLesson.deleted_at).where(InteractiveLesson.id == number)) is not None


def test_sessions_are_listed_newest_first_to_their_learner_alone(world: World) -> None:
    set_stage(world)
    student, other = world.student(), world.student()
    first, second = started(student), started(student, topic="Sport")
    say(student, first)
    listed = student.get(f"{SESSIONS}/user/me?limit=1")
    assert (listed.headers["x-total-count"], [each["id"] for each in listed.json()]) == ("2", [second])
    assert student.get(f"{SESSIONS}/{first}").json()["interactions_count"] == 1
    assert other.get(f"{SESSIONS}/user/me").json() == []
    for path in (f"{SESSIONS}/{first}", f"/api/v1/lesson-interactions/{first}/interactions"):
        assert [who.get(path).status_code for who in (student, other, world.superadmin())] == [200, 404, 404]
        assert world.get(path).status_code == 401
    assert other.patch(f"{SESSIONS}/{first}/complete").status_code == 404


def test_a_completed_session_takes_no_messages(world: World) -> None:
    stage, student = set_stage(world), world.student()
    session = started(student)
    say(student, session)
    ended = student.patch(f"{SESSIONS}/{session}/complete").json()
    assert (ended["status"], ended["ended_at"] is None) == ("completed", False)
    answer = say(student, session)
    assert (answer.status_code, answer.json()) == (409, {"detail": "This session is over. Start a new one."})
    assert student.patch(f"{SESSIONS}/{session}/complete").json() == ended
    assert len(stage.llm.asked) == len(said(student, session)) == 1


def test_a_session_in_which_nobody_speaks_ends_by_itself(world: World, set_clock: SetClock) -> None:
    set_stage(world)
    student = world.student()
    set_clock(NOON)
    world.renew_session(student)
    session = started(student)
    set_clock(NOON + IDLE - timedelta(seconds=1))
    world.renew_session(student)
    assert say(student, session).status_code == 200
    last = NOON + 2 * IDLE - timedelta(seconds=1)
    set_clock(last)
    world.renew_session(student)
    assert say(student, session).status_code == 409
    found = student.get(f"{SESSIONS}/{session}").json()
    assert (found["status"], found["ended_at"]) == ("completed", "2026-11-22T16:59:59+05:00")
    assert student.patch(f"{SESSIONS}/{session}/complete").json() == found


def test_thirty_sessions_a_minute(sqlite_world: World, set_clock: SetClock) -> None:
    set_stage(sqlite_world)
    student = sqlite_world.student()
    set_clock(NOON)
    sqlite_world.renew_session(student)
    for _ in range(STARTING.places):
        started(student)
    assert student.post(START, {"lesson_type": "conversation"}).status_code == 429
