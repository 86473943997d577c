"""Drafts: question by question the higher sequence wins, whatever order saves arrive in."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.mock.models import MockDraft, MockSession
from conftest import NOON, SetClock
from mock_school import finish, make_test, save, send, start
from world import Person, World

MAX = 2**63 - 1


def sit(world: World) -> tuple[Person, dict[str, Any]]:
    student = world.student()
    return student, start(student, make_test(world.teacher()))


def drafts(student: Person, session: dict[str, Any]) -> dict[str, dict[str, str]]:
    return student.get(f"/api/v1/mock/session/{session['id']}/").json()["drafts"]


def written(world: World) -> list[tuple[Any, ...]]:
    with world.db.read() as tx:
        return [
            *tx.all(select(MockSession.sequence)),
            *tx.all(select(MockDraft.section, MockDraft.question, MockDraft.value)),
        ]


def test_a_save_tells_the_highest_sequence_and_the_time_left(world: World, set_clock: SetClock) -> None:
    student, session = sit(world)
    set_clock(NOON + timedelta(minutes=1))
    saved = save(student, session, 7, reading={"1": "A"})
    assert (saved.status_code, saved.json()) == (
        200,
        {"sequence": 7, "saved_at": "2026-11-20T17:01:00+05:00", "seconds_left": 149 * 60},
    )
    assert save(student, session, 3, reading={"2": "B"}).json()["sequence"] == 7
    assert drafts(student, session) == {"reading": {"1": "A", "2": "B"}, "listening": {}, "writing": {}}


def test_any_part_may_be_saved(world: World) -> None:
    student, session = sit(world)
    for sent in ({}, {"listening": {}}, {"writing": {"2": "text"}}, {"reading": {"1": ""}, "listening": {"40": "x"}}):
        assert save(student, session, 1, **sent).status_code == 200
    assert drafts(student, session) == {"reading": {"1": ""}, "listening": {"40": "x"}, "writing": {"2": "text"}}


SAVES: list[tuple[int, dict[str, Any]]] = [
    (1, {"reading": {"1": "one", "2": "one"}, "writing": {"1": "one"}}),
    (2, {"reading": {"1": None, "3": "two"}}),
    (3, {"reading": {"2": "three"}, "listening": {"1": "three"}, "writing": {"1": "three"}}),
]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_saves_that_arrive_in_any_order_end_the_same(world: World, order: tuple[int, ...]) -> None:
    student, session = sit(world)
    for place in order:
        assert save(student, session, SAVES[place][0], **SAVES[place][1]).status_code == 200
    assert drafts(student, session) == {"reading": {"2": "three", "3": "two"}, "listening": {"1": "three"}, "writing": {"1": "three"}}


def test_of_two_saves_with_one_sequence_the_first_stays(world: World) -> None:
    student, session = sit(world)
    save(student, session, 5, reading={"1": "first"})
    save(student, session, 5, reading={"1": "second", "2": "second"})
    assert drafts(student, session)["reading"] == {"1": "first", "2": "second"}


def test_what_was_erased_stays_erased(world: World) -> None:
    student, session = sit(world)
    save(student, session, 2, reading={"1": None})
    save(student, session, 1, reading={"1": "late"})
    assert drafts(student, session)["reading"] == {}
    save(student, session, 3, reading={"1": "again"})
    assert drafts(student, session)["reading"] == {"1": "again"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "sequence"),
        ({"sequence": -1}, "sequence"),
        ({"sequence": MAX + 1}, "sequence"),
        ({"sequence": 2**70}, "sequence"),
        ({"sequence": 1.5}, "sequence"),
        ({"sequence": 1, "reading": {"0": "A"}}, "reading"),
        ({"sequence": 1, "reading": {"41": "A"}}, "reading"),
        ({"sequence": 1, "listening": {"200": "A"}}, "listening"),
        ({"sequence": 1, "listening": {"x": "A"}}, "listening"),
        ({"sequence": 1, "reading": {"1": 5}}, "reading"),
        ({"sequence": 1, "reading": {"1": "x" * 501}}, "reading"),
        ({"sequence": 1, "reading": None}, "reading"),
        ({"sequence": 1, "reading": ["A"]}, "reading"),
        ({"sequence": 1, "writing": {"3": "text"}}, "writing"),
        ({"sequence": 1, "writing": {"1": "x" * 50_001}}, "writing"),
    ],
)
def test_a_wrong_draft_saves_nothing(sqlite_world: World, body: dict[str, Any], field: str) -> None:
    student, session = sit(sqlite_world)
    refused = student.put(f"/api/v1/mock/session/{session['id']}/draft/", {"writing": {"1": "text"}} | body)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert written(sqlite_world) == [(0,)]


def test_every_section_with_an_unknown_question_is_named(world: World) -> None:
    student, session = sit(world)
    refused = save(student, session, 1, reading={"1": "A", "41": "A"}, listening={"99": "A"})
    assert refused.json() == {"reading": ["There is no question 41."], "listening": ["There is no question 99."]}
    assert written(world) == [(0,)]


def test_the_largest_sequence_and_the_largest_draft_are_saved(world: World) -> None:
    student, session = sit(world)
    answers = {str(number): "ў" * 500 for number in range(1, 41)}
    largest = save(student, session, MAX, reading=answers, listening=answers, writing={"1": "ў" * 50_000, "2": "ў" * 50_000})
    assert (largest.status_code, largest.json()["sequence"]) == (200, MAX)
    assert drafts(student, session)["writing"]["2"] == "ў" * 50_000
    assert save(student, session, MAX, reading={"1": "A"}).json()["sequence"] == MAX


def test_a_body_of_ten_megabytes_is_too_large(sqlite_world: World) -> None:
    student, session = sit(sqlite_world)
    assert save(student, session, 1, writing={"1": "x" * 10_000_000}).status_code == 413
    assert written(sqlite_world) == [(0,)]


def test_nobody_saves_into_anothers_session(world: World) -> None:
    student, session = sit(world)
    save(student, session, 1, reading={"1": "A"})
    refused = [save(person, session, 9, reading={"1": "B"}).status_code for person in (world.student(), world.teacher(), world.admin())]
    assert refused == [404, 404, 404]
    assert (drafts(student, session)["reading"], written(world)[0]) == ({"1": "A"}, (1,))
    assert save(student, {"id": "550e8400-e29b-41d4-a716-446655440000"}, 1).status_code == 404


def test_drafts_of_a_section_that_was_sent_have_no_effect(world: World) -> None:
    student, session = sit(world)
    teacher = world.teacher()
    send(student, session, "reading", {"1": "sent"})
    student.post("/api/v1/mock/answers/writing/", {"session": session["id"], "task_number": 1, "text": "sent"})
    late = save(student, session, 9, reading={"1": "late", "2": "late"}, writing={"1": "late", "2": "other task"})
    assert (late.status_code, late.json()["sequence"]) == (200, 9)
    assert drafts(student, session) == {"reading": {}, "listening": {}, "writing": {"2": "other task"}}
    finish(student, session)
    answered = teacher.get(f"/api/v1/mock/session/{session['id']}/answers/").json()
    assert (answered["reading_answer"]["answers"], answered["listening_answer"]) == ({"1": "sent"}, None)
    assert [(text["task_number"], text["text"]) for text in answered["writing_answers"]] == [(1, "sent"), (2, "other task")]


def test_drafts_become_answers_at_the_end_and_are_deleted(world: World) -> None:
    student, session = sit(world)
    save(student, session, 1, reading={"10": "C", "2": "B", "3": None}, listening={"1": None}, writing={"2": "text"})
    finish(student, session)
    answered = world.teacher().get(f"/api/v1/mock/session/{session['id']}/answers/").json()
    assert list(answered["reading_answer"]["answers"].items()) == [("2", "B"), ("10", "C")]
    assert answered["listening_answer"] is None, "an erased answer is none"
    assert [(text["task_number"], text["text"]) for text in answered["writing_answers"]] == [(2, "text")]
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(MockDraft)) == 0


def test_a_draft_is_held_to_the_questions_of_its_own_test(world: World) -> None:
    student, teacher = world.student(), world.teacher()
    make_test(teacher, reading__question_count="3", listening__question_count="9")
    session = start(student, make_test(teacher, reading__question_count="5", listening__question_count="7"))
    assert save(student, session, 1, reading={"5": "A"}, listening={"7": "B"}).status_code == 200
    refused = save(student, session, 2, reading={"6": "A"}, listening={"8": "B"})
    assert (refused.status_code, sorted(refused.json())) == (400, ["listening", "reading"])
    assert drafts(student, session) == {"reading": {"5": "A"}, "listening": {"7": "B"}, "writing": {}}
