"""Homework under many hands: one row a student, no grade lost, nothing changed after a grade."""

from functools import partial

from at_once import at_once, statuses
from bilim.homework.models import Assignment, HomeworkFile
from homework_school import HOMEWORK, PDF, School, grade, speak, submit
from world import World

MANY = 50


def test_handed_in_by_many_requests_at_once_there_is_one_submission(world: World) -> None:
    school = School(world)
    homework = school.homework()
    answers = at_once([partial(submit, school.student, homework["id"], f"{number}", ("a.pdf", PDF)) for number in range(MANY)])
    assert statuses(answers) == {201: MANY}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert school.counted(Assignment, HomeworkFile) == [1, 1]
    (kept,) = school.student.get(f"{HOMEWORK}/submissions/me").json()
    (last,) = [answer.json() for answer in answers if answer.json()["files"][0]["id"] == kept["files"][0]["id"]]
    assert last["content"] == kept["content"], "text and file are of one request"
    world.run_jobs()
    assert len(school.claimed()) == len(world.uploads()) == 1


def test_assigned_by_many_requests_at_once_there_is_one_assignment_each(world: World) -> None:
    school = School(world)
    homework, people = school.homework(), [school.student.id, *(world.student().id for _ in range(4))]
    path = f"{HOMEWORK}/{homework['id']}/assign"
    calls = [partial(school.teacher.post, path, {"user_ids": people[:: -1 if number % 2 else 1]}) for number in range(20)]
    answers = at_once(calls)
    assert statuses(answers) == {201: 1, 200: 19}
    assert school.counted(Assignment) == [5]


def test_a_grade_that_meets_submissions_stands_and_nothing_changes_after_it(world: World) -> None:
    school = School(world)
    for number in range(5):
        homework = school.homework()
        submission = school.submitted(homework, text="0")
        calls = [partial(submit, school.student, homework["id"], f"{each}", ("a.pdf", PDF)) for each in range(1, 5)]
        calls.insert(number % 5, partial(grade, school.teacher, submission["id"], 77))
        answers = at_once([*calls, partial(speak, school.student, homework["id"])])
        assert statuses(answers).keys() <= {200, 201, 409}
        graded = next(answer.json() for answer in answers if answer.status_code == 200)
        kept = next(row for row in school.student.get(f"{HOMEWORK}/user/me").json() if row["id"] == submission["id"])
        assert (kept["status"], kept["score"]) == ("graded", 77)
        assert [kept[name] for name in ("content", "submitted_at")] == [graded[name] for name in ("content", "submitted_at")]
        assert [file["id"] for file in kept["files"]] == [file["id"] for file in graded["files"]]
    world.run_jobs()
    assert len(world.uploads()) == len(school.claimed()) == school.counted(HomeworkFile)[0]


def test_homework_deleted_while_it_is_handed_in_is_hidden_or_gone(world: World) -> None:
    school = School(world)
    for _ in range(5):
        homework = school.homework()
        delete = partial(school.teacher.delete, f"{HOMEWORK}/{homework['id']}")
        handed_in, deleted = at_once([partial(submit, school.student, homework["id"], "1", ("a.pdf", PDF)), delete])
        assert (handed_in.status_code, deleted.status_code) in {(201, 204), (404, 204)}, handed_in.text
        assert school.teacher.get(f"{HOMEWORK}/{homework['id']}").status_code == 404
        rows = [row["homework_id"] for row in school.student.get(f"{HOMEWORK}/submissions/me").json()]
        assert (homework["id"] in rows) == (handed_in.status_code == 201)
    world.run_jobs()
    assert len(world.uploads()) == len(school.claimed()) == school.counted(HomeworkFile)[0]


def test_points_lowered_while_grades_are_given_stay_above_every_grade(world: World) -> None:
    school = School(world)
    for _ in range(5):
        homework = school.homework()
        submission = school.submitted(homework)
        lower = partial(school.teacher.patch, f"{HOMEWORK}/{homework['id']}", {"max_score": 50})
        answers = at_once([partial(grade, school.teacher, submission["id"], 90), lower])
        assert statuses(answers) == {200: 1, 400: 1}
