"""A session from its code to its bands, as its owner sees it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.mock.models import MockSession
from conftest import NOON, SetClock
from mock_school import ANSWERS, finish, make_test, save, send, start
from world import Person, World

ROOT = "https://school.example"
WRONG_CODE = {"detail": "Test kodi noto'g'ri."}
RUNNING = {"detail": "Sizda bu test uchun aktiv session mavjud."}
OVER = {"detail": "Bu session allaqachon yakunlangan."}


def begin(student: Person, test: dict[str, Any], code: str) -> Any:
    return student.post("/api/v1/mock/session/start/", {"test": test["id"], "code": code})


def sessions(world: World) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(MockSession))


def test_a_session_begins_as_documented(world: World, set_clock: SetClock) -> None:
    group = world.group()
    student = world.member(group["id"], first_name="Jasur", last_name="Qodirov")
    test = make_test(world.teacher())
    begun = start(student, test)
    listening = begun.pop("listening")
    assert begun | {"id": None} == {
        "id": None,
        "user": {"id": student.id, "first_name": "Jasur", "last_name": "Qodirov", "group": {"id": group["id"], "name": "IELTS-A1"}},
        "test": test["id"],
        "started_at": "2026-11-20T17:00:00+05:00",
        "ended_at": None,
        "is_completed": False,
        "is_finished": False,
    }
    assert (listening["id"], listening["duration"], listening["question_count"]) == (test["listening"]["id"], 30, 40)
    assert world.get(listening["audio_file"].removeprefix(ROOT)).status_code == 200
    assert start(world.student(), test)["user"]["group"] is None


def test_codes_are_read_as_people_type_them(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bilim.mock.actions.tests.new_code", lambda _length: "MK1001")
    test = make_test(sqlite_world.teacher())
    assert begin(sqlite_world.student(), test, " mk-ioo1 ").status_code == 201


def test_a_wrong_code_begins_nothing(world: World) -> None:
    test, student = make_test(world.teacher()), world.student()
    refused = begin(student, test, "000000")
    assert (refused.status_code, refused.json(), sessions(world)) == (400, WRONG_CODE, 0)
    unknown = student.post("/api/v1/mock/session/start/", {"test": "550e8400-e29b-41d4-a716-446655440000", "code": test["code"]})
    assert unknown.json() == {"test": ['Invalid pk "550e8400-e29b-41d4-a716-446655440000" - object does not exist.']}
    assert student.post("/api/v1/mock/session/start/", {"test": 5, "code": "x" * 256}).json() == {
        "test": ["Must be a valid UUID."],
        "code": ["Ensure this field has no more than 255 characters."],
    }


def test_ten_wrong_codes_close_the_test_to_one_person_for_ten_minutes(world: World, set_clock: SetClock) -> None:
    teacher, guesser = world.teacher(), world.student()
    test, other = make_test(teacher), make_test(teacher)
    for _ in range(12):
        finish(guesser, start(guesser, other))  # right codes do not count
    assert [begin(guesser, test, "000000").status_code for _ in range(11)] == [400] * 10 + [429]
    refused = begin(guesser, test, test["code"])
    assert (refused.status_code, int(refused.headers["retry-after"])) == (429, 600)
    assert begin(guesser, other, other["code"]).status_code == 201, "of another test"
    assert begin(world.student(), test, test["code"]).status_code == 201, "another person"
    set_clock(NOON + timedelta(minutes=10))
    assert begin(guesser, test, test["code"]).status_code == 201


def test_one_session_of_a_test_runs_at_a_time(world: World) -> None:
    test, student = make_test(world.teacher()), world.student()
    first = start(student, test)
    refused = begin(student, test, test["code"])
    assert (refused.status_code, refused.json(), sessions(world)) == (400, RUNNING, 1)
    ended = finish(student, first).json()
    assert start(student, test)["id"] != first["id"]
    (_, oldest) = student.get("/api/v1/mock/session/me/").json()
    assert (oldest["id"], oldest["ended_at"]) == (first["id"], ended["ended_at"]), "a new session leaves the old ones as they ended"


def test_papers_are_for_the_sessions_owner_alone(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    session = start(student, test)
    for section in ("reading", "writing"):
        path = f"/api/v1/mock/session/{section}/{session['id']}/"
        paper = student.get(path).json()
        assert {name: paper[name] for name in ("id", "duration", "question_count")} == {
            name: test[section][name] for name in ("id", "duration", "question_count")
        }
        assert world.get(paper["file"].removeprefix(ROOT)).content.endswith(section.encode())
        assert [person.get(path).status_code for person in (world.student(), teacher, world.admin())] == [404, 404, 404]


def test_a_session_is_ended_once(world: World, set_clock: SetClock) -> None:
    test, student = make_test(world.teacher()), world.student()
    session = start(student, test)
    assert finish(world.student(), session).status_code == 404
    set_clock(NOON + timedelta(minutes=5))
    ended = finish(student, session)
    assert ended.status_code == 200
    assert (ended.json()["ended_at"], ended.json()["is_completed"], ended.json()["is_finished"]) == (
        "2026-11-20T17:05:00+05:00",
        True,
        False,
    )
    assert (ended.json()["test"]["id"], ended.json()["test"]["code"]) == (test["id"], None)
    again = finish(student, session)
    assert (again.status_code, again.json()) == (400, OVER)
    for refused in (save(student, session, 1, reading={"1": "A"}), send(student, session, "reading", ANSWERS)):
        assert (refused.status_code, refused.json()) == (400, OVER)


def test_own_sessions_are_listed_newest_first_with_their_test_once_they_are_over(world: World) -> None:
    teacher, student = world.teacher(first_name="Bobur", last_name="Toshmatov"), world.student()
    test = make_test(teacher)
    over = start(student, test)
    finish(student, over)
    bands = {"listening": 7.5, "reading": 8, "writing": 7, "speaking": 7.5}
    score = teacher.post("/api/v1/mock/score/create/", {"session": over["id"]} | bands).json()
    running = start(student, test)
    start(world.student(), test)
    newest, oldest = student.get("/api/v1/mock/session/me/").json()
    assert (newest["id"], newest["test"], newest["is_completed"], newest["score"]) == (running["id"], None, False, None)
    assert (oldest["id"], oldest["test"]["id"], oldest["test"]["code"]) == (over["id"], test["id"], None)
    assert oldest["is_finished"] is True
    assert oldest["score"] == {
        "id": score["id"],
        **bands,
        "score": 7.5,
        "created_by": {"id": teacher.id, "first_name": "Bobur", "last_name": "Toshmatov"},
    }
    assert world.student().get("/api/v1/mock/session/me/").json() == []


def test_a_reload_restores_everything(world: World, set_clock: SetClock) -> None:
    student = world.student()
    session = start(student, make_test(world.teacher()))
    path = f"/api/v1/mock/session/{session['id']}/"
    save(student, session, 7, reading={"1": "A", "10": "C", "2": "B"}, listening={"1": "x"}, writing={"1": "text", "2": "more"})
    send(student, session, "listening", {"1": "C"})
    student.post("/api/v1/mock/answers/writing/", {"session": session["id"], "task_number": 2, "text": "Sent"})
    set_clock(NOON + timedelta(minutes=10))
    restored = student.get(path).json()
    assert restored.pop("listening")["audio_file"].startswith(f"{ROOT}/media/")
    assert restored.pop("plan")[1] == {
        "section": "reading",
        "starts_at": "2026-11-20T17:30:00+05:00",
        "ends_at": "2026-11-20T18:30:00+05:00",
        "duration": 60,
    }
    assert restored == {
        "id": session["id"],
        "test": session["test"],
        "title": "IELTS Mock Test #1",
        "started_at": "2026-11-20T17:00:00+05:00",
        "ends_at": "2026-11-20T19:30:00+05:00",
        "ended_at": None,
        "is_completed": False,
        "is_finished": False,
        "server_time": "2026-11-20T17:10:00+05:00",
        "seconds_left": 140 * 60,
        "sequence": 7,
        "drafts": {"reading": {"1": "A", "2": "B", "10": "C"}, "listening": {}, "writing": {"1": "text"}},
        "submitted": {"reading": False, "listening": True, "writing": [2]},
        "score": None,
        "writing_answers": [],
    }
    assert [person.get(path).status_code for person in (world.student(), world.teacher())] == [404, 404]


def test_a_scored_session_shows_its_owner_the_teachers_comments(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    session = start(student, make_test(teacher))
    path = f"/api/v1/mock/session/{session['id']}/"
    save(student, session, 1, writing={"1": "The chart shows that"})
    finish(student, session)
    (text,) = teacher.get(f"{path}answers/").json()["writing_answers"]
    comment = {"teacher_comment": " Batafsilroq yozing "}
    assert teacher.patch(f"/api/v1/mock/answers/writing/{text['id']}/", comment).json()["teacher_comment"] == "Batafsilroq yozing"
    assert student.get(path).json()["writing_answers"] == [], "not before it is scored"
    teacher.post(
        "/api/v1/mock/score/create/", {"session": session["id"], **dict.fromkeys(("listening", "reading", "writing", "speaking"), 6)}
    )
    restored = student.get(path).json()
    assert restored["writing_answers"] == [
        {"id": text["id"], "task_number": 1, "text": "The chart shows that", "teacher_comment": "Batafsilroq yozing"}
    ]
    assert restored["score"]["score"] == 6
    cleared = teacher.patch(f"/api/v1/mock/answers/writing/{text['id']}/", {"teacher_comment": " "})
    assert cleared.json()["teacher_comment"] is None
    assert teacher.patch("/api/v1/mock/answers/writing/987654/", comment).status_code == 404


def test_texts_are_shown_by_task_whichever_was_sent_first(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    session = start(student, make_test(teacher))
    for task in (2, 1):
        student.post("/api/v1/mock/answers/writing/", {"session": session["id"], "task_number": task, "text": f"Task {task}"})
    path = f"/api/v1/mock/session/{session['id']}/"
    assert student.get(path).json()["submitted"]["writing"] == [1, 2]
    finish(student, session)
    bands = dict.fromkeys(("listening", "reading", "writing", "speaking"), 6)
    assert teacher.post("/api/v1/mock/score/create/", {"session": session["id"]} | bands).status_code == 201
    assert [text["text"] for text in student.get(path).json()["writing_answers"]] == ["Task 1", "Task 2"]
