"""How the questions of an exam did."""

from statistics import correlation
from typing import Any

import pytest
from sqlalchemy import insert

from bilim.exams.models import ExamAnswer, ExamResult
from exams.school import EXAMS, QUESTIONS, RESULTS, exam, result
from world import Person, World


def analysis(person: Person, held: dict[str, Any]) -> dict[str, Any]:
    answer = person.get(f"{EXAMS}{held['id']}/analysis/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_question_is_counted_over_all_results(world: World) -> None:
    teacher = world.teacher()
    held, other = exam(world, teacher), exam(world, teacher)
    given = [(1, 1, "text"), (1, 2, " "), (0, 0, None), (2, None, "text"), (2, 0)]
    told = [result(world.student(), held, *chosen) for chosen in given]
    result(world.student(), other, 0, 0, "text")
    teacher.patch(f"{RESULTS}{told[0]['id']}/", {"answers": [{"id": told[0]["answers"][2]["id"], "is_correct": True}]})
    found = analysis(teacher, held)
    assert (found["exam"], found["title"], found["participants"]) == (held["id"], "Grammar", 5)
    goes, even, reading = held["questions"]
    right = [[1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]
    scores = [sum(each) for each in zip(*right, strict=True)]
    expected = [
        {
            "answered": 5,
            "correct": 2,
            "most_chosen_wrong_option": {"id": goes["options"][2]["id"], "text": "She gone to school.", "count": 2},
        },
        {"answered": 4, "correct": 2, "most_chosen_wrong_option": {"id": even["options"][0]["id"], "text": "3", "count": 2}},
        {"answered": 2, "correct": 1, "most_chosen_wrong_option": None},
    ]
    for shown, counted, own, question in zip(found["questions"], expected, right, (goes, even, reading), strict=True):
        rest = [score - each for score, each in zip(scores, own, strict=True)]
        named = {name: question[name] for name in ("id", "text", "type")}
        assert shown == named | counted | {
            "correct_share": counted["correct"] / 5,
            "discrimination": pytest.approx(correlation(own, rest)),
        }


def test_of_wrong_options_chosen_equally_often_the_first_is_named(world: World) -> None:
    teacher = world.teacher()
    held = exam(world, teacher, questions=QUESTIONS[:1])
    for place in (2, 0):
        result(world.student(), held, place)
    assert analysis(teacher, held)["questions"][0]["most_chosen_wrong_option"]["text"] == "She go to school."


def test_without_results_there_is_nothing_to_tell(world: World) -> None:
    teacher = world.teacher()
    held, empty = exam(world, teacher, questions=QUESTIONS[:1]), exam(world, teacher, questions=[])
    question = held["questions"][0]
    nothing = {"answered": 0, "correct": 0, "correct_share": None, "discrimination": None, "most_chosen_wrong_option": None}
    shown = {"id": question["id"], "text": question["text"], "type": "test"} | nothing
    assert analysis(teacher, held) == {"exam": held["id"], "title": "Grammar", "participants": 0, "questions": [shown]}
    result(world.student(), empty)
    assert analysis(teacher, empty) == {"exam": empty["id"], "title": "Grammar", "participants": 1, "questions": []}
    result(world.student(), held, 1)
    (one,) = analysis(teacher, held)["questions"]
    assert (one["correct"], one["correct_share"], one["discrimination"]) == (1, 1.0, None)


def test_an_unknown_exam_is_a_404_and_students_are_refused(sqlite_world: World) -> None:
    held = exam(sqlite_world)
    assert sqlite_world.teacher().get(f"{EXAMS}987654/analysis/").status_code == 404
    assert sqlite_world.student().get(f"{EXAMS}{held['id']}/analysis/").status_code == 403


def test_many_results_are_counted_by_the_database(world: World) -> None:
    """Two hundred students, of whom every second answers the first question correctly and every fourth the second one."""
    teacher, students = world.teacher(), [world.student(username=f"pupil{number:04}").id for number in range(200)]
    held = exam(world, teacher, questions=QUESTIONS[:2])
    first, second = held["questions"]
    with world.db.write() as tx:
        made = {"is_checked": False, "total_questions": 2, "created_at": tx.now, "updated_at": tx.now}
        for number, student_id in enumerate(students):
            right = (number % 2 == 0, number % 4 == 0)
            result_id = tx.insert(ExamResult, exam_id=held["id"], student_id=student_id, correct_answers=sum(right), **made)
            answers = [
                {
                    "result_id": result_id,
                    "question_id": each["id"],
                    "option_id": each["options"][int(is_right)]["id"],
                    "is_correct": is_right,
                }
                for each, is_right in zip((first, second), right, strict=True)
            ]
            tx.execute(insert(ExamAnswer), answers)
    own = [[int(number % each == 0) for number in range(200)] for each in (2, 4)]
    shown = analysis(teacher, held)["questions"]
    assert [each["correct"] for each in shown] == [100, 50]
    assert [each["discrimination"] for each in shown] == [pytest.approx(correlation(*own))] * 2
