"""Who may call what, stated once; and what the constraints of the tables refuse."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bilim.kit.access import rule_of
from bilim.kit.actors import Role
from bilim.quiz import access, flows, inputs
from bilim.quiz.actions import authoring, closing, grading, imports, papers, taking
from bilim.quiz.models import Answer, Attempt, Paper, Question, Section
from bilim.quiz.models import Test as QuizTest
from bilim.quiz.queries import analysis, attempts, results
from bilim.quiz.queries import papers as paper_queries
from bilim.quiz.queries import tests as queries
from conftest import NOON
from guarded import public_functions, require_guarded, require_named_fields
from quiz_school import full_test, start
from world import World


def test_every_function_says_who_may_call_it_and_holds_to_it() -> None:
    require_guarded(authoring, closing, grading, imports, papers, taking, analysis, attempts, results, paper_queries)
    assert [function.__name__ for function in public_functions(flows)] == ["import_questions"]


def test_what_tells_answers_needs_staff() -> None:
    for function in (*public_functions(analysis), queries.staff_test, queries.section_with_key, queries.question_with_key):
        rule = rule_of(function)
        assert rule is not None
        assert rule.role is Role.TEACHER
    for function in public_functions(authoring):
        rule = rule_of(function)
        assert rule is not None
        assert rule.is_internal or rule.role is Role.ADMIN
    assert rule_of(access.lock_attempt).role is Role.TEACHER  # type: ignore[union-attr]


def test_inputs_are_filled_by_name() -> None:
    require_named_fields(inputs)


OVER = {"ended_at": NOON, "total_score": 0, "scores": "{}"}


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (QuizTest, {"duration_minutes": -1}),
        (Section, {"duration_minutes": -1}),
        (Section, {"order_index": -1}),
        (Question, {"question_type": "riddle"}),
        (Question, {"marks": -1}),
        (Question, {"order_index": -1}),
        (Paper, {}),
        (Attempt, {"ends_at": NOON}),
        (Attempt, {}),
        (Attempt, OVER | {"ended_at": NOON - timedelta(minutes=1)}),
        (Attempt, OVER | {"ended_at": NOON + timedelta(minutes=61)}),
        (Attempt, OVER | {"total_score": None}),
        (Attempt, OVER | {"scores": None}),
        (Attempt, OVER | {"total_score": 101}),
        (Attempt, OVER | {"total_score": -1}),
        (Attempt, OVER | {"pending": -1}),
        (Attempt, OVER | {"paper_id": 99}),
        (Attempt, OVER | {"test_id": 99}),
        (Answer, {"attempt_id": 99}),
    ],
)
def test_the_database_refuses_what_must_not_be(world: World, table: Any, values: dict[str, Any]) -> None:
    test, learner = full_test(world.admin(), ("numeric",)), world.student(is_premium=True)
    start(learner, test)
    with world.db.read() as tx:
        stored = tx.execute(select(table.__table__)).mappings().first()
    good: dict[str, Any] = dict(stored) if stored else {"question_id": 1, "data": "{}"}
    good.pop("id", None)
    if table is Attempt:
        good |= {"started_at": NOON, "ends_at": NOON + timedelta(hours=1), "max_score": 100}
    with pytest.raises(IntegrityError), world.db.write() as tx:
        tx.execute(insert(table).values(good | values))
