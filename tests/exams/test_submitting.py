"""Handing in an exam: once, in time, and what counts as correct."""

from datetime import timedelta
from typing import Any

import pytest

from bilim.exams.actions import taking
from bilim.exams.models import ExamAnswer, ExamResult
from conftest import NOON, SetClock
from exams.school import EXAMS, RESULTS, choose, enter, exam, result, rows, submit
from world import Person, World

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def test_a_result_as_the_document_shows_it(world: World, set_clock: SetClock) -> None:
    student, held = world.student(), exam(world, time_limit=30)
    enter(student, held["code"])
    set_clock(NOON + 20 * MINUTE)
    handed_in = submit(student, held, choose(held, 1, 0, "Reading improves vocabulary."))
    assert handed_in.status_code == 201
    told = handed_in.json()
    goes, even, reading = held["questions"]
    answers = [
        {"question": goes["id"], "question_text": goes["text"], "option": goes["options"][1]["id"], "option_text": "She goes to school."},
        {"question": even["id"], "question_text": even["text"], "option": even["options"][0]["id"], "option_text": "3"},
        {"question": reading["id"], "question_text": reading["text"], "written_answer": "Reading improves vocabulary."},
    ]
    blank = {"option": None, "option_text": None, "written_answer": None, "is_correct": None}
    assert told == {
        "id": told["id"],
        "exam": held["id"],
        "exam_title": "Grammar",
        "student": student.id,
        "score": 100 / 3,
        "correct_answers": 1,
        "total_questions": 3,
        "is_checked": False,
        "checked_by": None,
        "answers": [blank | {"id": shown["id"]} | answer for shown, answer in zip(told["answers"], answers, strict=True)],
        "created_at": "2026-11-20T17:20:00+05:00",
    }
    assert student.get(f"{RESULTS}{told['id']}/").json() == told
    assert student.get(EXAMS).json()[0]["participants_count"] == 1


@pytest.mark.parametrize(
    ("chosen", "correct"),
    [((), 0), ((1,), 1), ((1, 1), 2), ((1, 2), 2), ((0, 0, "text"), 0), ((None, 2, "text"), 1), ((2, None, None), 0)],
)
def test_what_is_left_out_or_written_counts_as_wrong(sqlite_world: World, chosen: tuple[Any, ...], correct: int) -> None:
    student, held = sqlite_world.student(), exam(sqlite_world)
    told = result(student, held, *chosen)
    assert (told["correct_answers"], told["total_questions"], told["score"]) == (correct, 3, 100 * correct / 3)
    assert len(told["answers"]) == sum(each is not None for each in chosen)


def test_an_exam_without_questions_gives_no_score(sqlite_world: World) -> None:
    told = result(sqlite_world.student(), exam(sqlite_world, questions=[]))
    assert (told["score"], told["correct_answers"], told["total_questions"]) == (0.0, 0, 0)


def test_blank_answers_are_kept_as_none(world: World) -> None:
    student, held = world.student(), exam(world)
    goes, _, reading = held["questions"]
    blank = [{"question_id": goes["id"], "option_id": None, "written_answer": ""}, {"question_id": reading["id"], "written_answer": " \n"}]
    told = submit(student, held, blank).json()
    assert [(each["option"], each["written_answer"]) for each in told["answers"]] == [(None, None), (None, None)]
    assert told["correct_answers"] == 0


def test_answers_come_back_in_the_order_of_the_questions(sqlite_world: World) -> None:
    student, held = sqlite_world.student(), exam(sqlite_world)
    told = submit(student, held, choose(held, 1, 1, "text")[::-1]).json()
    assert [each["question"] for each in told["answers"]] == [each["id"] for each in held["questions"]]


def test_wrong_answers_are_named_at_their_places_and_nothing_is_kept(world: World) -> None:
    student, held, other = world.student(), exam(world), exam(world)
    goes, even, reading = held["questions"]
    strange = other["questions"][0]
    sent = [
        {"question_id": goes["id"], "option_id": goes["options"][1]["id"]},
        {"question_id": strange["id"], "option_id": strange["options"][0]["id"]},
        {"question_id": even["id"], "option_id": goes["options"][1]["id"]},
        {"question_id": reading["id"], "option_id": goes["options"][0]["id"]},
        {"question_id": goes["id"], "written_answer": "x"},
        {"question_id": even["id"], "written_answer": "x"},
    ]
    refused = submit(student, held, sent)
    twice = {"question_id": ["This question is answered twice."]}
    assert (refused.status_code, refused.json()) == (
        400,
        {
            "answers": [
                {},
                {"question_id": [f'Invalid pk "{strange["id"]}" - object does not exist.']},
                {"option_id": [f'Invalid pk "{goes["options"][1]["id"]}" - object does not exist.']},
                {"option_id": ["A written question is answered by a text, not by an option."]},
                twice,
                twice,
            ]
        },
    )
    text = submit(student, held, [{"question_id": even["id"], "written_answer": "4"}]).json()
    assert text == {"answers": [{"written_answer": ["A test question is answered by an option, not by a text."]}]}
    assert (rows(world, ExamResult), rows(world, ExamAnswer)) == (0, 0)
    assert submit(student, held, choose(held, 1)).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "answers"),
        ({"answers": None}, "answers"),
        ({"answers": {"question_id": 1}}, "answers"),
        ({"answers": [1]}, "answers"),
        ({"answers": [{"question_id": 2**63}]}, "answers"),
        ({"answers": [{"question_id": 10**40}]}, "answers"),
        ({"answers": [{"question_id": 1}] * 600}, "answers"),
        ([], "non_field_errors"),
    ],
)
def test_what_is_no_submission_is_refused(sqlite_world: World, body: Any, field: str) -> None:
    student, held = sqlite_world.student(), exam(sqlite_world)
    refused = student.post(f"{EXAMS}{held['id']}/submit/", body)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert rows(sqlite_world, ExamResult) == 0


def test_an_exam_is_handed_in_once(world: World) -> None:
    student, other, held = world.student(), world.student(), exam(world)
    first = result(student, held, 1)
    refused = submit(student, held, choose(held, 1, 1))
    assert (refused.status_code, refused.json()) == (409, {"detail": "You have already handed in this exam."})
    assert student.get(f"{RESULTS}{first['id']}/").json() == first
    assert result(other, held, 1, 1)["correct_answers"] == 2
    assert (rows(world, ExamResult), rows(world, ExamAnswer)) == (2, 3)


def test_of_two_that_found_nothing_handed_in_the_database_takes_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student, held = world.student(), exam(world)
    monkeypatch.setattr(taking, "_require_taking", lambda *_: None)
    assert [submit(student, held, choose(held, 1)).status_code for _ in range(2)] == [201, 409]
    assert (rows(world, ExamResult), rows(world, ExamAnswer)) == (1, 1)


def test_an_exam_handed_in_cannot_be_handed_in_again_after_its_end_either(sqlite_world: World, set_clock: SetClock) -> None:
    student, held = sqlite_world.student(), exam(sqlite_world, time_limit=30)
    enter(student, held["code"])
    result(student, held)
    set_clock(NOON + 60 * MINUTE)
    assert submit(student, held, []).status_code == 409


def test_an_exam_with_a_limit_must_be_entered_first(world: World) -> None:
    student, limited, free = world.student(), exam(world, time_limit=30), exam(world)
    enter(student, free["code"])
    refused = submit(student, limited, choose(limited, 1))
    assert (refused.status_code, refused.json()) == (400, {"detail": "Enter the code of this exam first."})
    assert submit(world.student(), free, choose(free, 1)).status_code == 201
    assert rows(world, ExamResult) == 1


@pytest.mark.parametrize(("after", "status"), [(31 * MINUTE, 201), (31 * MINUTE + SECOND, 400)])
def test_answers_are_taken_a_minute_past_the_end(world: World, set_clock: SetClock, after: timedelta, status: int) -> None:
    student, held = world.student(), exam(world, time_limit=30)
    enter(student, held["code"])
    set_clock(NOON + after)
    answer = submit(student, held, choose(held, 1))
    assert answer.status_code == status
    assert rows(world, ExamResult) == (status == 201)
    if status == 400:
        assert answer.json() == {"detail": "The time for this exam is over."}


def test_a_longer_limit_lets_those_hand_in_who_were_too_late(sqlite_world: World, set_clock: SetClock) -> None:
    teacher, student = sqlite_world.teacher(), sqlite_world.student()
    held = exam(sqlite_world, teacher, time_limit=30)
    enter(student, held["code"])
    set_clock(NOON + 40 * MINUTE)
    assert submit(student, held, []).status_code == 400
    teacher.patch(f"{EXAMS}{held['id']}/", {"time_limit": 45})
    assert submit(student, held, []).status_code == 201


@pytest.mark.parametrize("change", [{"is_published": False}, {"is_active": False}])
def test_an_exam_that_was_closed_takes_no_answers(world: World, change: dict[str, bool]) -> None:
    teacher, entered, stranger = world.teacher(), world.student(), world.student()
    held = exam(world, teacher)
    enter(entered, held["code"])
    teacher.patch(f"{EXAMS}{held['id']}/", change)
    refused = submit(entered, held, choose(held, 1))
    assert (refused.status_code, refused.json()) == (400, {"detail": "This exam is not open."})
    assert submit(stranger, held, choose(held, 1)).status_code == 404
    assert submit(teacher, held, []).status_code == 400
    assert entered.get(f"{EXAMS}{held['id']}/").status_code == 404
    assert rows(world, ExamResult) == 0


def test_staff_take_no_exams(world: World) -> None:
    held = exam(world)
    for person in (world.teacher(), world.admin()):
        refused = submit(person, held, choose(held, 1))
        assert (refused.status_code, refused.json()) == (403, {"detail": "Not a student"})
    assert submit(world.teacher(), {"id": 987654}, []).status_code == 404
    assert rows(world, ExamResult) == 0


def test_closing_the_account_of_a_student_keeps_what_they_handed_in(sqlite_world: World) -> None:
    admin, student = sqlite_world.admin(), sqlite_world.student(made_by_staff=True)
    told = result(student, exam(sqlite_world), 1)
    assert admin.delete(f"/api/v1/students/{student.id}/").status_code == 204
    assert [each["id"] for each in admin.get(RESULTS).json()] == [told["id"]]


def test_markers_planted_in_the_answers_never_reach_a_student(sqlite_world: World) -> None:
    """Whatever a student reads on the day of the exam: neither the sample answers, nor which options are correct before the check."""
    teacher, student, marker = sqlite_world.teacher(), sqlite_world.student(), "kv8Zq1-unguessable"
    held = exam(sqlite_world, teacher, questions=[*planted(marker)], time_limit=30)
    read = reads_of(student, held)
    read.append(enter(student, held["code"]).text)
    read += reads_of(student, held)
    handed_in = submit(student, held, choose(held, 1, "text"))
    read += [handed_in.text, student.get(f"{RESULTS}{handed_in.json()['id']}/").text, *reads_of(student, held)]
    assert [text for text in read if marker in text or '"is_correct":true' in text or '"is_correct":false' in text] == []
    assert [text for text in read if "is_correct" in text and '"answers"' not in text] == []
    assert [text for text in read if "written_answer_sample" in text] == []
    assert marker in teacher.get(f"{EXAMS}{held['id']}/").text
    teacher.patch(f"{RESULTS}{handed_in.json()['id']}/", {"is_checked": True})
    checked = student.get(f"{RESULTS}{handed_in.json()['id']}/").text
    assert ('"is_correct":true' in checked, marker in checked) == (True, False)


def planted(marker: str) -> list[dict[str, Any]]:
    options = [{"text": "a", "is_correct": False}, {"text": "b", "is_correct": True}]
    return [
        {"text": "Which?", "type": "test", "options": options},
        {"text": "Why?", "type": "written", "written_answer_sample": marker},
    ]


def reads_of(student: Person, held: dict[str, Any]) -> list[str]:
    paths = (EXAMS, f"{EXAMS}{held['id']}/", RESULTS, f"{RESULTS}my-results/", f"{EXAMS}{held['id']}/analysis/")
    return [student.get(path).text for path in paths]
