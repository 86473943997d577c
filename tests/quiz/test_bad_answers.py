"""What is not an answer to a question is refused, and none of what came with it is saved."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bilim.quiz.models import Answer
from quiz_school import DATA, TESTS, answers, expect, finish, full_test, ids_by_type, start, submit
from world import World

MANY = "x" * 1_000_000


@pytest.mark.parametrize(
    ("question_type", "answer", "problem"),
    [
        ("multiple_choice", "D", "There is no option D."),
        ("multiple_choice", "BB", "There is no option BB."),
        ("multiple_choice", ["B"], "Not a valid string."),
        ("multiple_choice", "B" * 11, "Ensure this field has no more than 10 characters."),
        ("multiple_select", "A", "Expected a list of items."),
        ("multiple_select", ["A", "E"], "There is no option E."),
        ("multiple_select", [1], "Not a valid string."),
        ("multiple_select", ["A"] * 27, "Ensure this field has no more than 26 items."),
        ("true_false_not_given", "MAYBE", "Write TRUE, FALSE or NOT GIVEN."),
        ("true_false_not_given", True, "Not a valid string."),
        ("short_answer", "heron", "Expected a list of items."),
        ("short_answer", ["a", "b"], "Ensure this field has no more than 1 items."),
        ("gap_fill", ["x" * 501], "Ensure this field has no more than 500 characters."),
        ("gap_fill", [["nested"]], "Not a valid string."),
        ("matching", ["C"], "Invalid data. Expected a dictionary."),
        ("matching", {"3": "A"}, "There is no question 3."),
        ("matching", {"1": "D"}, "There is no option D."),
        ("matching", {"1": 2}, "Not a valid string."),
        ("ordering", [0, 1], "Name every item once, by its place from 0."),
        ("ordering", [0, 1, 1], "Name every item once, by its place from 0."),
        ("ordering", [0, 1, 3], "Name every item once, by its place from 0."),
        ("ordering", ["a"], "A valid integer is required."),
        ("numeric", "many", "A valid number is required."),
        ("numeric", "nan", "A valid number is required."),
        ("numeric", "inf", "A valid number is required."),
        ("numeric", 1e300, "A valid number is required."),
        ("essay", MANY, "Ensure this field has no more than 50000 characters."),
        ("essay", {"text": "x"}, "Not a valid string."),
    ],
)
def test_an_answer_of_the_wrong_shape_names_its_field(sqlite_world: World, question_type: str, answer: Any, problem: str) -> None:
    test, learner = full_test(sqlite_world.admin()), sqlite_world.student(is_premium=True)
    attempt = start(learner, test)
    good = "numeric" if question_type != "numeric" else "essay"
    sent = answers(test, {good: 3 if good == "numeric" else "Text", question_type: answer})
    refused = expect(submit(learner, attempt, sent), 400)
    assert refused == {"non_field_errors": [{}, {"answer_data": {"answer": [problem]}}]}
    assert learner.get(f"{TESTS}/attempts/{attempt['id']}").json()["answers"] == [], "nothing of it is saved"


@pytest.mark.parametrize("question_type", DATA)
@pytest.mark.parametrize("data", [{}, {"answers": "B"}])
def test_an_answer_without_an_answer_names_it(sqlite_world: World, question_type: str, data: Any) -> None:
    test, learner = full_test(sqlite_world.admin(), (question_type,)), sqlite_world.student(is_premium=True)
    sent = [{"question_id": ids_by_type(test)[question_type], "answer_data": data}]
    refused = expect(submit(learner, start(learner, test), sent), 400)
    assert refused == {"non_field_errors": [{"answer_data": {"answer": ["This field is required."]}}]}


def test_bodies_that_are_no_answers(sqlite_world: World) -> None:
    test, learner = full_test(sqlite_world.admin(), ("numeric",)), sqlite_world.student(is_premium=True)
    attempt, number = start(learner, test), ids_by_type(test)["numeric"]
    for body in (
        {},
        {"question_id": number},
        "text",
        [1],
        [None],
        [{"answer_data": {"answer": 1}}],
        [{"question_id": "x", "answer_data": {}}],
        [{"question_id": 2**63, "answer_data": {"answer": 1}}],
        [{"question_id": number, "answer_data": [1]}],
        [{"question_id": number}],
        [{"question_id": number, "answer_data": {"answer": 1}}] * 2,
        [{"question_id": number, "answer_data": {"answer": 1}}] * 501,
    ):
        assert submit(learner, attempt, body).status_code == 400, body  # type: ignore[arg-type]
    nul = submit(learner, attempt, [{"question_id": number, "answer_data": {"answer": "\0"}}])
    assert nul.status_code == 400
    assert learner.get(f"{TESTS}/attempts/{attempt['id']}").json()["answers"] == []


def test_questions_of_another_test_are_unknown(world: World) -> None:
    admin, learner = world.admin(), world.student(is_premium=True)
    test, other = full_test(admin, ("numeric",)), full_test(admin, ("numeric",))
    attempt = start(learner, test)
    sent = answers(test, {"numeric": 73.5}) + answers(other, {"numeric": 73.5})
    refused = expect(submit(learner, attempt, sent), 400)
    assert refused == {
        "non_field_errors": [{}, {"question_id": [f'Invalid pk "{ids_by_type(other)["numeric"]}" - object does not exist.']}]
    }
    assert finish(learner, attempt).json()["total_score"] == 0


def test_a_finished_attempt_takes_no_answers(world: World) -> None:
    test, learner = full_test(world.admin(), ("numeric",)), world.student(is_premium=True)
    attempt = start(learner, test)
    result = finish(learner, attempt).json()
    assert expect(submit(learner, attempt, answers(test, {"numeric": 73.5})), 409) == {"detail": "This attempt is over."}
    assert submit(learner, {"id": 999}, []).status_code == finish(learner, {"id": 999}).status_code == 404
    assert finish(learner, attempt).json() == result
    with world.db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Answer)) == 0
