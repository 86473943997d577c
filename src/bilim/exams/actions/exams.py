"""Writes of exams: their authors' side."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from bilim.db.engine import Tx
from bilim.exams import access, rules
from bilim.exams.inputs import ExamChanges, ExamInput, contents
from bilim.exams.models import Exam, ExamOption, ExamQuestion
from bilim.exams.queries.exams import stored_questions
from bilim.exams.rules import Question
from bilim.groups import access as groups
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.codes import new_code
from bilim.kit.errors import Conflict, Forbidden, Unavailable
from bilim.kit.inputs import sent_fields, value_or

_TRIES = 10
"""For a code that no exam has: of a thousand million codes the first is nearly always free."""


@requires(Role.TEACHER)
def create_exam(tx: Tx, actor: Actor, exam: ExamInput) -> int:
    """Make an exam and return its id. Its code is new.

    Raises:
        Invalid: no such subject.
    """
    columns: dict[str, Any] = {"time_limit": 0, "is_published": False, "is_active": True, "date": tx.today, **_columns(exam)}
    groups.require_subject(tx, columns["subject_id"])
    exam_id = _insert(tx, actor, columns)
    _write_questions(tx, exam_id, contents(value_or(exam.questions, [])))
    return exam_id


@requires(Role.TEACHER)
def change_exam(tx: Tx, actor: Actor, exam_id: int, changes: ExamChanges) -> None:
    """Change an exam: fields left out stay. Questions that are given replace the earlier ones, unless they are the same.

    A subject deleted since may be sent back, but not newly chosen.

    Raises:
        NotFound: there is none.
        Invalid: no such subject.
        Conflict: other questions, after somebody entered the exam or handed it in.
    """
    held = access.lock_exam(tx, actor, exam_id)
    columns = _columns(changes)
    if columns.get("subject_id", held.subject_id) != held.subject_id:
        groups.require_subject(tx, columns["subject_id"])
    questions = value_or(changes.questions, None)
    if questions is not None:
        _replace_questions(tx, exam_id, contents(questions))
    tx.execute(update(Exam).where(Exam.id == exam_id).values(**columns, updated_at=tx.now))


@requires(Role.TEACHER)
def publish_exam(tx: Tx, actor: Actor, exam_id: int) -> None:
    """Show an exam to students.

    Raises:
        NotFound: there is none.
    """
    _set_published(tx, actor, exam_id, is_published=True)


@requires(Role.TEACHER)
def unpublish_exam(tx: Tx, actor: Actor, exam_id: int) -> None:
    """Hide an exam from students, also from those who are taking it.

    Raises:
        NotFound: there is none.
    """
    _set_published(tx, actor, exam_id, is_published=False)


@requires(Role.TEACHER)
def copy_exam(tx: Tx, actor: Actor, exam_id: int) -> int:
    """Copy an exam with its questions and return the copy's id. The copy is the actor's, not published, and has a code of its own.

    Raises:
        NotFound: there is none.
    """
    access.lock_exam(tx, actor, exam_id)
    kept = (Exam.subject_id, Exam.title, Exam.description, Exam.time_limit, Exam.is_active, Exam.date)
    columns = {column.key: value for column, value in zip(kept, tx.first(select(*kept).where(Exam.id == exam_id)), strict=True)}
    copy_id = _insert(tx, actor, {**columns, "title": rules.title_of_copy(columns["title"]), "is_published": False})
    _write_questions(tx, copy_id, stored_questions(tx, exam_id))
    return copy_id


@requires(Role.TEACHER)
def delete_exam(tx: Tx, actor: Actor, exam_id: int) -> None:
    """Delete an exam: its author, or an admin. One that somebody entered or handed in is hidden instead (CONTRACT section 2).

    Raises:
        NotFound: there is none.
        Forbidden: another teacher's.
    """
    held = access.lock_exam(tx, actor, exam_id)
    if not actor.is_admin and held.created_by != actor.id:
        raise Forbidden
    if not tx.delete_unless_referenced(Exam, exam_id):
        tx.execute(update(Exam).where(Exam.id == exam_id).values(deleted_at=tx.now))


def _columns(changes: ExamChanges) -> dict[str, Any]:
    """What was sent, except the questions; null clears the description alone."""
    sent = sent_fields(changes, "subject_id", "title", "description", "time_limit", "is_published", "is_active", "date")
    return {name: value for name, value in sent.items() if value is not None or name == "description"}


def _insert(tx: Tx, actor: Actor, columns: dict[str, Any]) -> int:
    """Insert an exam with a code that no other has."""
    made = {**columns, "created_by": actor.id, "created_at": tx.now, "updated_at": tx.now}
    for _ in range(_TRIES):
        exam = tx.inserting(Exam).values(**made, code=new_code(rules.CODE_LENGTH))
        exam_id = tx.scalar(exam.on_conflict_do_nothing(index_elements=[Exam.code]).returning(Exam.id))
        if exam_id is not None:
            return exam_id
    raise Unavailable


def _set_published(tx: Tx, actor: Actor, exam_id: int, *, is_published: bool) -> None:
    access.lock_exam(tx, actor, exam_id)
    tx.execute(update(Exam).where(Exam.id == exam_id).values(is_published=is_published, updated_at=tx.now))


def _replace_questions(tx: Tx, exam_id: int, questions: list[Question]) -> None:
    """Replace the questions of a locked exam. The same ones change nothing: front ends send back what they were shown."""
    if questions == stored_questions(tx, exam_id):
        return
    if access.is_under_way(tx, exam_id):
        raise Conflict("exam_under_way")
    tx.execute(delete(ExamQuestion).where(ExamQuestion.exam_id == exam_id))
    _write_questions(tx, exam_id, questions)


def _write_questions(tx: Tx, exam_id: int, questions: list[Question]) -> None:
    """Write the questions of an exam that has none. They come in their order, so that ids grow with places."""
    if not questions:
        return
    rows = [
        {
            "exam_id": exam_id,
            "text": question.text,
            "kind": question.kind,
            "position": question.position,
            "written_answer_sample": question.written_answer_sample,
        }
        for question in questions
    ]
    tx.execute(insert(ExamQuestion), rows)
    ids = tx.scalars(select(ExamQuestion.id).where(ExamQuestion.exam_id == exam_id).order_by(ExamQuestion.position, ExamQuestion.id))
    options = [
        {"question_id": question_id, "text": option.text, "is_correct": option.is_correct, "position": option.position}
        for question_id, question in zip(ids, questions, strict=True)
        for option in question.options
    ]
    if options:
        tx.execute(insert(ExamOption), options)
