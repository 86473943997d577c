"""Homework of the demo's first course: of its own student one piece is graded, one waits for a grade, one is still to be spoken."""

import tomllib
from datetime import timedelta
from importlib.resources import files
from typing import Any

from bilim.db.engine import Tx
from bilim.homework.actions import assigning, homework, submissions
from bilim.homework.inputs import AssignInput, HomeworkGradeInput, HomeworkInput, HomeworkSubmissionInput
from bilim.kit.actors import Actor
from bilim.kit.validation import read
from bilim.study import actions as study
from bilim.study.inputs import EnrollmentInput


def load_homework(tx: Tx, teacher: Actor, student: Actor, course_id: int) -> None:
    """Let the student join the course, and set, hand in and grade its homework."""
    content = tomllib.loads(files("bilim.demo").joinpath("homework.toml").read_text("utf8"))
    study.enroll(tx, student, EnrollmentInput(course_id=course_id))
    for piece in content.values():
        _load_piece(tx, teacher, student, course_id, piece)


def _load_piece(tx: Tx, teacher: Actor, student: Actor, course_id: int, piece: dict[str, Any]) -> None:
    answer, score, feedback = (piece.pop(name, None) for name in ("answer", "score", "feedback"))
    if days_left := piece.pop("days_left", None):
        piece["due_date"] = tx.now + timedelta(days=days_left)
    new = read(HomeworkInput, {**piece, "course_id": course_id, "is_published": True})
    homework_id = homework.set_homework(tx, teacher, new)
    assigning.assign_homework(tx, teacher, homework_id, AssignInput(user_ids=[student.id]))
    if answer:
        assignment_id = submissions.submit_homework(tx, student, homework_id, HomeworkSubmissionInput(submission=answer))
        if score is not None:
            submissions.grade_submission(tx, teacher, assignment_id, HomeworkGradeInput(score=score, feedback=feedback))
