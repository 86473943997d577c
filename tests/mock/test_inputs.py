"""Who may call what, stated once; and what the constraints of the tables refuse."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bilim.kit.access import rule_of
from bilim.kit.actors import Role
from bilim.mock import access, flows
from bilim.mock.actions import answers, closing, keys, scores, sessions, tests
from bilim.mock.models import MockAnswer, MockKey, MockScore, MockSection, MockSession, MockTest
from bilim.mock.queries import analysis
from bilim.mock.queries import answers as answer_queries
from bilim.mock.queries import keys as key_queries
from bilim.mock.queries import sessions as session_queries
from bilim.mock.queries import tests as test_queries
from conftest import NOON
from guarded import public_functions, require_guarded
from mock_school import make_test, start
from world import World


def test_every_function_says_who_may_call_it_and_holds_to_it() -> None:
    require_guarded(
        access,
        answers,
        closing,
        keys,
        scores,
        sessions,
        tests,
        analysis,
        answer_queries,
        key_queries,
        session_queries,
        test_queries,
    )
    assert [function.__name__ for function in public_functions(flows)] == ["start"]


def test_what_students_never_see_needs_a_teacher() -> None:
    for function in (*public_functions(analysis), key_queries.keys, key_queries.marking, answer_queries.answered_sessions, keys.set_key):
        rule = rule_of(function)
        assert rule is not None
        assert rule.role is Role.TEACHER


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (MockSection, {"kind": "speaking", "file": "a", "duration": 1, "question_count": 1}),
        (MockSection, {"kind": "reading", "file": "a", "duration": 1, "question_count": 1}),
        (MockSection, {"kind": "reading", "file": "a", "audio_file": "b", "duration": 1, "question_count": 1}),
        (MockSession, {"ends_at": NOON}),
        (MockSession, {"ended_at": NOON - timedelta(minutes=1)}),
        (MockSession, {"ended_at": NOON + timedelta(minutes=2)}),
        (MockSession, {"sequence": -1, "ended_at": NOON}),
        (MockSession, {}),
        (MockAnswer, {"section": "writing"}),
        (MockAnswer, {"section": "reading", "band": 19, "raw_score": 1, "key_version": 1}),
        (MockAnswer, {"section": "reading", "raw_score": 1}),
        (MockScore, {"listening": 19, "overall": 5}),
        (MockScore, {"listening": 1, "overall": 5}),
        (MockKey, {"section": "writing", "settled_version": 0}),
        (MockKey, {"section": "reading", "settled_version": 2}),
    ],
    ids=str,
)
def test_the_database_refuses_what_must_not_be(world: World, table: Any, values: dict[str, Any]) -> None:
    teacher, student = world.teacher(), world.student()
    start(student, make_test(teacher))
    made = {"created_at": NOON, "updated_at": NOON}
    with world.db.write() as tx, pytest.raises(IntegrityError):
        test_id, session_id = tx.scalar(select(MockTest.id)), tx.scalar(select(MockSession.id))
        usual: dict[Any, dict[str, Any]] = {
            MockSection: {"test_id": test_id, **made},
            MockSession: {
                "public_id": uuid4(),
                "test_id": test_id,
                "user_id": student.id,
                "started_at": NOON,
                "ends_at": NOON + timedelta(minutes=1),
                "sequence": 0,
            },
            MockAnswer: {"session_id": session_id, "answers": {}, **made},
            MockScore: {"session_id": session_id, "reading": 5, "writing": 5, "speaking": 5, "created_by": teacher.id, **made},
            MockKey: {"test_id": test_id, "answers": {}, "version": 1, "changed": 0, "updated_by": teacher.id, "updated_at": NOON},
        }
        tx.execute(insert(table).values(**usual[table] | values))
