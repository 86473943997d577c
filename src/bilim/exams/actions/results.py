"""Checking and deleting results. Deletions, and changes of a result that was checked before, are audited."""

from typing import Any

from msgspec import Struct
from sqlalchemy import delete, select, update

from bilim.accounts import audit
from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.exams.inputs import ExamChecked, MarkInput, ResultChanges
from bilim.exams.models import ExamAnswer, ExamEntry, ExamResult
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid, Problem, unknown_id
from bilim.kit.inputs import value_or


class _HeldResult(Struct):
    """The columns of a locked result that a change needs."""

    exam_id: int
    student_id: int
    correct_answers: int
    total_questions: int
    is_checked: bool


_HELD = select_into(
    _HeldResult,
    exam_id=ExamResult.exam_id,
    student_id=ExamResult.student_id,
    correct_answers=ExamResult.correct_answers,
    total_questions=ExamResult.total_questions,
    is_checked=ExamResult.is_checked,
).with_for_update()


@requires(Role.TEACHER)
def check_result(tx: Tx, actor: Actor, result_id: int, changes: ResultChanges) -> None:
    """Mark answers of a result, and say whether it was looked through; what is left out stays. The score follows the marks.

    Raises:
        NotFound: there is none.
        Invalid: answers of another result, or one named twice.
    """
    held = tx.fetch_one(_HELD.where(ExamResult.id == result_id))
    marks = value_or(changes.answers, [])
    stored = _marks_of(tx, result_id)
    if problems := _marks_problem(stored, marks):
        raise Invalid({"answers": problems})
    changed = {mark.id: mark.is_correct for mark in marks if mark.is_correct != stored[mark.id]}
    is_checked = value_or(changes.is_checked, held.is_checked)
    if changed:
        tx.execute(update(ExamAnswer).where(ExamAnswer.id.in_(list(changed))).values(is_correct=~ExamAnswer.is_correct))
    correct = sum((stored | changed).values())
    if held.is_checked:
        before = {"correct_answers": held.correct_answers, "is_checked": True, "answers": _named(stored, changed)}
        after = {"correct_answers": correct, "is_checked": is_checked, "answers": _named(changed, changed)}
        audit.record_change(tx, actor, "exam_result", result_id, before, after)
    if changed or is_checked != held.is_checked:
        columns = {"correct_answers": correct, "is_checked": is_checked, "checked_by": actor.id if is_checked else None}
        tx.execute(update(ExamResult).where(ExamResult.id == result_id).values(**columns, updated_at=tx.now))
    if is_checked and not held.is_checked:
        tx.enqueue(ExamChecked(result_id))


@requires(Role.ADMIN)
def delete_result(tx: Tx, actor: Actor, result_id: int) -> None:
    """Delete a result, and the student's entry with it: they may take the exam again. The deletion is audited.

    Raises:
        NotFound: there is none.
    """
    held = tx.fetch_one(_HELD.where(ExamResult.id == result_id))
    tx.execute(delete(ExamResult).where(ExamResult.id == result_id))
    tx.execute(delete(ExamEntry).where(ExamEntry.exam_id == held.exam_id, ExamEntry.student_id == held.student_id))
    before = {
        "exam": held.exam_id,
        "student": held.student_id,
        "correct_answers": held.correct_answers,
        "total_questions": held.total_questions,
        "is_checked": held.is_checked,
    }
    audit.record(tx, actor, "exam_result", result_id, before, {"deleted": True})


def _marks_of(tx: Tx, result_id: int) -> dict[int, bool]:
    """Whether each answer of a result is correct, by the answer's id."""
    return dict(tx.all(select(ExamAnswer.id, ExamAnswer.is_correct).where(ExamAnswer.result_id == result_id)))


def _marks_problem(stored: dict[int, bool], marks: list[MarkInput]) -> list[FieldProblems] | None:
    named: set[int] = set()
    found: list[FieldProblems] = []
    for mark in marks:
        if mark.id not in stored:
            found.append({"id": [unknown_id(mark.id)]})
        else:
            found.append({"id": [Problem("answer_twice")]} if mark.id in named else {})
        named.add(mark.id)
    return found if any(found) else None


def _named(marks: dict[int, bool], changed: dict[int, bool]) -> dict[str, Any]:
    """The marks of the answers that changed, as an audit record holds them."""
    return {str(answer_id): marks[answer_id] for answer_id in changed}
