"""Who sees exams, and who changes and deletes them (CONTRACT section 7)."""

from msgspec import Struct
from sqlalchemy import BindParameter, Exists, exists, select

from bilim.db.engine import Tx
from bilim.db.select_into import select_into
from bilim.exams.models import Exam, ExamEntry, ExamResult
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role

IS_THERE = Exam.deleted_at.is_(None)
"""Exams that staff know of."""
IS_OPEN = Exam.is_published & Exam.is_active & IS_THERE
"""Exams that students know of."""


def has_entered(student_id: int | BindParameter[int]) -> Exists:
    """Whether a student typed the exam's code."""
    return exists(select(ExamEntry.exam_id).where(ExamEntry.exam_id == Exam.id, ExamEntry.student_id == student_id))


class HeldExam(Struct):
    """The columns of a locked exam that a change needs."""

    subject_id: int
    created_by: int


_HELD = select_into(HeldExam, subject_id=Exam.subject_id, created_by=Exam.created_by).where(IS_THERE).with_for_update()


@requires(Role.TEACHER)
def lock_exam(tx: Tx, _actor: Actor, exam_id: int) -> HeldExam:
    """Lock an exam until the transaction ends: nobody enters it or hands it in meanwhile.

    Raises:
        NotFound: there is none.
    """
    return tx.fetch_one(_HELD.where(Exam.id == exam_id))


@internal
def is_under_way(tx: Tx, exam_id: int) -> bool:
    """Whether somebody entered an exam or handed it in.

    Asked after the exam was locked, in a statement of its own: one that waited for the lock would answer as things stood before.
    """
    entered = exists(select(ExamEntry.exam_id).where(ExamEntry.exam_id == exam_id))
    handed_in = exists(select(ExamResult.id).where(ExamResult.exam_id == exam_id))
    return bool(tx.scalar(select(entered | handed_in)))
