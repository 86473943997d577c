"""What answers only after its transaction was committed."""

from bilim.db.engine import Tx
from bilim.exams.actions import taking
from bilim.exams.inputs import CodeInput
from bilim.exams.queries import exams
from bilim.exams.queries.exams import ExamSheet, ExamWithKey
from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import Invalid


async def enter_exam(units: Units, actor: Actor, typed: CodeInput) -> ExamWithKey | ExamSheet:
    """Enter an exam by its code; see `taking.enter_exam`. A wrong code is refused after it was counted.

    Raises:
        Invalid: no exam that the actor may know of has this code.
        RateLimited: too many wrong codes before.
    """
    entered = await units.write(_enter, actor, typed)
    if entered is None:
        raise Invalid(code="wrong_exam_code")
    return entered


def _enter(tx: Tx, actor: Actor, typed: CodeInput) -> ExamWithKey | ExamSheet | None:
    exam_id = taking.enter_exam(tx, actor, typed)
    return None if exam_id is None else exams.exam(tx, actor, exam_id)
