"""Taking an exam: entering it by its code, and handing it in."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, exists, insert, select

from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import select_into
from bilim.exams import access, rules
from bilim.exams.inputs import CodeInput, ExamSubmissionInput
from bilim.exams.models import Exam, ExamAnswer, ExamEntry, ExamOption, ExamQuestion, ExamResult
from bilim.exams.rules import Given, Key
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.codes import read_code
from bilim.kit.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound
from bilim.limits import windows


@signed_in
def enter_exam(tx: Tx, actor: Actor, typed: CodeInput) -> int | None:
    """Find an exam by its code and return its id. A student's clock starts when they enter for the first time; staff have none.

    Returns:
        None for a code of no exam that the actor may know of: the transaction must commit, since it counts the wrong code.

    Raises:
        RateLimited: too many wrong codes before.
    """
    place = windows.take(tx, rules.CODE_GUESSES, str(actor.id))
    exam_id = tx.scalar(_ANY_BY_CODE if actor.is_teacher else _OPEN_BY_CODE, {"code": read_code(typed.code)})
    if exam_id is None:
        return None
    windows.give_back(tx, place)
    if not actor.is_teacher:
        tx.run(_ENTER[tx.dialect], {"exam_id": exam_id, "student_id": actor.id, "entered_at": tx.now})
    return exam_id


def _by_code(condition: Any) -> Prepared:
    """Finds an exam and locks its row until the commit, so that the questions are not replaced by others while somebody enters."""
    return Prepared(select(Exam.id).where(Exam.code == bindparam("code"), condition).with_for_update(read=True))


_ANY_BY_CODE, _OPEN_BY_CODE = _by_code(access.IS_THERE), _by_code(access.IS_OPEN)
_ENTER = {dialect: Prepared(insert(ExamEntry.__table__).on_conflict_do_nothing()) for dialect, insert in INSERTING.items()}


@signed_in
def submit_exam(tx: Tx, actor: Actor, exam_id: int, submission: ExamSubmissionInput) -> int:
    """Hand in the answers to an exam, once; return the result's id.

    Answers left out count as wrong, and so do written ones until a person marks them.

    Raises:
        NotFound: there is none that the actor may know of.
        Forbidden: the actor is no student.
        BadRequest: the exam is not open; or, with a limit of time, the student did not enter it or is too late.
        Conflict: the student handed it in before.
        Invalid: answers to other exams' questions, of other questions' options, of the wrong kind, or two to one question.
    """
    _require_taking(tx, actor, exam_id)
    key, answers = _key_of(tx, exam_id), [answer.given for answer in submission.answers]
    if problems := rules.answers_problem(key, answers):
        raise Invalid({"answers": problems})
    marked = [(answer, rules.is_right(key, answer)) for answer in answers]
    result_id = _insert_result(tx, actor, exam_id, correct=sum(is_right for _, is_right in marked), total=len(key))
    tx.run_many(_ANSWER, [_answer_row(result_id, answer, is_right) for answer, is_right in marked])
    return result_id


class _Sitting(Struct):
    """An exam as one student sits it."""

    is_open: bool
    time_limit: int
    entered_at: datetime | None
    is_handed_in: bool


_STUDENT = bindparam("student_id")
_ENTERED_AT = select(ExamEntry.entered_at).where(ExamEntry.exam_id == Exam.id, ExamEntry.student_id == _STUDENT)
_HANDED_IN = select(ExamResult.id).where(ExamResult.exam_id == Exam.id, ExamResult.student_id == _STUDENT)
_SITTING = PreparedSelection(
    select_into(
        _Sitting,
        is_open=access.IS_OPEN,
        time_limit=Exam.time_limit,
        entered_at=_ENTERED_AT.scalar_subquery(),
        is_handed_in=exists(_HANDED_IN),
    )
    .where(Exam.id == bindparam("exam_id"), access.IS_THERE)
    .with_for_update(read=True, of=Exam)
)
"""Locks the exam's row, so that it is not closed or changed meanwhile."""


def _require_taking(tx: Tx, actor: Actor, exam_id: int) -> None:
    """Check that the actor may hand in an exam now."""
    sitting = tx.fetch_one(_SITTING, {"exam_id": exam_id, "student_id": actor.id})
    if not sitting.is_open:
        raise BadRequest("exam_not_open") if actor.is_teacher or sitting.entered_at else NotFound
    if actor.is_teacher:
        raise Forbidden("not_a_student")
    if sitting.is_handed_in:
        raise Conflict("exam_handed_in")
    if sitting.time_limit and sitting.entered_at is None:
        raise BadRequest("exam_not_entered")
    if rules.is_too_late(rules.end_of(sitting.entered_at, sitting.time_limit), tx.now):
        raise BadRequest("exam_is_over")


_KEY = Prepared(
    select(ExamQuestion.id, ExamQuestion.kind, ExamOption.id, ExamOption.is_correct)
    .outerjoin(ExamOption, ExamOption.question_id == ExamQuestion.id)
    .where(ExamQuestion.exam_id == bindparam("exam_id"))
)


def _key_of(tx: Tx, exam_id: int) -> dict[int, Key]:
    """How the questions of an exam are marked, by id."""
    key: dict[int, Key] = {}
    for question_id, kind, option_id, is_correct in tx.all(_KEY, {"exam_id": exam_id}):
        if question_id not in key:
            key[question_id] = Key(kind, {})
        if option_id is not None:
            key[question_id].options[option_id] = is_correct
    return key


def _values(*names: str) -> dict[str, Any]:
    """Columns to insert, each a parameter of its own name."""
    return {name: bindparam(name) for name in names}


_COUNTED = _values("exam_id", "student_id", "correct_answers", "total_questions", "is_checked", "created_at", "updated_at")
_HAND_IN = {
    dialect: Prepared(
        insert(ExamResult.__table__)
        .values(_COUNTED)
        .on_conflict_do_nothing(index_elements=[ExamResult.exam_id, ExamResult.student_id])
        .returning(ExamResult.id)
    )
    for dialect, insert in INSERTING.items()
}
_ANSWER = Prepared(insert(ExamAnswer).inline().values(_values("result_id", "question_id", "option_id", "written_answer", "is_correct")))


def _insert_result(tx: Tx, actor: Actor, exam_id: int, *, correct: int, total: int) -> int:
    """Insert the actor's result; of parallel calls one does."""
    counted = {"correct_answers": correct, "total_questions": total, "is_checked": False}
    made = {"exam_id": exam_id, "student_id": actor.id, **counted, "created_at": tx.now, "updated_at": tx.now}
    result_id = tx.scalar(_HAND_IN[tx.dialect], made)
    if result_id is None:
        raise Conflict("exam_handed_in")
    return result_id


def _answer_row(result_id: int, answer: Given, is_right: bool) -> dict[str, Any]:  # noqa: FBT001 - a pair's second
    return {
        "result_id": result_id,
        "question_id": answer.question_id,
        "option_id": answer.option_id,
        "written_answer": answer.written_answer,
        "is_correct": is_right,
    }
