"""Exams under many hands: one result a student, one start of the clock, and nobody with questions that were replaced."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from httpx import Response

from at_once import at_once, statuses
from bilim.exams import access
from bilim.exams.actions import exams as authoring
from bilim.exams.actions import taking
from bilim.exams.models import ExamAnswer, ExamEntry, ExamResult
from exams.school import EVEN, EXAMS, GOES, READING, RESULTS, choose, enter, exam, result, rows, submit
from world import World

MANY = 100
PAUSE = 0.3


def paused(function: Callable[..., Any], reached: threading.Event) -> Callable[..., Any]:
    """A function that tells that it was reached and waits a moment, so that the other request arrives meanwhile."""

    def pause(*values: Any, **named: Any) -> Any:
        reached.set()
        time.sleep(PAUSE)
        return function(*values, **named)

    return pause


def after(reached: threading.Event, call: Callable[[], Response]) -> Callable[[], Response]:
    def wait() -> Response:
        reached.wait()
        return call()

    return wait


def test_an_exam_handed_in_by_many_requests_at_once_is_handed_in_once(world: World) -> None:
    student, held = world.student(), exam(world)
    sent = [choose(held, number % 3, 1) for number in range(MANY)]
    answers = at_once([partial(submit, student, held, each) for each in sent])
    assert statuses(answers) == {201: 1, 409: MANY - 1}
    (told,) = (answer.json() for answer in answers if answer.status_code == 201)
    assert student.get(f"{RESULTS}{told['id']}/").json() == told
    assert (rows(world, ExamResult), rows(world, ExamAnswer)) == (1, 2)


def test_a_code_typed_by_many_requests_at_once_starts_the_clock_once(world: World) -> None:
    student, held = world.student(), exam(world, time_limit=30)
    answers = at_once([partial(enter, student, held["code"])] * MANY)
    assert statuses(answers) == {200: MANY}
    assert len({answer.json()["entered_at"] for answer in answers}) == 1
    assert rows(world, ExamEntry) == 1


def test_wrong_codes_sent_together_are_held_back_like_those_sent_in_turn(world: World) -> None:
    student = world.student()
    answers = at_once([partial(enter, student, f"{number:06}") for number in range(50)])
    assert statuses(answers) == {400: 10, 429: 40}


def test_a_class_that_enters_and_hands_in_at_once(world: World) -> None:
    students, held = [world.student() for _ in range(30)], exam(world, time_limit=30)
    assert statuses(at_once([partial(enter, student, held["code"]) for student in students])) == {200: 30}
    assert statuses(at_once([partial(submit, student, held, choose(held, 1)) for student in students])) == {201: 30}
    assert {each["student"] for each in world.teacher().get(RESULTS).json()} == {student.id for student in students}


def test_questions_are_not_replaced_under_somebody_who_enters(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The student is in the middle of entering: the exam is found, the entry not yet written."""
    teacher, student = world.teacher(), world.student()
    held, reached = exam(world, teacher), threading.Event()
    monkeypatch.setattr(taking.windows, "give_back", paused(taking.windows.give_back, reached))
    replace = after(reached, partial(teacher.patch, f"{EXAMS}{held['id']}/", {"questions": [EVEN]}))
    entered, replaced = at_once([partial(enter, student, held["code"]), replace])
    assert (entered.status_code, replaced.status_code) == (200, 409)
    assert teacher.get(f"{EXAMS}{held['id']}/").json() == held


def test_questions_are_not_replaced_under_somebody_who_hands_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, student = world.teacher(), world.student()
    held, reached = exam(world, teacher), threading.Event()
    monkeypatch.setattr(taking.rules, "answers_problem", paused(taking.rules.answers_problem, reached))
    replace = after(reached, partial(teacher.patch, f"{EXAMS}{held['id']}/", {"questions": [EVEN]}))
    handed_in, replaced = at_once([partial(submit, student, held, choose(held, 1)), replace])
    assert (handed_in.status_code, replaced.status_code) == (201, 409)
    assert handed_in.json()["answers"][0]["question_text"] == GOES["text"]


def test_whoever_enters_while_questions_are_replaced_gets_the_new_ones(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The teacher is in the middle of replacing: nobody had entered yet, the new questions are not written."""
    teacher, student = world.teacher(), world.student()
    held, reached = exam(world, teacher), threading.Event()
    monkeypatch.setattr(access, "is_under_way", paused(access.is_under_way, reached))
    enter_meanwhile = after(reached, partial(enter, student, held["code"]))
    replaced, entered = at_once([partial(teacher.patch, f"{EXAMS}{held['id']}/", {"questions": [READING]}), enter_meanwhile])
    assert (replaced.status_code, entered.status_code) == (200, 200)
    assert [each["text"] for each in entered.json()["questions"]] == [READING["text"]]


def test_an_exam_withdrawn_while_it_is_entered_lets_nobody_in_afterwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, student = world.teacher(), world.student()
    held, reached = exam(world, teacher), threading.Event()
    monkeypatch.setattr(authoring, "_set_published", paused_after(authoring._set_published, reached))
    withdrawn, entered = at_once(
        [partial(teacher.post, f"{EXAMS}{held['id']}/unpublish/"), after(reached, partial(enter, student, held["code"]))]
    )
    assert (withdrawn.status_code, entered.status_code, rows(world, ExamEntry)) == (200, 400, 0)


def paused_after(function: Callable[..., Any], reached: threading.Event) -> Callable[..., Any]:
    def pause(*values: Any, **named: Any) -> Any:
        done = function(*values, **named)
        reached.set()
        time.sleep(PAUSE)
        return done

    return pause


def test_an_exam_deleted_while_students_enter_breaks_nothing(world: World) -> None:
    teacher = world.teacher()
    for _ in range(8):
        held, students = exam(world, teacher), [world.student() for _ in range(6)]
        calls = [partial(enter, student, held["code"]) for student in students]
        calls.insert(3, partial(teacher.delete, f"{EXAMS}{held['id']}/"))
        told = statuses(at_once(calls))
        assert (set(told) <= {200, 204, 400, 404}, told[204]) == (True, 1)


def test_a_result_marked_by_many_at_once_counts_each_answer_once(world: World) -> None:
    teachers, held = [world.teacher() for _ in range(3)], exam(world)
    told = result(world.student(), held, 0, 0, "text")
    path, ids = f"{RESULTS}{told['id']}/", [answer["id"] for answer in told["answers"]]
    calls = [
        partial(teachers[number % 3].patch, path, {"answers": [{"id": ids[number % 3], "is_correct": number // 3 % 2 == 0}]})
        for number in range(30)
    ]
    assert statuses(at_once(calls)) == {200: 30}
    shown = teachers[0].get(path).json()
    assert shown["correct_answers"] == sum(answer["is_correct"] for answer in shown["answers"])
