"""An exam of the demo's centre: published, taken by a class, and partly checked. The demo's own student has yet to take it."""

import random
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from bilim.db.engine import Tx
from bilim.exams.access import IS_OPEN
from bilim.exams.actions import exams, results, taking
from bilim.exams.inputs import AnswerInput, CodeInput, ExamInput, ExamSubmissionInput, MarkInput, ResultChanges
from bilim.exams.models import Exam
from bilim.exams.queries.exams import ExamWithKey, QuestionWithKey, exam_with_key
from bilim.exams.queries.results import result
from bilim.kit.actors import Actor, Role
from bilim.kit.validation import read

_SEED = 4
_CHECKED = 4
"""How many of the results the teacher has checked."""


def load_exam(tx: Tx, teacher: Actor, subject_id: int, student_ids: Sequence[int]) -> None:
    """Make the exam and let students take it, each a little stronger than the one before."""
    chance = random.Random(_SEED)  # noqa: S311 - no secret
    new = read(ExamInput, {**_content(), "subject_id": subject_id, "is_published": True})
    exam = exam_with_key(tx, teacher, exams.create_exam(tx, teacher, new))
    for place, student_id in enumerate(student_ids):
        student = Actor(student_id, Role.STUDENT, is_premium=False, session_id=0)
        taking.enter_exam(tx, student, CodeInput(code=exam.code or ""))
        knows = 0.35 + 0.6 * place / len(student_ids)
        answers = [_answer(chance, question, knows) for question in exam.questions]
        result_id = taking.submit_exam(tx, student, exam.id, ExamSubmissionInput(answers=answers))
        if place < _CHECKED:
            _check(tx, chance, teacher, exam, result_id)


def exam_code(tx: Tx) -> str | None:
    """The code of the demo's exam, or None where it is not there or not open any more."""
    return tx.scalar(select(Exam.code).where(Exam.title == _content()["title"], IS_OPEN).order_by(Exam.id).limit(1))


def _content() -> dict[str, Any]:
    return tomllib.loads(files("bilim.demo").joinpath("exams.toml").read_text("utf8"))


def _answer(chance: random.Random, question: QuestionWithKey, knows: float) -> AnswerInput:
    """What somebody answers who knows so large a part of what is asked, and guesses the rest."""
    if question.kind == "written":
        return AnswerInput(question_id=question.id, written_answer=question.written_answer_sample if chance.random() < knows else "")
    right = [option for option in question.options if option.is_correct]
    chosen = chance.choice(right if chance.random() < knows else question.options)
    return AnswerInput(question_id=question.id, option_id=chosen.id)


def _check(tx: Tx, chance: random.Random, teacher: Actor, exam: ExamWithKey, result_id: int) -> None:
    """Mark what was written, and say that the result is checked."""
    written = {question.id for question in exam.questions if question.kind == "written"}
    answers = [answer for answer in result(tx, teacher, result_id).answers if answer.question_id in written and answer.written_answer]
    marks = [MarkInput(id=answer.id, is_correct=chance.random() < 0.8) for answer in answers]
    results.check_result(tx, teacher, result_id, ResultChanges(is_checked=True, answers=marks))
