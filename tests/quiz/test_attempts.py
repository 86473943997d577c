"""Attempts: who begins them, what is saved, what comes out."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.quiz.inputs import CloseTestAttempts
from bilim.quiz.models import Answer, Attempt, Paper
from conftest import NOON, SetClock
from plans.school import grant as subscribe
from plans.school import stored_plan
from quiz_school import (
    ADMIN,
    DATA,
    MARKS,
    RIGHT,
    TESTS,
    WRONG,
    add_question,
    add_section,
    answers,
    expect,
    finish,
    full_test,
    grade,
    ids_by_type,
    make_test,
    start,
    submit,
)
from world import World

MINUTE = timedelta(minutes=1)


def counted(world: World, table: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


def test_an_attempt_shows_whether_its_taker_is_premium_now(world: World, set_clock: SetClock) -> None:
    learner = world.student()
    set_clock(NOON)
    subscribe(world, learner.id, stored_plan(world, days=1))
    attempt = start(learner, full_test(world.admin(), ("numeric",)))
    assert (attempt["user"]["is_premium"], attempt["user"]["role"]) == (True, "premium")
    set_clock(NOON + timedelta(days=1))
    world.renew_session(learner)
    for person, path in ((learner, f"{TESTS}/attempts/{attempt['id']}"), (world.admin(), f"{TESTS}/attempts/{attempt['id']}")):
        assert person.get(path).json()["user"]["is_premium"] is False
    assert [each["user"]["is_premium"] for each in learner.get(f"{TESTS}/attempts/me").json()] == [False]


def test_an_attempt_begins_with_all_that_the_document_names(world: World, set_clock: SetClock) -> None:
    test, learner = full_test(world.admin()), world.student(is_premium=True, first_name="Jasur")
    begun = start(learner, test)
    assert begun == {
        "id": begun["id"],
        "test_id": test["id"],
        "test_title": "IELTS Reading 1",
        "user_id": learner.id,
        "start_time": "2026-11-20T17:00:00+05:00",
        "end_time": None,
        "deadline": "2026-11-20T18:00:00+05:00",
        "time_spent_seconds": 0,
        "is_completed": False,
        "total_score": 0.0,
        "max_score": 16.0,
        "percentage": 0.0,
        "is_passed": False,
        "pending": 0,
        "answers": [],
        "user": {
            "id": learner.id,
            "email": f"{learner.username}@example.com",
            "username": learner.username,
            "is_active": True,
            "is_superuser": False,
            "full_name": "Jasur",
            "current_level": None,
            "last_viewed_lesson_id": None,
            "roles": ["premium"],
            "is_premium": True,
            "role": "premium",
        },
    }


@pytest.mark.parametrize(("role", "status"), [("student", 403), ("premium", 201), ("teacher", 201), ("admin", 201)])
def test_premium_members_and_staff_begin(sqlite_world: World, role: str, status: int) -> None:
    test = full_test(sqlite_world.admin(), ("numeric",))
    person = sqlite_world.student(is_premium=True) if role == "premium" else getattr(sqlite_world, role)()
    heard = expect(person.post(f"{TESTS}/{test['id']}/start"), status)
    assert status == 201 or heard == {"detail": "Tests are for premium members."}
    assert counted(sqlite_world, Attempt) == (status == 201)


def test_starting_again_goes_on_with_the_running_attempt(world: World, set_clock: SetClock) -> None:
    test, learner = full_test(world.admin(), ("numeric",)), world.student(is_premium=True)
    first = start(learner, test)
    submit(learner, first, answers(test, {"numeric": 73.5}))
    set_clock(NOON + 10 * MINUTE)
    again = start(learner, test, status=200)
    assert (again["id"], again["time_spent_seconds"], len(again["answers"])) == (first["id"], 600, 1)
    set_clock(NOON + 60 * MINUTE)  # its time is up, and nothing has closed it
    second = start(learner, test)
    assert second["id"] != first["id"]
    (newest, oldest) = learner.get(f"{TESTS}/attempts/me").json()
    assert (newest["is_completed"], oldest["is_completed"], oldest["total_score"]) == (False, True, 1.0)
    assert oldest["end_time"] == "2026-11-20T18:00:00+05:00"


@pytest.mark.parametrize("question_type", DATA)
def test_each_type_is_marked(sqlite_world: World, question_type: str) -> None:
    test, learner = full_test(sqlite_world.admin(), (question_type,)), sqlite_world.student(is_premium=True)
    marks = MARKS.get(question_type, 1)
    for given, score in ((RIGHT, marks), (WRONG, 0)):
        if question_type not in given or (question_type == "essay" and given is RIGHT):
            continue
        attempt = start(learner, test)
        expect(submit(learner, attempt, answers(test, {question_type: given[question_type]})), 200)
        result = expect(finish(learner, attempt), 200)
        assert (result["total_score"], result["is_passed"]) == (score, score > 0)
        (answer,) = result["sections"][0]["answers"]
        assert (answer["score"], answer["is_correct"], answer["max_score"]) == (score, score > 0, marks)


@pytest.mark.parametrize(
    ("question_type", "answer", "score"),
    [
        ("gap_fill", ["9.30", "zx-library", "nothing"], 1.0),
        ("gap_fill", ["9:30"], 1.0),
        ("gap_fill", [None, "zx-library", "ZX-COLOUR"], 2.0),
        ("gap_fill", ["it opens at 9:30", "zx-library", ""], 1.0),
        ("matching", {"1": "C"}, 1.0),
        ("matching", {"1": "C", "2": ""}, 1.0),
        ("multiple_select", ["A", "B"], 0.67),
        ("multiple_select", ["A", "B", "C"], 0.33),
        ("multiple_select", ["A", "B", "C", "D"], 0.67),
        ("multiple_select", ["A", "C"], 0.0),
        ("true_false_not_given", "not  given", 1.0),
        ("numeric", 73.4, 1.0),
        ("numeric", "73.5", 1.0),
    ],
)
def test_parts_are_worth_their_share(sqlite_world: World, question_type: str, answer: Any, score: float) -> None:
    test, learner = full_test(sqlite_world.admin(), (question_type,)), sqlite_world.student(is_premium=True)
    attempt = start(learner, test)
    expect(submit(learner, attempt, answers(test, {question_type: answer})), 200)
    assert expect(finish(learner, attempt), 200)["total_score"] == score


def test_the_last_answer_counts_and_a_blank_one_takes_it_back(world: World) -> None:
    test, learner = full_test(world.admin(), ("numeric", "multiple_choice", "gap_fill")), world.student(is_premium=True)
    attempt = start(learner, test)
    for number in (1, 2, 73.5):
        saved = submit(learner, attempt, answers(test, {"numeric": number, "multiple_choice": "B"}))
        assert expect(saved, 200) == {"msg": "Answers saved: 2."}
    assert expect(submit(learner, attempt, answers(test, {"multiple_choice": " ", "gap_fill": ["", " "]})), 200) == {
        "msg": "Answers saved: 0."
    }
    kept = learner.get(f"{TESTS}/attempts/{attempt['id']}").json()["answers"]
    assert kept == [
        {"attempt_id": attempt["id"], "question_id": ids_by_type(test)["numeric"], "answer_data": {"answer": 73.5}, "score": None}
    ]
    taken_back = [{"question_id": kept[0]["question_id"], "answer_data": None, "attempt_id": 99}]
    expect(submit(learner, attempt, taken_back), 200)
    assert counted(world, Answer) == 0
    assert expect(submit(learner, attempt, []), 200) == {"msg": "Answers saved: 0."}


def test_results_by_section(world: World, set_clock: SetClock) -> None:
    admin, learner = world.admin(), world.student(is_premium=True)
    test = make_test(admin, duration_minutes=30)
    first, second, empty = (add_section(admin, test["id"], title=f"Section {number}") for number in (1, 2, 3))
    choice, order = add_question(admin, first["id"]), add_question(admin, first["id"], "ordering")
    gaps = add_question(admin, second["id"], "gap_fill")
    attempt = start(learner, test)
    sent = [(choice, "A"), (gaps, ["9:30", "Zx-Library", "blue"])]
    submit(learner, attempt, [{"question_id": question["id"], "answer_data": {"answer": answer}} for question, answer in sent])
    set_clock(NOON + 90 * timedelta(seconds=1))
    result = expect(finish(learner, attempt), 200)
    assert result == {
        "attempt_id": attempt["id"],
        "test_id": test["id"],
        "test_title": "IELTS Reading 1",
        "total_score": 2.0,
        "max_score": 5.0,
        "percentage": 40.0,
        "is_passed": False,
        "pending": 0,
        "sections": [
            {
                "section_id": first["id"],
                "section_title": "Section 1",
                "score": 0.0,
                "max_score": 2.0,
                "answers": [
                    {
                        "question_id": choice["id"],
                        "user_answer": "A",
                        "correct_answer": "B",
                        "is_correct": False,
                        "score": 0.0,
                        "max_score": 1.0,
                    },
                    {
                        "question_id": order["id"],
                        "user_answer": None,
                        "correct_answer": "spring → summer → autumn",
                        "is_correct": False,
                        "score": 0.0,
                        "max_score": 1.0,
                    },
                ],
            },
            {
                "section_id": second["id"],
                "section_title": "Section 2",
                "score": 2.0,
                "max_score": 3.0,
                "answers": [
                    {
                        "question_id": gaps["id"],
                        "user_answer": "9:30; Zx-Library; blue",
                        "correct_answer": "9:30 / half past nine; zx-library; zx-colour",
                        "is_correct": False,
                        "score": 2.0,
                        "max_score": 3.0,
                    }
                ],
            },
            {"section_id": empty["id"], "section_title": "Section 3", "score": 0.0, "max_score": 0.0, "answers": []},
        ],
        "feedback": "Not passed, with 40%.",
    }
    stored = learner.get(f"{TESTS}/attempts/{attempt['id']}").json()
    assert (stored["is_completed"], stored["end_time"], stored["time_spent_seconds"]) == (True, "2026-11-20T17:01:30+05:00", 90)
    assert [answer["score"] for answer in stored["answers"]] == [0.0, 2.0]
    assert learner.get(f"{TESTS}/attempts/{attempt['id']}/result").json() == result
    assert finish(learner, attempt).json() == result


@pytest.mark.parametrize(("right", "passed"), [(2, False), (3, True)])
def test_sixty_per_cent_pass(sqlite_world: World, right: int, passed: bool) -> None:
    admin, learner = sqlite_world.admin(), sqlite_world.student(is_premium=True)
    test = make_test(admin)
    section = add_section(admin, test["id"])
    questions = [add_question(admin, section["id"]) for _ in range(5)]
    attempt = start(learner, test)
    submit(learner, attempt, [{"question_id": each["id"], "answer_data": {"answer": "B"}} for each in questions[:right]])
    result = finish(learner, attempt).json()
    assert (result["percentage"], result["is_passed"]) == (20.0 * right, passed)
    assert result["feedback"] == f"{'Passed' if passed else 'Not passed'}, with {20 * right}%."


def test_time_runs_out_on_the_server(world: World, set_clock: SetClock) -> None:
    test, learner, teacher = full_test(world.admin(), ("numeric", "essay")), world.student(is_premium=True), world.teacher()
    attempt = start(learner, test)
    set_clock(NOON + 59 * MINUTE)
    expect(submit(learner, attempt, answers(test, {"numeric": 73.5, "essay": "Text"})), 200)
    set_clock(NOON + 60 * MINUTE)
    assert expect(submit(learner, attempt, answers(test, {"numeric": 1})), 409) == {"detail": "This attempt is over."}
    read = learner.get(f"{TESTS}/attempts/{attempt['id']}").json()
    assert (read["is_completed"], read["total_score"], read["pending"]) == (True, 1.0, 1), "nothing has closed it, and it reads as closed"
    assert read["end_time"] == read["deadline"] == "2026-11-20T18:00:00+05:00"
    result = learner.get(f"{TESTS}/attempts/{attempt['id']}/result").json()
    with world.db.read() as tx:
        assert tx.scalar(select(Attempt.ended_at)) is None
    set_clock(NOON + 100 * MINUTE)
    with world.db.write() as tx:
        tx.enqueue(CloseTestAttempts())
    world.run_jobs()
    with world.db.read() as tx:
        assert tx.scalar(select(Attempt.ended_at)) == NOON + 60 * MINUTE
    assert learner.get(f"{TESTS}/attempts/{attempt['id']}").json() == read
    assert finish(learner, attempt).json() == result == teacher.get(f"{TESTS}/attempts/{attempt['id']}/result").json()


def test_a_test_without_a_limit_never_runs_out(sqlite_world: World, set_clock: SetClock) -> None:
    test, learner = full_test(sqlite_world.admin(), ("numeric",), duration_minutes=0), sqlite_world.student(is_premium=True)
    attempt = start(learner, test)
    assert attempt["deadline"] is None
    set_clock(NOON + timedelta(days=400))
    with sqlite_world.db.write() as tx:
        tx.enqueue(CloseTestAttempts())
    sqlite_world.run_jobs()
    with sqlite_world.db.read() as tx:
        assert tx.scalar(select(Attempt.ended_at)) is None


def test_an_attempt_is_held_by_the_content_at_its_start(world: World) -> None:
    admin, early, late = world.admin(), world.student(is_premium=True), world.student(is_premium=True)
    test = full_test(admin, ("numeric", "multiple_choice"))
    ids = ids_by_type(test)
    begun = start(early, test)
    seen = early.get(f"{TESTS}/{test['id']}").json()["sections"]
    admin.put(f"{ADMIN}/questions/{ids['numeric']}", {"question_data": {"correct_answer": 5}, "marks": 4, "question_text": "Another"})
    admin.delete(f"{ADMIN}/questions/{ids['multiple_choice']}")
    admin.put(f"{ADMIN}/{test['id']}", {"title": "Renamed"})
    assert early.get(f"{TESTS}/{test['id']}").json()["sections"] == seen
    expect(submit(early, begun, answers(test, {"numeric": 73.5, "multiple_choice": "B"})), 200)
    other = start(late, test)
    expect(submit(late, other, answers(test, {"numeric": 73.5})), 200)
    assert expect(submit(late, other, answers(test, {"multiple_choice": "B"})), 400) == {
        "non_field_errors": [{"question_id": [f'Invalid pk "{ids["multiple_choice"]}" - object does not exist.']}]
    }
    first, second = finish(early, begun).json(), finish(late, other).json()
    assert (first["total_score"], first["max_score"], first["test_title"]) == (2.0, 2.0, "IELTS Reading 1")
    assert (second["total_score"], second["max_score"], second["test_title"]) == (0.0, 4.0, "Renamed")
    assert counted(world, Paper) == 2, "one for each content that somebody began, however many did"
    start(world.student(is_premium=True), test)
    assert counted(world, Paper) == 2


def test_a_deleted_test_is_hidden_and_its_attempts_go_on(world: World) -> None:
    admin, learner, other = world.admin(), world.student(is_premium=True), world.student(is_premium=True)
    test = full_test(admin, ("numeric",))
    attempt = start(learner, test)
    assert expect(admin.delete(f"{ADMIN}/{test['id']}"), 200)["title"] == "IELTS Reading 1"
    for person in (admin, other):
        assert person.get(f"{TESTS}/{test['id']}").status_code == 404
        assert person.get(f"{TESTS}/").json() == []
    assert admin.delete(f"{ADMIN}/{test['id']}").status_code == 404
    assert other.post(f"{TESTS}/{test['id']}/start").status_code == 404
    assert learner.get(f"{TESTS}/{test['id']}").json()["sections"][0]["questions"], "running access as before"
    expect(submit(learner, attempt, answers(test, {"numeric": 73.5})), 200)
    assert finish(learner, attempt).json()["is_passed"]
    assert learner.get(f"{TESTS}/{test['id']}").status_code == 404
    assert [each["total_score"] for each in learner.get(f"{TESTS}/attempts/me").json()] == [1.0]


def test_who_reads_an_attempt(sqlite_world: World) -> None:
    world = sqlite_world
    test, learner, other = full_test(world.admin(), ("numeric",)), world.student(is_premium=True), world.student(is_premium=True)
    attempt = start(learner, test)
    path = f"{TESTS}/attempts/{attempt['id']}"
    for person, status in ((learner, 200), (other, 404), (world.teacher(), 200), (world.admin(), 200)):
        assert person.get(path).status_code == status
    assert other.get(f"{TESTS}/attempts/me").json() == []
    for person, status in ((other, 404), (world.teacher(), 403), (world.admin(), 403)):
        assert submit(person, attempt, answers(test, {"numeric": 73.5})).status_code == status
        assert finish(person, attempt).status_code == status
    assert counted(world, Answer) == 0
    assert learner.get(f"{path}/result").json() == {"detail": "This attempt is still running."}
    assert [other.get(f"{path}/result").status_code, learner.get(f"{path}/result").status_code] == [404, 409]
    assert not learner.get(path).json()["is_completed"]


def test_own_attempts_come_newest_first_in_pages(sqlite_world: World) -> None:
    test, learner = full_test(sqlite_world.admin(), ("numeric",)), sqlite_world.student(is_premium=True)
    made = []
    for _ in range(3):
        made.append(start(learner, test)["id"])
        finish(learner, {"id": made[-1]})
    start(sqlite_world.student(is_premium=True), test)
    page = learner.get(f"{TESTS}/attempts/me?skip=1&limit=1")
    assert ([each["id"] for each in page.json()], page.headers["x-total-count"]) == ([made[1]], "3")


def test_a_test_without_questions_cannot_be_begun(sqlite_world: World) -> None:
    test, learner = make_test(sqlite_world.admin()), sqlite_world.student(is_premium=True)
    assert expect(learner.post(f"{TESTS}/{test['id']}/start"), 400) == {"detail": "This test has no questions yet."}
    assert learner.post(f"{TESTS}/999/start").status_code == 404


def test_grades(world: World) -> None:
    admin, teacher, learner = world.admin(), world.teacher(), world.student(is_premium=True)
    test = full_test(admin, ("essay", "numeric", "short_answer"))
    ids = ids_by_type(test)
    attempt = start(learner, test)
    submit(learner, attempt, answers(test, {"essay": "Long ago", "numeric": 1}))
    assert expect(grade(teacher, attempt, **{f"q{ids['essay']}": 3}), 409) == {"detail": "This attempt is still running."}
    result = finish(learner, attempt).json()
    essay = result["sections"][0]["answers"][0]
    assert (result["pending"], essay["score"], essay["is_correct"], essay["correct_answer"]) == (1, None, None, None)
    assert result["feedback"] == "Not passed, with 0%. Answers that wait for a teacher's grade: 1."
    assert [each["id"] for each in teacher.get(f"{ADMIN}/{test['id']}/attempts?pending=true").json()] == [attempt["id"]]

    assert grade(learner, attempt, **{f"q{ids['essay']}": 5}).status_code == 403
    graded = expect(grade(teacher, attempt, **{f"q{ids['essay']}": 3.25, f"q{ids['numeric']}": 1}), 200)
    assert (graded["total_score"], graded["max_score"], graded["pending"], graded["is_passed"]) == (4.25, 7.0, 0, True)
    assert graded == finish(learner, attempt).json() == learner.get(f"{TESTS}/attempts/{attempt['id']}/result").json()
    assert teacher.get(f"{ADMIN}/{test['id']}/attempts?pending=true").json() == []
    assert expect(grade(teacher, attempt, **{f"q{ids['essay']}": 5}), 200)["total_score"] == 6.0
    newest, first, *_ = admin.get("/api/v1/admin/audit").json()
    assert (newest["kind"], newest["object_id"], newest["actor_id"]) == ("test_attempt", attempt["id"], teacher.id)
    assert (newest["before"], newest["after"]) == ({str(ids["essay"]): 3.25}, {str(ids["essay"]): 5.0})
    assert first["before"] == {str(ids["essay"]): None, str(ids["numeric"]): 0.0}


def test_wrong_grades_change_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    teacher, learner = world.teacher(), world.student(is_premium=True)
    test = full_test(world.admin(), ("essay", "numeric", "short_answer"))
    ids = ids_by_type(test)
    attempt = start(learner, test)
    submit(learner, attempt, answers(test, {"essay": "Long ago", "numeric": 1}))
    before = finish(learner, attempt).json()
    sent = [
        {"question_id": ids["numeric"], "score": 1},
        {"question_id": ids["essay"], "score": 5.01},
        {"question_id": 999, "score": 1},
        {"question_id": ids["short_answer"], "score": 1},
        {"question_id": ids["numeric"], "score": 0},
    ]
    path = f"{TESTS}/attempts/{attempt['id']}/grade"
    assert expect(teacher.post(path, sent), 400) == {
        "non_field_errors": [
            {},
            {"score": ["Ensure this value is less than or equal to 5.0."]},
            {"question_id": ['Invalid pk "999" - object does not exist.']},
            {"question_id": ["This question was not answered."]},
            {"question_id": ["This question is answered twice."]},
        ]
    }
    for bad in (
        [{"question_id": ids["essay"], "score": -1}],
        [{"question_id": ids["essay"], "score": 1.001}],
        [{"question_id": ids["essay"], "score": "nan"}],
        [],
        {},
        [1],
        [{}],
    ):
        assert teacher.post(path, bad).status_code == 400
    assert teacher.post(f"{TESTS}/attempts/999/grade", sent).status_code == 404
    assert learner.get(f"{TESTS}/attempts/{attempt['id']}/result").json() == before
    assert world.admin().get("/api/v1/admin/audit").json() == []
