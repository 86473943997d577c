"""Grades that staff give: essays, and what they judge otherwise than the key does."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import bindparam, select, update

from bilim.accounts import audit
from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, FieldProblems, Invalid, Problem, unknown_id
from bilim.quiz import access
from bilim.quiz.actions.closing import close
from bilim.quiz.inputs import AttemptGraded, AttemptGradeInput, require_some
from bilim.quiz.models import Attempt
from bilim.quiz.queries.attempts import answers_of, scores_of
from bilim.quiz.queries.papers import key_of
from bilim.quiz.rules.papers import Key
from bilim.quiz.rules.results import to_hundredths, to_score

_SCORES = Prepared(select(Attempt.scores).where(Attempt.id == bindparam("attempt_id")))


@requires(Role.TEACHER)
def grade_attempt(tx: Tx, actor: Actor, attempt_id: int, grades: list[AttemptGradeInput]) -> None:
    """Give answers of an attempt that is over their scores; a later grade replaces an earlier one. All are given or none, and audited.

    Raises:
        NotFound: there is no such attempt.
        Conflict: it is running.
        Invalid: a question of another test, one that is not answered or named twice, or more than the question's marks.
    """
    require_some(grades, least=1)
    held = access.lock_attempt(tx, actor, attempt_id)
    if not held.is_over(tx.now):
        raise Conflict("attempt_running")
    if held.ended_at is None:
        close(tx, [held], tx.now)
    key = key_of(tx, held.paper_id, held.digest)
    answered = answers_of(tx, [held.id]).get(held.id, {}).keys()
    given = _read_all(key, answered, grades)
    scores = scores_of(tx.scalar(_SCORES, {"attempt_id": held.id}))
    before = {question_id: scores.get(question_id) for question_id in given}
    scores |= given
    graded = {"scores": msgspec.json.encode(scores).decode(), "total_score": sum(scores.values()), "pending": len(answered - scores.keys())}
    tx.execute(update(Attempt).where(Attempt.id == held.id).values(**graded, graded_by=actor.id, graded_at=tx.now))
    audit.record_change(tx, actor, "test_attempt", held.id, _named(before), _named(given))
    if not graded["pending"]:
        tx.enqueue(AttemptGraded(held.id))


def _read_all(key: Key, answered: Collection[int], grades: list[AttemptGradeInput]) -> dict[int, int]:
    """The scores in hundredths, by question."""
    given: dict[int, int] = {}
    problems: list[FieldProblems] = []
    for grade in grades:
        problem = _problem(key, answered, given, grade)
        problems.append(problem)
        if not problem:
            given[grade.question_id] = to_hundredths(grade.score)
    if any(problems):
        raise Invalid({"non_field_errors": problems})
    return given


def _problem(key: Key, answered: Collection[int], given: dict[int, int], grade: AttemptGradeInput) -> FieldProblems:
    question = key.questions.get(grade.question_id)
    if question is None:
        return {"question_id": [unknown_id(grade.question_id)]}
    if grade.question_id in given:
        return {"question_id": [Problem("question_twice")]}
    if grade.question_id not in answered:
        return {"question_id": [Problem("not_answered")]}
    if to_hundredths(grade.score) > question.marks:
        return {"score": [Problem("too_great", {"bound": to_score(question.marks)})]}
    return {}


def _named(scores: Mapping[int, int | None]) -> dict[str, float | None]:
    return {str(question_id): None if score is None else to_score(score) for question_id, score in scores.items()}
