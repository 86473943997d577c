"""Handing homework in, and grading it.

Both are one conditional statement on the assignment's row, so that of a submission and a grade that meet one comes first: a grade is never
lost, and what was graded never changes.
"""

from typing import Any

from sqlalchemy import bindparam, case, select, update

from bilim.accounts import audit
from bilim.catalog.access import viewer, visibility_of
from bilim.db.base import UtcDateTime
from bilim.db.engine import INSERTING, Tx
from bilim.db.prepared import Prepared
from bilim.files.kinds import StagedFile
from bilim.homework import access
from bilim.homework.actions import files
from bilim.homework.inputs import GradeRecording, HomeworkGraded, HomeworkGradeInput, HomeworkSubmissionInput, OralSubmissionInput
from bilim.homework.models import Assignment, Homework
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from bilim.kit.inputs import sent_fields, value_or


@signed_in
def submit_homework(tx: Tx, actor: Actor, homework_id: int, submission: HomeworkSubmissionInput) -> int:
    """Hand in a text, files, or both, in place of what was handed in before; return the assignment's id.

    Raises:
        NotFound: there is no such homework that the actor may know of.
        Forbidden: it is not theirs to do.
        Conflict: it is graded.
    """
    text = value_or(submission.submission, "").strip() or None
    return _submit(tx, actor, homework_id, "submitted", text, value_or(submission.files, []))


@signed_in
def submit_recording(tx: Tx, actor: Actor, homework_id: int, submission: OralSubmissionInput) -> int:
    """Hand in a recording, in place of what was handed in before; return the assignment's id. It waits to be graded (`pending`).

    Raises:
        NotFound, Forbidden, Conflict: see `submit_homework`.
    """
    return _submit(tx, actor, homework_id, "pending", None, [submission.audio_file])


_DUE = Prepared(select(Homework.id).where(Homework.id == bindparam("homework_id"), access.IS_OWN).with_for_update(read=True, of=Homework))
"""Locks the homework, so that it is not deleted or taken back meanwhile."""


def _insert_or_replace(dialect: str) -> Prepared:
    """Writes a submission unless there is a grade; answers the assignment's id and how often something was handed in."""
    table: Any = Assignment.__table__
    moment = bindparam("moment", type_=UtcDateTime())
    sent = {"status": bindparam("status"), "content": bindparam("content"), "submitted_at": moment, "updated_at": moment}
    new = INSERTING[dialect](table).values(
        homework_id=bindparam("homework_id"), user_id=bindparam("user_id"), revision=1, created_at=moment, **sent
    )
    replaced = {name: new.excluded[name] for name in sent} | {"revision": table.c.revision + 1}
    kept = new.on_conflict_do_update(index_elements=["homework_id", "user_id"], set_=replaced, where=table.c.status != "graded")
    return Prepared(kept.returning(table.c.id, table.c.revision))


_SUBMIT = {dialect: _insert_or_replace(dialect) for dialect in INSERTING}


def _submit(tx: Tx, actor: Actor, homework_id: int, status: str, text: str | None, uploads: list[StagedFile]) -> int:
    if tx.scalar(_DUE, viewer(actor, homework_id=homework_id)) is None:
        _refuse_stranger(tx, actor, homework_id)
    sent = {"homework_id": homework_id, "user_id": actor.id, "status": status, "content": text, "moment": tx.now}
    row = tx.first(_SUBMIT[tx.dialect], sent)
    if row is None:
        raise Conflict("homework_graded")
    assignment_id, revision = row
    if revision > 1:
        files.withdraw(tx, assignment_id)
    files.hand_in(tx, homework_id, assignment_id, uploads, is_recording=status == "pending")
    if status == "pending":
        tx.enqueue(GradeRecording(assignment_id, revision))
    return assignment_id


def _refuse_stranger(tx: Tx, actor: Actor, homework_id: int) -> None:
    """Refuse a submission by somebody whose homework it is not: staff may know that it exists."""
    known = select(Homework.id).where(Homework.id == homework_id, access.is_known_to_staff(visibility_of(actor)))
    if actor.is_teacher and tx.scalar(known, viewer(actor)) is not None:
        raise Forbidden("not_assigned")
    raise NotFound


@requires(Role.TEACHER)
def grade_submission(tx: Tx, actor: Actor, assignment_id: int, grade: HomeworkGradeInput) -> None:
    """Grade what was handed in; a grade given before, by a person or automatically, is replaced and kept in the audit records.

    Raises:
        NotFound: there is none, as far as the actor may know.
        Forbidden: of another teacher's homework.
        Conflict: nothing was handed in.
        Invalid: more points than the homework has.
    """
    homework_id = tx.scalar(select(Assignment.homework_id).where(Assignment.id == assignment_id))
    if homework_id is None:
        raise NotFound
    held = access.lock_managed(tx, actor, homework_id)
    if grade.score > held.max_score:
        raise Invalid(score=Problem("too_great", {"bound": held.max_score}))
    graded = (Assignment.score, Assignment.feedback)
    earlier = tx.first(select(Assignment.status, *graded).where(Assignment.id == assignment_id).with_for_update())
    if earlier[0] == "assigned":
        raise Conflict("nothing_handed_in")
    given = {"score": grade.score, **sent_fields(grade, "feedback")}
    if earlier[0] == "graded":
        before = {"score": earlier[1], "feedback": earlier[2]}
        audit.record_change(tx, actor, "homework_grade", assignment_id, before, {**before, **given})
    written = {**given, "status": "graded", "graded_at": tx.now, "graded_by": actor.id, "updated_at": tx.now}
    tx.execute(update(Assignment).where(Assignment.id == assignment_id).values(**written))
    tx.enqueue(HomeworkGraded(assignment_id))


@internal
def grade_recording(tx: Tx, assignment_id: int, revision: int, score: int, feedback: str) -> bool:
    """Grade a recording automatically; whether it was still waiting for that.

    A teacher's grade always wins (CONTRACT section 8), and so does a newer recording: nothing is written then.

    Args:
        revision: which submission was listened to.
        score: at most the homework's `max_score`, to which it is cut.
    """
    most = select(Homework.max_score).where(Homework.id == Assignment.homework_id).scalar_subquery()
    points = case((most < score, most), else_=score)
    waiting = (Assignment.id == assignment_id, Assignment.status == "pending", Assignment.revision == revision)
    written = {"status": "graded", "score": points, "feedback": feedback, "graded_at": tx.now, "updated_at": tx.now}
    is_graded = tx.execute(update(Assignment).where(*waiting).values(**written)).rowcount == 1
    if is_graded:
        tx.enqueue(HomeworkGraded(assignment_id))
    return is_graded


@internal
def leave_to_teacher(tx: Tx, assignment_id: int, revision: int, feedback: str) -> bool:
    """Stop waiting for a recording to be graded automatically; whether it was still waiting. The feedback says why, until a teacher's does.

    Args:
        revision: which submission was listened to.
    """
    waiting = (Assignment.id == assignment_id, Assignment.status == "pending", Assignment.revision == revision)
    written = {"status": "submitted", "feedback": feedback, "updated_at": tx.now}
    return tx.execute(update(Assignment).where(*waiting).values(**written)).rowcount == 1
