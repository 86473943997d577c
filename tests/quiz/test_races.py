"""Many do the same thing in an attempt at the same moment."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select, update

from at_once import at_once, statuses
from bilim.quiz.actions.closing import close_due
from bilim.quiz.models import Answer, Attempt, Paper
from quiz_school import ADMIN, TESTS, add_question, add_section, answers, finish, full_test, grade, ids_by_type, make_test, start, submit
from world import World


def counted(world: World, table: Any) -> int:
    with world.db.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


def test_many_starts_at_once_begin_one_attempt(world: World) -> None:
    test, learner = full_test(world.admin(), ("numeric",)), world.student(is_premium=True)
    heard = at_once([partial(learner.post, f"{TESTS}/{test['id']}/start")] * 30)
    assert statuses(heard) == {201: 1, 200: 29}
    assert len({answer.json()["id"] for answer in heard}) == 1
    assert (counted(world, Attempt), counted(world, Paper)) == (1, 1)


def test_a_class_that_begins_at_once_has_one_paper(world: World) -> None:
    test = full_test(world.admin())
    learners = [world.student(is_premium=True) for _ in range(20)]
    heard = at_once([partial(learner.post, f"{TESTS}/{test['id']}/start") for learner in learners])
    assert statuses(heard) == {201: 20}
    assert (counted(world, Attempt), counted(world, Paper)) == (20, 1)


def test_a_hundred_submits_at_once_lose_nothing(world: World) -> None:
    admin, learner = world.admin(), world.student(is_premium=True)
    test = make_test(admin)
    section = add_section(admin, test["id"])
    questions = [add_question(admin, section["id"])["id"] for _ in range(25)]
    attempt = start(learner, test)
    sent = [
        [{"question_id": question_id, "answer_data": {"answer": "B"}}, {"question_id": questions[0], "answer_data": {"answer": "C"}}]
        for question_id in questions[1:] * 4
    ]
    heard = at_once([partial(submit, learner, attempt, each) for each in [*sent, *sent[:4]]])
    assert statuses(heard) == {200: 100}
    result = finish(learner, attempt).json()
    assert (result["total_score"], result["max_score"], counted(world, Answer)) == (24.0, 25.0, 25)


def test_finishing_at_once_has_one_result(world: World) -> None:
    test, learner = full_test(world.admin()), world.student(is_premium=True)
    attempt = start(learner, test)
    submit(learner, attempt, answers(test, {"numeric": 73.5, "essay": "Text"}))
    heard = at_once([partial(finish, learner, attempt)] * 20)
    assert statuses(heard) == {200: 20}
    assert len({answer.content for answer in heard}) == 1
    assert heard[0].content == learner.get(f"{TESTS}/attempts/{attempt['id']}/result").content


def test_every_acknowledged_answer_is_in_the_result(world: World) -> None:
    admin, learner = world.admin(), world.student(is_premium=True)
    test = make_test(admin)
    section = add_section(admin, test["id"])
    questions = [add_question(admin, section["id"])["id"] for _ in range(30)]
    attempt = start(learner, test)
    calls = [partial(submit, learner, attempt, [{"question_id": each, "answer_data": {"answer": "B"}}]) for each in questions]
    heard = at_once([*calls[:15], partial(finish, learner, attempt), *calls[15:]])
    finished = heard.pop(15)
    assert finished.status_code == 200
    assert statuses(heard).keys() <= {200, 409}
    kept = [question_id for question_id, answer in zip(questions, heard, strict=True) if answer.status_code == 200]
    (section_result,) = finished.json()["sections"]
    assert [answer["question_id"] for answer in section_result["answers"] if answer["user_answer"]] == kept
    assert counted(world, Answer) == len(kept) == finished.json()["total_score"]


def test_sweeps_and_finishing_at_once_close_each_attempt_once(world: World) -> None:
    test = full_test(world.admin(), ("numeric",))
    learners = [world.student(is_premium=True) for _ in range(6)]
    attempts = [start(learner, test) for learner in learners]
    for learner, attempt in zip(learners, attempts, strict=True):
        submit(learner, attempt, answers(test, {"numeric": 73.5}))
    with world.db.write() as tx:
        tx.execute(update(Attempt).values(started_at=tx.now - timedelta(hours=3), ends_at=tx.now - timedelta(hours=2)))

    def sweep() -> Any:
        with world.db.write() as tx:
            return close_due(tx)

    calls: list[Any] = [sweep] * 3 + [partial(finish, learner, attempt) for learner, attempt in zip(learners, attempts, strict=True)]
    heard = at_once(calls)
    assert statuses(heard[3:]) == {200: 6}
    assert {answer.json()["total_score"] for answer in heard[3:]} == {1.0}
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Attempt).where(Attempt.ended_at == Attempt.ends_at)) == 6


def test_two_teachers_at_once_grade_different_answers(world: World) -> None:
    admin, learner = world.admin(), world.student(is_premium=True)
    test = make_test(admin)
    section = add_section(admin, test["id"])
    essays = [add_question(admin, section["id"], "essay")["id"] for _ in range(8)]
    attempt = start(learner, test)
    submit(learner, attempt, [{"question_id": each, "answer_data": {"answer": "Text"}} for each in essays])
    finish(learner, attempt)
    teachers = [world.teacher() for _ in essays]
    calls = [partial(grade, teacher, attempt, **{f"q{each}": 3}) for teacher, each in zip(teachers, essays, strict=True)]
    assert statuses(at_once(calls)) == {200: 8}
    result = finish(learner, attempt).json()
    assert (result["total_score"], result["pending"]) == (24.0, 0)


def test_an_edit_while_people_begin_gives_each_a_whole_paper(world: World) -> None:
    admin = world.admin()
    test = full_test(admin, ("numeric",))
    number = ids_by_type(test)["numeric"]
    learners = [world.student(is_premium=True) for _ in range(12)]
    begins = [partial(learner.post, f"{TESTS}/{test['id']}/start") for learner in learners]
    edits = [partial(admin.put, f"{ADMIN}/questions/{number}", {"marks": marks}) for marks in range(2, 8)]
    heard = at_once([*begins, *edits])
    assert statuses(heard) == {201: 12, 200: 6}
    for learner, begun in zip(learners, heard, strict=False):
        attempt = begun.json()
        submit(learner, attempt, answers(test, {"numeric": 73.5}))
        result = finish(learner, attempt).json()
        assert result["total_score"] == result["max_score"] == attempt["max_score"]
