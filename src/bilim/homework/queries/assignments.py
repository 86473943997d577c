"""Reads of what students have to do and have handed in."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import ColumnElement, bindparam, case, or_, select

from bilim.accounts.queries import PersonView, people_by_id
from bilim.catalog.access import VIEWER, viewer
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import nested, select_into
from bilim.homework import access
from bilim.homework.models import Assignment, Homework
from bilim.homework.queries.files import FileView, handed_in
from bilim.homework.queries.homework import COLUMNS, HomeworkView, with_lessons
from bilim.kit.access import internal, requires, signed_in
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import DEFAULT_LIMIT, Page, RowStream


class SubmissionView(Struct):
    """An assignment, and what was handed in and said about it."""

    id: int
    homework_id: int
    user_id: int
    status: str
    content: str | None
    submitted_at: datetime | None
    score: int | None
    feedback: str | None
    graded_at: datetime | None
    graded_by: int | None
    assigned_at: datetime
    due_date: datetime | None
    """The homework's."""
    files: list[FileView] = field(default_factory=list[FileView])


class AssignmentView(SubmissionView, kw_only=True):
    """The same with the homework and the student."""

    homework: HomeworkView
    is_known: bool
    """Whether its student may still know of the homework: it is neither deleted nor withdrawn."""
    student: PersonView | None = None


_COLUMNS: dict[str, Any] = {
    "id": Assignment.id,
    "homework_id": Assignment.homework_id,
    "user_id": Assignment.user_id,
    "status": Assignment.status,
    "content": Assignment.content,
    "submitted_at": Assignment.submitted_at,
    "score": Assignment.score,
    "feedback": Assignment.feedback,
    "graded_at": Assignment.graded_at,
    "graded_by": Assignment.graded_by,
    "assigned_at": Assignment.created_at,
    "due_date": Homework.due_date,
}
_ITS_HOMEWORK = Homework.id == Assignment.homework_id
_SUBMISSION = select_into(SubmissionView, **_COLUMNS).join(Homework, _ITS_HOMEWORK)
_ASSIGNMENT = select_into(
    AssignmentView, **_COLUMNS, homework=nested(HomeworkView, **COLUMNS), is_known=case((access.IS_OFFERED, True), else_=False)
).join(Homework, _ITS_HOMEWORK)

_SHOWN_TO_STUDENT = or_(Assignment.submitted_at.is_not(None), access.IS_OFFERED)
"""What was handed in stays, whatever becomes of the homework; what is only assigned shows as long as the homework does."""


def _keys(*conditions: ColumnElement[bool]) -> Any:
    return select(Assignment.id).join(Homework, _ITS_HOMEWORK).where(*conditions).order_by(Assignment.id)


_OWN = ListQuery(_ASSIGNMENT.order_by(Assignment.id), keys=_keys(Assignment.user_id == VIEWER, _SHOWN_TO_STUDENT))
_HANDED_IN = ListQuery(_SUBMISSION.where(Assignment.user_id == VIEWER, Assignment.submitted_at.is_not(None)).order_by(Assignment.id))
_SOME = PreparedSelection(_ASSIGNMENT.where(Assignment.id.in_(bindparam("ids", expanding=True))).order_by(Assignment.id))


@signed_in
def own_assignments(tx: Tx, actor: Actor, page: Page) -> RowStream[AssignmentView]:
    """What was assigned to the actor or handed in by them, by id."""
    return paginate(tx, _OWN, page, viewer(actor), enrich=lambda views: _enriched(tx, actor, views))


@signed_in
def own_submissions(tx: Tx, actor: Actor, page: Page) -> RowStream[SubmissionView]:
    """What the actor handed in, by id."""
    return paginate(tx, _HANDED_IN, page, viewer(actor), enrich=lambda views: _with_files(tx, views))


@cache
def _managed(*, handed_in_only: bool) -> ListQuery[SubmissionView]:
    of_homework = [Assignment.homework_id == bindparam("homework_id")]
    return ListQuery(
        _SUBMISSION.where(*of_homework, *([Assignment.submitted_at.is_not(None)] if handed_in_only else [])).order_by(Assignment.id)
    )


@requires(Role.TEACHER)
def submissions(tx: Tx, actor: Actor, homework_id: int, page: Page) -> RowStream[SubmissionView]:
    """What was assigned and handed in of homework that the actor grades, by id.

    Raises:
        NotFound: there is none that the actor may know of.
        Forbidden: another teacher's.
    """
    access.require_managed(tx, actor, homework_id)
    return paginate(tx, _managed(handed_in_only=False), page, {"homework_id": homework_id}, enrich=lambda views: _with_files(tx, views))


@signed_in
def first_submissions(tx: Tx, actor: Actor, homework_id: int) -> tuple[list[SubmissionView], int] | None:
    """The first hundred submissions of homework and their number, for those who grade it; None for all others."""
    if not access.is_managed(tx, actor, homework_id):
        return None
    found = paginate(
        tx,
        _managed(handed_in_only=True),
        Page(limit=DEFAULT_LIMIT),
        {"homework_id": homework_id},
        enrich=lambda views: _with_files(tx, views),
    )
    return found.all(), found.total or 0


@internal
def assignments(tx: Tx, actor: Actor, ids: list[int]) -> list[AssignmentView]:
    """Assignments that the actor has just made, handed in or graded, by id."""
    return _enriched(tx, actor, tx.fetch_all(_SOME, {"ids": ids}))


def _with_files(tx: Tx, views: list[Any]) -> list[Any]:
    files = handed_in(tx, [view.id for view in views if view.submitted_at is not None])
    for view in views:
        view.files = files.get(view.id, [])
    return views


def _enriched(tx: Tx, actor: Actor, views: list[AssignmentView]) -> list[AssignmentView]:
    """Assignments with their files, students and lessons; students see of homework that was taken away what it was called."""
    people = people_by_id(tx, {view.user_id for view in views})
    for view in views:
        view.student = people.get(view.user_id)
        if not view.is_known and not actor.is_teacher:
            _close(view.homework)
    with_lessons(tx, actor, [view.homework for view in views])
    return _with_files(tx, views)


def _close(homework: HomeworkView) -> None:
    """Leave of homework what a student may remember of it."""
    homework.description = homework.instructions = homework.text = homework.file = None
    homework.metadata = homework.oral_assignment = homework.lesson_id = None
