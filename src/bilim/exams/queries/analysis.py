"""How the questions of an exam did: counted by the database, however many results there are."""

from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, case, func, or_, select

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.exams import access, rules
from bilim.exams.models import Exam, ExamAnswer, ExamOption, ExamQuestion, ExamResult
from bilim.exams.rules import ItemSums, Kind
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import NotFound


class ChosenOption(Struct):
    """A wrong option and how many chose it."""

    id: int
    text: str
    count: int


class ItemView(Struct, rename={"kind": "type"}):
    """How a question did. `answered` and `correct` are numbers of results; without any the share is null.

    `discrimination` is the corrected item-rest correlation: near 1 where strong students answer it correctly and weak ones do not, null
    where nothing can be told.
    """

    id: int
    text: str
    kind: Kind
    answered: int
    correct: int
    correct_share: float | None
    discrimination: float | None
    most_chosen_wrong_option: ChosenOption | None


class AnalysisView(Struct, rename={"exam_id": "exam"}):
    """How the questions of an exam did, in their order; `participants` are those who handed it in."""

    exam_id: int
    title: str
    participants: int
    questions: list[ItemView]


_EXAM_ID = bindparam("exam_id")
_OF_EXAM = ExamResult.exam_id == _EXAM_ID
_TITLE = Prepared(select(Exam.title).where(Exam.id == _EXAM_ID, access.IS_THERE))
_IS_ANSWERED = or_(ExamAnswer.option_id.is_not(None), ExamAnswer.written_answer.is_not(None))


def _total(expression: Any) -> Any:
    """A sum over all results of the exam; in the same statement as the others, so that all are of one moment."""
    return select(func.coalesce(expression, 0)).where(_OF_EXAM).scalar_subquery()


_COUNTED = (
    select(
        ExamAnswer.question_id,
        func.count(case((_IS_ANSWERED, 1))).label("answered"),
        func.count(case((ExamAnswer.is_correct, 1))).label("correct"),
        func.sum(case((ExamAnswer.is_correct, ExamResult.correct_answers), else_=0)).label("score_of_correct"),
    )
    .join(ExamResult, ExamResult.id == ExamAnswer.result_id)
    .where(_OF_EXAM)
    .group_by(ExamAnswer.question_id)
    .subquery()
)
_ITEMS = Prepared(
    select(
        ExamQuestion.id,
        ExamQuestion.text,
        ExamQuestion.kind,
        _COUNTED.c.answered,
        _COUNTED.c.correct,
        _COUNTED.c.score_of_correct,
        _total(func.count(ExamResult.id)),
        _total(func.sum(ExamResult.correct_answers)),
        _total(func.sum(ExamResult.correct_answers * ExamResult.correct_answers)),
    )
    .outerjoin(_COUNTED, _COUNTED.c.question_id == ExamQuestion.id)
    .where(ExamQuestion.exam_id == _EXAM_ID)
    .order_by(ExamQuestion.position, ExamQuestion.id)
)
_CHOSEN = func.count(ExamAnswer.id)
_WRONG_OPTIONS = Prepared(
    select(ExamOption.question_id, ExamOption.id, ExamOption.text, _CHOSEN)
    .join(ExamQuestion, ExamQuestion.id == ExamOption.question_id)
    .join(ExamAnswer, (ExamAnswer.question_id == ExamOption.question_id) & (ExamAnswer.option_id == ExamOption.id))
    .where(ExamQuestion.exam_id == _EXAM_ID, ExamOption.is_correct.is_(False))
    .group_by(ExamOption.question_id, ExamOption.id, ExamOption.text, ExamOption.position)
    .order_by(_CHOSEN, ExamOption.position.desc(), ExamOption.id.desc())
)
_PARTICIPANTS = Prepared(select(func.count(ExamResult.id)).where(_OF_EXAM))


@requires(Role.TEACHER)
def analysis(tx: Tx, _actor: Actor, exam_id: int) -> AnalysisView:
    """How the questions of an exam did. Of wrong options chosen equally often the first counts as the most chosen.

    Raises:
        NotFound: there is none.
    """
    wanted = {"exam_id": exam_id}
    title = tx.scalar(_TITLE, wanted)
    if title is None:
        raise NotFound
    # Of a question's options the last one stays: the most chosen.
    wrong = {question_id: ChosenOption(*option) for question_id, *option in tx.all(_WRONG_OPTIONS, wanted)}
    rows = tx.all(_ITEMS, wanted)
    participants = rows[0][6] if rows else tx.scalar(_PARTICIPANTS, wanted)
    return AnalysisView(exam_id, title, participants, [_item(row, wrong.get(row[0])) for row in rows])


def _item(row: Any, wrong: ChosenOption | None) -> ItemView:
    question_id, text, kind, answered, correct, score_of_correct, results, score, squared_score = row
    correct = correct or 0
    sums = ItemSums(results, correct, score_of_correct or 0, score, squared_score)
    return ItemView(
        id=question_id,
        text=text,
        kind=kind,
        answered=answered or 0,
        correct=correct,
        correct_share=correct / results if results else None,
        discrimination=rules.discrimination(sums),
        most_chosen_wrong_option=wrong,
    )
