"""The server's clock ends sessions: every read and write goes by it, and a job closes what nobody closed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bilim.app.jobs import make_schedule
from bilim.mock.actions import closing
from bilim.mock.inputs import CloseMockSessions
from bilim.mock.models import MockSession
from conftest import NOON, SetClock
from mock_school import ANSWERS, KEY, finish, make_test, save, send, set_key, start
from world import Person, World

MINUTE = timedelta(minutes=1)
UP = NOON + 150 * MINUTE
UP_SHOWN = "2026-11-20T19:30:00+05:00"
OVER = {"detail": "Bu session allaqachon yakunlangan."}


def sweep(world: World) -> None:
    with world.db.write() as tx:
        tx.enqueue(CloseMockSessions())
    world.run_jobs()


def ended(world: World) -> list[Any]:
    with world.db.read() as tx:
        return tx.scalars(select(MockSession.ended_at).order_by(MockSession.id))


@pytest.fixture
def left_alone(world: World, set_clock: SetClock) -> tuple[World, Person, dict[str, Any], dict[str, Any]]:
    """A session with drafts whose time was up a minute ago; nobody has closed it."""
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    set_key(teacher, test, **KEY)
    session = start(student, test)
    save(student, session, 1, reading=ANSWERS, writing={"1": "The chart shows that"})
    set_clock(UP + MINUTE)
    return world, student, test, session


def test_it_counts_as_over_in_every_read_of_its_owner(left_alone: tuple[World, Person, dict[str, Any], dict[str, Any]]) -> None:
    world, student, test, session = left_alone
    (listed,) = student.get("/api/v1/mock/session/me/").json()
    assert (listed["is_completed"], listed["ended_at"], listed["test"]["id"]) == (True, UP_SHOWN, test["id"])
    restored = student.get(f"/api/v1/mock/session/{session['id']}/").json()
    assert (restored["is_completed"], restored["ended_at"], restored["seconds_left"]) == (True, UP_SHOWN, 0)
    assert restored["drafts"] == {"reading": {}, "listening": {}, "writing": {}}
    assert restored["submitted"] == {"reading": True, "listening": False, "writing": [1]}
    assert ended(world) == [None], "reading wrote nothing"


def test_nothing_more_can_be_done_in_it(left_alone: tuple[World, Person, dict[str, Any], dict[str, Any]]) -> None:
    _, student, _, session = left_alone
    refused = [
        finish(student, session),
        save(student, session, 9, reading={"1": "late"}),
        send(student, session, "listening", {"1": "late"}),
        student.post("/api/v1/mock/answers/writing/", {"session": session["id"], "task_number": 2, "text": "late"}),
    ]
    assert [(answer.status_code, answer.json()) for answer in refused] == [(400, OVER)] * 4


def test_its_last_moment_is_no_more_in_it(world: World, set_clock: SetClock) -> None:
    teacher = world.teacher()
    test = make_test(teacher)
    early, late = world.student(), world.student()
    sessions = {student.id: start(student, test) for student in (early, late)}
    set_clock(UP - timedelta(microseconds=1))
    assert save(early, sessions[early.id], 1, reading={"1": "A"}).json()["seconds_left"] == 0
    assert send(early, sessions[early.id], "listening", {"1": "C"}).status_code == 201
    set_clock(UP)
    for student in (early, late):
        for refused in (
            save(student, sessions[student.id], 2, reading={"1": "B"}),
            send(student, sessions[student.id], "reading", {"1": "B"}),
        ):
            assert (refused.status_code, refused.json()) == (400, OVER)
    answered = teacher.get(f"/api/v1/mock/session/{sessions[early.id]['id']}/answers/").json()
    assert (answered["reading_answer"]["answers"], answered["listening_answer"]["answers"]) == ({"1": "A"}, {"1": "C"})


@pytest.mark.parametrize("path", ["session/{session}/answers/", "session/answers/"])
def test_staff_find_its_drafts_as_answers(left_alone: tuple[World, Person, dict[str, Any], dict[str, Any]], path: str) -> None:
    world, _, _, session = left_alone
    found = world.teacher().get(f"/api/v1/mock/{path.format(session=session['id'])}").json()
    answered = found[0] if isinstance(found, list) else found
    assert (answered["session"]["ended_at"], answered["session"]["is_completed"]) == (UP_SHOWN, True)
    assert (answered["reading_answer"]["answers"], answered["reading_answer"]["raw_score"]) == (ANSWERS, 4)
    assert [text["text"] for text in answered["writing_answers"]] == ["The chart shows that"]


@pytest.mark.parametrize("path", ["session/{session}/marking/", "tests/{test}/analysis/"])
def test_staff_find_it_marked(left_alone: tuple[World, Person, dict[str, Any], dict[str, Any]], path: str) -> None:
    world, _, test, session = left_alone
    found = world.teacher().get(f"/api/v1/mock/{path.format(session=session['id'], test=test['id'])}").json()["reading"]
    assert [question.get("correct", question.get("is_correct")) for question in found["questions"]] == [1, 1, 1, 1]


def test_a_new_session_closes_the_one_whose_time_is_up(left_alone: tuple[World, Person, dict[str, Any], dict[str, Any]]) -> None:
    world, student, test, session = left_alone
    again = start(student, test)
    assert ended(world)[0] == UP
    (newest, oldest) = student.get("/api/v1/mock/session/me/").json()
    assert (newest["id"], newest["is_completed"], oldest["id"], oldest["is_completed"]) == (again["id"], False, session["id"], True)


def test_the_job_closes_what_is_due_and_nothing_else(world: World, set_clock: SetClock) -> None:
    teacher = world.teacher()
    test = make_test(teacher)
    due = [start(world.student(), test) for _ in range(3)]
    student = world.student()
    stopped = start(student, test)
    set_clock(NOON + MINUTE)
    finish(student, stopped)
    running = start(world.student(), test)
    set_clock(UP)
    sweep(world)
    assert ended(world) == [UP, UP, UP, NOON + MINUTE, None]
    sweep(world)
    assert ended(world) == [UP, UP, UP, NOON + MINUTE, None]
    listed = teacher.get("/api/v1/mock/session/answers/").json()
    assert {row["session"]["id"] for row in listed} == {each["id"] for each in (*due, stopped)}
    assert running["id"] not in {row["session"]["id"] for row in listed}


def test_more_than_a_batch_is_closed_by_one_run(world: World, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "BATCH", 2)
    teacher, test = world.teacher(), make_test(world.teacher())
    for number in range(5):
        student = world.student()
        save(student, start(student, test), 1, reading={"1": str(number)})
    set_clock(UP + MINUTE)
    sweep(world)
    assert ended(world) == [UP] * 5
    answered = teacher.get("/api/v1/mock/session/answers/").json()
    assert [row["reading_answer"]["answers"] for row in answered] == [{"1": str(number)} for number in (4, 3, 2, 1, 0)]


def test_a_deadline_is_looked_after_every_twenty_seconds(sqlite_world: World) -> None:
    entry = make_schedule(sqlite_world.app.state.services.settings).entries["close-mock-sessions"]
    assert (entry.every, type(entry.job)) == (timedelta(seconds=20), CloseMockSessions)
