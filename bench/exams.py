"""The exams' part of the data. The first half of them has a limit of time and results, the other half has neither."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, select

from bench.rows import EPOCH, WORDS, advance_sequences, fill
from bilim.exams.models import Exam, ExamAnswer, ExamOption, ExamQuestion, ExamResult

QUESTIONS, OPTIONS = 40, 4
_MINUTES = 60
_SUBJECTS = 8
"""As `bench.centre` fills them."""


class ExamScale(Struct, frozen=True):
    """How many exams there are, and how many results of the first half of them."""

    exams: int
    results: int
    answered: int
    """So many of the results come with their answers."""

    @property
    def timed(self) -> range:
        """The ids of the exams with a limit of time and results."""
        return range(1, self.exams // 2 + 1)

    @property
    def untouched(self) -> range:
        """The ids of the exams without a limit, which nobody handed in."""
        return range(self.exams // 2 + 1, self.exams + 1)


EXAMS = ExamScale(exams=40, results=10_000, answered=1_000)
"""The same in a quick run: the list of all results is to be a long one there too."""


def code_of(exam_id: int) -> str:
    """The code that enters an exam."""
    return f"{exam_id:06}"


def question_ids(exam_id: int) -> range:
    """The ids of an exam's questions, in their order."""
    return range((exam_id - 1) * QUESTIONS + 1, exam_id * QUESTIONS + 1)


def option_ids(question_id: int) -> range:
    """The ids of a question's options, in their order; the first one is correct."""
    return range((question_id - 1) * OPTIONS + 1, question_id * OPTIONS + 1)


def fill_exams(connection: Connection, rng: random.Random, scale: ExamScale, teachers: range, students: range) -> None:
    """Fill the exams' tables.

    Args:
        students: each of them sat some of the exams with a limit.
    """
    exams = range(1, scale.exams + 1)
    questions = [question_id for exam_id in exams for question_id in question_ids(exam_id)]
    fill(connection, Exam, (_exam(rng, exam_id, rng.choice(teachers), scale) for exam_id in exams))
    fill(connection, ExamQuestion, (_question(rng, exam_id, place) for exam_id in exams for place in range(QUESTIONS)))
    fill(connection, ExamOption, (_option(rng, question_id, place) for question_id in questions for place in range(OPTIONS)))
    sittings = ((exam_id, student_id) for student_id in students for exam_id in scale.timed)
    taken = list(islice(sittings, scale.results))
    fill(connection, ExamResult, (_result(rng, result_id, *of, teachers) for result_id, of in enumerate(taken, 1)))
    fill(connection, ExamAnswer, _answers(rng, [exam_id for exam_id, _ in taken[: scale.answered]]))
    if connection.dialect.name == "postgresql":
        advance_sequences(connection, Exam, ExamQuestion, ExamOption, ExamResult)


def _exam(rng: random.Random, exam_id: int, author_id: int, scale: ExamScale) -> dict[str, Any]:
    return {
        "id": exam_id,
        "subject_id": 1 + exam_id % _SUBJECTS,
        "title": f"{rng.choice(WORDS)} {exam_id}".title(),
        "code": code_of(exam_id),
        "description": " ".join(rng.choices(WORDS, k=20)),
        "time_limit": _MINUTES if exam_id in scale.timed else 0,
        "is_published": True,
        "is_active": True,
        "date": EPOCH.date(),
        "created_by": author_id,
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }


def _question(rng: random.Random, exam_id: int, place: int) -> dict[str, Any]:
    return {
        "id": question_ids(exam_id)[place],
        "exam_id": exam_id,
        "text": " ".join(rng.choices(WORDS, k=12)).capitalize() + "?",
        "kind": "test",
        "position": place + 1,
    }


def _option(rng: random.Random, question_id: int, place: int) -> dict[str, Any]:
    text = " ".join(rng.choices(WORDS, k=3))
    return {"id": option_ids(question_id)[place], "question_id": question_id, "text": text, "is_correct": place == 0, "position": place + 1}


def _result(rng: random.Random, result_id: int, exam_id: int, student_id: int, teachers: range) -> dict[str, Any]:
    checked_by = rng.choice((None, rng.choice(teachers)))
    then = EPOCH + timedelta(seconds=result_id)
    return {
        "id": result_id,
        "exam_id": exam_id,
        "student_id": student_id,
        "correct_answers": rng.randint(0, QUESTIONS),
        "total_questions": QUESTIONS,
        "is_checked": checked_by is not None,
        "checked_by": checked_by,
        "created_at": then,
        "updated_at": then,
    }


def _answers(rng: random.Random, exams: list[int]) -> Iterator[dict[str, Any]]:
    """Answers to every question, of the first results: `exams` holds the exam of each."""
    for result_id, exam_id in enumerate(exams, 1):
        for question_id in question_ids(exam_id):
            place = rng.randrange(OPTIONS)
            chosen = {"option_id": option_ids(question_id)[place], "written_answer": None, "is_correct": place == 0}
            yield {"result_id": result_id, "question_id": question_id, **chosen}


def forget_submissions(engine: Engine) -> None:
    """Forget what was handed in of the exams without a limit, so that it can be handed in anew."""
    untimed = select(Exam.id).where(Exam.time_limit == 0)
    with engine.begin() as connection:
        connection.execute(delete(ExamResult).where(ExamResult.exam_id.in_(untimed)))
