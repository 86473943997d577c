"""Tests and attempts in the learning surface's words (document 000, tag `tests`)."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from bilim.accounts.shapes import UserOut, user_out
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.answers import WithStatus
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.quiz.actions import grading, taking
from bilim.quiz.inputs import AttemptGradeInput, SubmittedAnswer, kind_of
from bilim.quiz.queries import attempts, results, tests
from bilim.quiz.queries.attempts import AttemptView
from bilim.quiz.queries.results import ResultView, TestSectionResult
from bilim.quiz.queries.tests import TestView, TestWithKey
from bilim.quiz.rules.papers import raw
from bilim.quiz.rules.results import to_score
from bilim.texts import text

TestType = Annotated[Annotated[str, Meta(max_length=50)] | None, QueryParameter(description="Only tests of this type, such as `ielts`.")]


class TestAnswerOut(Struct, gc=False):
    """An answer of an attempt; `score` is null while the attempt runs, and until a person has graded it."""

    attempt_id: int
    question_id: int
    answer_data: msgspec.Raw
    score: float | None


class AttemptOut(Struct):
    """An attempt. `end_time` is null while it runs, `deadline` where the test has no limit of time.

    `total_score`, `percentage` and `is_passed` are of what is graded so far; `pending` answers wait for a person.
    """

    id: int
    test_id: int
    test_title: str
    user_id: int
    start_time: datetime
    end_time: datetime | None
    deadline: datetime | None
    time_spent_seconds: int
    is_completed: bool
    total_score: float
    max_score: float
    percentage: float
    is_passed: bool
    pending: int
    answers: list[TestAnswerOut]
    user: UserOut


class TestResultOut(Struct):
    """What came of an attempt, by section. While `pending` answers wait for a grade, `total_score` and `is_passed` may still rise."""

    attempt_id: int
    test_id: int
    test_title: str
    total_score: float
    max_score: float
    percentage: float
    is_passed: bool
    pending: int
    sections: list[TestSectionResult]
    feedback: str


class SavedOut(Struct):
    """How many answers were saved, in words."""

    msg: str


def attempt_out(view: AttemptView) -> AttemptOut:
    """An attempt as its owner and staff see it."""
    row, scores = view.row, view.scores
    return AttemptOut(
        id=row.id,
        test_id=row.test_id,
        test_title=row.test_title,
        user_id=row.user.id,
        start_time=row.started_at,
        end_time=view.ended_at,
        deadline=row.ends_at,
        time_spent_seconds=view.spent_seconds,
        is_completed=view.ended_at is not None,
        total_score=to_score(view.total),
        max_score=to_score(row.max_score),
        percentage=view.percentage,
        is_passed=view.is_passed,
        pending=view.pending,
        answers=[
            TestAnswerOut(row.id, question_id, raw(stored), None if (score := scores.get(question_id)) is None else to_score(score))
            for question_id, stored in view.answers.items()
        ],
        user=user_out(row.user),
    )


def _result_out(view: ResultView) -> TestResultOut:
    found = view.attempt
    return TestResultOut(
        attempt_id=found.row.id,
        test_id=found.row.test_id,
        test_title=view.title,
        total_score=to_score(found.total),
        max_score=to_score(found.row.max_score),
        percentage=found.percentage,
        is_passed=found.is_passed,
        pending=found.pending,
        sections=view.sections,
        feedback=_feedback(found),
    )


def _feedback(found: AttemptView) -> str:
    said = text("test_passed" if found.is_passed else "test_failed", {"percent": f"{found.percentage:g}"})
    return f"{said} {text('test_pending', {'count': found.pending})}" if found.pending else said


_GOES_ON = {"answers": {"200": "The attempt that runs"}}


@get("/api/v1/tests", opt=may(tests.tests), tags=["tests"])
@work
def list_tests(
    tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT, test_type: TestType = None
) -> RowStream[TestView]:
    """Tests with their sections, without questions."""
    return tests.tests(tx, actor, page(skip, limit), None if test_type is None else kind_of(test_type))


@get("/api/v1/tests/ielts", opt=may(tests.tests), tags=["tests"])
@work
def list_ielts_tests(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[TestView]:
    """IELTS tests with their sections, without questions."""
    return tests.tests(tx, actor, page(skip, limit), "ielts")


@get("/api/v1/tests/toefl", opt=may(tests.tests), tags=["tests"])
@work
def list_toefl_tests(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[TestView]:
    """TOEFL tests with their sections, without questions."""
    return tests.tests(tx, actor, page(skip, limit), "toefl")


@get("/api/v1/tests/{test_id:int}", opt=may(tests.test) | RUN_IN_LOOP, tags=["tests"])
@work
def read_test(tx: Tx, actor: Actor | None, test_id: PathId) -> TestView | TestWithKey:
    """One test with its sections; questions for staff, and for whoever has an attempt as they were at its start, without the answers."""
    return tests.test(tx, actor, test_id)


@post("/api/v1/tests/{test_id:int}/start", opt=may(taking.start_attempt) | _GOES_ON, tags=["tests"])
@work
def start_attempt(tx: Tx, actor: Actor, test_id: PathId) -> WithStatus[AttemptOut]:
    """Begin an attempt; 200 with the running one where the caller is in the middle of it."""
    begun = taking.start_attempt(tx, actor, test_id)
    return WithStatus(attempt_out(attempts.attempt(tx, actor, begun.attempt_id)), 201 if begun.is_new else 200)


@get("/api/v1/tests/attempts/me", opt=may(attempts.own_attempts) | RUN_IN_LOOP, tags=["tests"])
@work
def list_own_attempts(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[AttemptOut]:
    """The caller's own attempts with their answers, newest first."""
    return attempts.own_attempts(tx, actor, page(skip, limit)).map(attempt_out)


@get("/api/v1/tests/attempts/{attempt_id:int}", opt=may(attempts.attempt) | RUN_IN_LOOP, tags=["tests"])
@work
def read_attempt(tx: Tx, actor: Actor, attempt_id: PathId) -> AttemptOut:
    """One attempt with its answers: the caller's own, or anybody's for staff."""
    return attempt_out(attempts.attempt(tx, actor, attempt_id))


@get("/api/v1/tests/attempts/{attempt_id:int}/result", opt=may(results.result) | RUN_IN_LOOP, tags=["tests"])
@work
def read_result(tx: Tx, actor: Actor, attempt_id: PathId) -> TestResultOut:
    """What came of an attempt that is over, with what is right: of the caller's own, or of anybody's for staff."""
    return _result_out(results.result(tx, actor, attempt_id))


@post("/api/v1/tests/attempts/{attempt_id:int}/submit", status_code=200, opt=may(taking.submit_answers), tags=["tests"])
@work
def submit_answers(tx: Tx, actor: Actor, attempt_id: PathId, data: list[SubmittedAnswer]) -> SavedOut:
    """Save answers, as often as one likes: the last one to a question counts."""
    return SavedOut(text("answers_saved", {"count": taking.submit_answers(tx, actor, attempt_id, data)}))


@post("/api/v1/tests/attempts/{attempt_id:int}/finish", status_code=200, opt=may(taking.finish_attempt), tags=["tests"])
@work
def finish_attempt(tx: Tx, actor: Actor, attempt_id: PathId) -> TestResultOut:
    """Finish an attempt and get the results; of one that is over, the same again."""
    taking.finish_attempt(tx, actor, attempt_id)
    return _result_out(results.result(tx, actor, attempt_id))


@post("/api/v1/tests/attempts/{attempt_id:int}/grade", status_code=200, opt=may(grading.grade_attempt), tags=["tests"])
@work
def grade_attempt(tx: Tx, actor: Actor, attempt_id: PathId, data: list[AttemptGradeInput]) -> TestResultOut:
    """Give answers of an attempt that is over their scores; a later grade replaces an earlier one."""
    grading.grade_attempt(tx, actor, attempt_id, data)
    return _result_out(results.result(tx, actor, attempt_id))


ROUTES = [
    list_tests,
    list_ielts_tests,
    list_toefl_tests,
    read_test,
    start_attempt,
    list_own_attempts,
    read_attempt,
    read_result,
    submit_answers,
    finish_attempt,
    grade_attempt,
]
