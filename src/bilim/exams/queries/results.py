"""Reads of results. Which answers are correct is null to a student until a person checked the result."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import and_, bindparam, case, func, select

from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into
from bilim.exams import rules
from bilim.exams.models import Exam, ExamAnswer, ExamOption, ExamQuestion, ExamResult
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream


class ResultView(Struct, kw_only=True, gc=False, rename={"exam_id": "exam", "student_id": "student"}):
    """A result; `score` is per cent."""

    id: int
    exam_id: int
    exam_title: str
    student_id: int
    score: float
    correct_answers: int
    total_questions: int
    is_checked: bool
    checked_by: int | None
    created_at: datetime


class AnswerView(Struct, gc=False, rename={"question_id": "question", "option_id": "option"}):
    """An answer; whether it is correct is null to a student until the result is checked."""

    id: int
    question_id: int
    question_text: str
    option_id: int | None
    option_text: str | None
    written_answer: str | None
    is_correct: bool | None


class ResultWithAnswers(ResultView, kw_only=True, gc=True):
    """A result with its answers, in the order of the questions; questions left out have none."""

    answers: list[AnswerView]


_RESULT = select_into(
    ResultView,
    id=ExamResult.id,
    exam_id=ExamResult.exam_id,
    exam_title=Exam.title,
    student_id=ExamResult.student_id,
    score=convert(rules.score, ExamResult.correct_answers, ExamResult.total_questions),
    correct_answers=ExamResult.correct_answers,
    total_questions=ExamResult.total_questions,
    is_checked=ExamResult.is_checked,
    checked_by=ExamResult.checked_by,
    created_at=ExamResult.created_at,
).join(Exam, Exam.id == ExamResult.exam_id)


def _listed(*conditions: Any) -> ListQuery[ResultView]:
    return ListQuery(_RESULT.where(*conditions).order_by(ExamResult.id), select(func.count()).select_from(ExamResult).where(*conditions))


def _one(*conditions: Any) -> PreparedSelection[ResultView]:
    return PreparedSelection(_RESULT.where(ExamResult.id == bindparam("result_id"), *conditions))


_IS_OWN = ExamResult.student_id == bindparam("viewer_id")
_ALL, _OWN = _listed(), _listed(_IS_OWN)
_ANY_ONE, _OWN_ONE = _one(), _one(_IS_OWN)


@signed_in
def results(tx: Tx, actor: Actor, page: Page) -> RowStream[ResultView]:
    """All results that the actor may see, by id; those of deleted exams too."""
    return paginate(tx, _ALL, page) if actor.is_teacher else own_results(tx, actor, page)


@signed_in
def own_results(tx: Tx, actor: Actor, page: Page) -> RowStream[ResultView]:
    """The actor's own results, by id."""
    return paginate(tx, _OWN, page, {"viewer_id": actor.id})


def _answers(is_correct: Any) -> PreparedSelection[AnswerView]:
    return PreparedSelection(
        select_into(
            AnswerView,
            id=ExamAnswer.id,
            question_id=ExamAnswer.question_id,
            question_text=ExamQuestion.text,
            option_id=ExamAnswer.option_id,
            option_text=ExamOption.text,
            written_answer=ExamAnswer.written_answer,
            is_correct=is_correct,
        )
        .join(ExamResult, ExamResult.id == ExamAnswer.result_id)
        .join(ExamQuestion, ExamQuestion.id == ExamAnswer.question_id)
        .outerjoin(ExamOption, and_(ExamOption.question_id == ExamAnswer.question_id, ExamOption.id == ExamAnswer.option_id))
        .where(ExamAnswer.result_id == bindparam("result_id"))
        .order_by(ExamQuestion.position, ExamQuestion.id)
    )


_ANSWERS = _answers(ExamAnswer.is_correct)
_ANSWERS_FOR_STUDENTS = _answers(case((ExamResult.is_checked, ExamAnswer.is_correct)))


@signed_in
def result(tx: Tx, actor: Actor, result_id: int) -> ResultWithAnswers:
    """One result with its answers.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    wanted = {"result_id": result_id}
    if actor.is_teacher:
        view, answers = tx.fetch_one(_ANY_ONE, wanted), tx.fetch_all(_ANSWERS, wanted)
    else:
        view = tx.fetch_one(_OWN_ONE, {**wanted, "viewer_id": actor.id})
        answers = tx.fetch_all(_ANSWERS_FOR_STUDENTS, wanted)
    return ResultWithAnswers(**asdict(view), answers=answers)
