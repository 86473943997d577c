"""Sending answers, once and while the session runs; and reading them, which only staff may."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.mock.models import MockAnswer, MockWritingAnswer
from mock_school import ANSWERS, KEY, finish, make_test, save, send, set_key, start
from world import Person, World


def sit(world: World) -> tuple[Person, dict[str, Any]]:
    student = world.student()
    return student, start(student, make_test(world.teacher()))


def stored(world: World) -> tuple[int, int]:
    with world.db.read() as tx:
        return (
            tx.scalar(select(func.count()).select_from(MockAnswer)),
            tx.scalar(select(func.count()).select_from(MockWritingAnswer)),
        )


def write(student: Person, session: dict[str, Any], task: int, **fields: Any) -> Any:
    return student.post("/api/v1/mock/answers/writing/", {"session": session["id"], "task_number": task} | fields)


@pytest.mark.parametrize("section", ["reading", "listening"])
def test_answers_are_sent_once(world: World, section: str) -> None:
    student, session = sit(world)
    sent = send(student, session, section, ANSWERS)
    assert sent.status_code == 201
    assert set(sent.json()) == {"id", "session", "answers", "created_at", "updated_at"}
    assert (sent.json()["session"], sent.json()["answers"]) == (session["id"], ANSWERS)
    again = send(student, session, section, {"1": "B"})
    assert (again.status_code, again.json()) == (400, {"detail": "The answers to this section were already sent."})
    assert stored(world) == (1, 0)


def test_a_text_is_sent_once_a_task(world: World) -> None:
    student, session = sit(world)
    sent = write(student, session, 1, text="The pie chart illustrates…")
    assert sent.status_code == 201
    assert sent.json() | {"id": 0, "created_at": 0, "updated_at": 0} == {
        "id": 0,
        "session": session["id"],
        "task_number": 1,
        "text": "The pie chart illustrates…",
        "teacher_comment": None,
        "created_at": 0,
        "updated_at": 0,
    }
    assert write(student, session, 1, text="Again").json() == {"detail": "The answer to this task was already sent."}
    assert write(student, session, 2).json()["text"] == ""
    assert stored(world) == (0, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"answers": {"0": "A"}}, "answers"),
        ({"answers": {"41": "A"}}, "answers"),
        ({"answers": {"1": None}}, "answers"),
        ({"answers": {"1": "x" * 501}}, "answers"),
        ({"answers": "A"}, "answers"),
        ({"answers": {"1": "A"}, "session": "nonsense"}, "session"),
        ({"answers": {"1": "A"}, "session": "550e8400-e29b-41d4-a716-446655440000"}, "session"),
        ({}, "answers"),
    ],
)
def test_wrong_answers_are_refused_by_field(sqlite_world: World, body: dict[str, Any], field: str) -> None:
    student, session = sit(sqlite_world)
    refused = student.post("/api/v1/mock/answers/reading/", {"session": session["id"]} | body)
    assert (refused.status_code, list(refused.json()), stored(sqlite_world)) == (400, [field], (0, 0))


def test_each_section_has_its_own_last_question(world: World) -> None:
    student = world.student()
    session = start(
        student, make_test(world.teacher(), reading__question_count="13", listening__question_count="10", writing__question_count="1")
    )
    for section, last in (("reading", 13), ("listening", 10)):
        refused = send(student, session, section, {str(last): "A", str(last + 1): "A"})
        assert refused.json() == {"answers": [f"There is no question {last + 1}."]}
        assert save(student, session, 1, **{section: {str(last + 1): "A"}}).status_code == 400
        assert save(student, session, 1, **{section: {str(last): "A"}}).status_code == 200
        assert send(student, session, section, {str(last): "A"}).status_code == 201


@pytest.mark.parametrize(
    ("fields", "field"), [({"task_number": 0}, "task_number"), ({"task_number": 3}, "task_number"), ({"text": "x" * 50_001}, "text")]
)
def test_wrong_texts_are_refused_by_field(sqlite_world: World, fields: dict[str, Any], field: str) -> None:
    student, session = sit(sqlite_world)
    refused = write(student, session, 1, **fields)
    assert (refused.status_code, list(refused.json()), stored(sqlite_world)) == (400, [field], (0, 0))


def test_nobody_answers_in_anothers_session(world: World) -> None:
    _, session = sit(world)
    for person in (world.student(), world.teacher(), world.admin()):
        for refused in (send(person, session, "reading", ANSWERS), write(person, session, 1, text="Men emas")):
            assert (refused.status_code, list(refused.json())) == (400, ["session"])
    assert stored(world) == (0, 0)


def test_staff_read_one_sessions_answers_as_documented(world: World) -> None:
    teacher, student = world.teacher(), world.student()
    test = make_test(teacher)
    set_key(teacher, test, reading=KEY["reading"])
    session = start(student, test)
    send(student, session, "reading", ANSWERS)
    send(student, session, "listening", {"1": "C"})
    write(student, session, 2, text="In my opinion…")
    write(student, session, 1, text="The chart shows that…")
    path = f"/api/v1/mock/session/{session['id']}/answers/"
    assert teacher.get(path).json()["session"]["is_completed"] is False
    finish(student, session)
    answered = world.teacher().get(path).json()
    assert set(answered) == {"session", "reading_answer", "listening_answer", "writing_answers"}
    about = answered["session"]
    assert (about["id"], about["user"]["id"], about["test"]["code"]) == (session["id"], student.id, test["code"])
    assert (about["is_completed"], about["is_finished"]) == (True, False)
    reading, listening = answered["reading_answer"], answered["listening_answer"]
    assert (reading["session"], reading["answers"], reading["raw_score"], reading["proposed_band"]) == (session["id"], ANSWERS, 4, 2.5)
    assert (listening["answers"], listening["raw_score"], listening["proposed_band"]) == ({"1": "C"}, None, None)
    assert [text["text"] for text in answered["writing_answers"]] == ["The chart shows that…", "In my opinion…"]
    assert student.get(path).status_code == 403
    assert teacher.get("/api/v1/mock/session/550e8400-e29b-41d4-a716-446655440000/answers/").status_code == 404


def test_the_list_has_all_sessions_that_are_over_each_with_its_own_answers(world: World) -> None:
    teacher = world.teacher()
    first, second = make_test(teacher), make_test(teacher, title="IELTS Mock Test #2")
    expected: list[tuple[str, str, str, str]] = []
    for number in range(4):
        student, test = world.student(), (first, second)[number % 2]
        session = start(student, test)
        send(student, session, "reading", {"1": f"reading {number}"})
        send(student, session, "listening", {"1": f"listening {number}"})
        write(student, session, 1, text=f"writing {number}")
        finish(student, session)
        expected.insert(0, (session["id"], test["title"], f"reading {number}", f"writing {number}"))
    start(world.student(), first)

    def seen(query: str) -> list[tuple[str, str, str, str]]:
        rows = teacher.get(f"/api/v1/mock/session/answers/{query}").json()
        return [
            (
                row["session"]["id"],
                row["session"]["test"]["title"],
                row["reading_answer"]["answers"]["1"],
                row["writing_answers"][0]["text"],
            )
            for row in rows
        ]

    assert seen("") == expected
    assert seen("?skip=1&limit=2") == expected[1:3]
    assert teacher.get("/api/v1/mock/session/answers/?limit=1").headers["x-total-count"] == "4"
