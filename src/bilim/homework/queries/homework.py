"""Reads of homework."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select

from bilim.catalog.access import VIEWER, Visibility, viewer, visibility_of
from bilim.catalog.queries.lessons import LessonView, lesson, some_lessons
from bilim.db.base import UtcDateTime
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import select_into
from bilim.homework import access
from bilim.homework.models import Assignment, Homework
from bilim.homework.queries.files import FileView, handed_out
from bilim.homework.rules import Status
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import Forbidden
from bilim.kit.paging import Page, RowStream


class HomeworkView(Struct):
    """Homework of a group or of a course; `file` is its name in the store."""

    id: int
    group_id: int | None
    text: str | None
    file: str | None
    homework_type: str
    created_by: int
    created_at: datetime
    updated_at: datetime
    title: str | None
    description: str | None
    instructions: str | None
    due_date: datetime | None
    max_score: int
    is_published: bool
    metadata: dict[str, Any] | None
    oral_assignment: Any
    course_id: int | None
    lesson_id: int | None
    lesson: LessonView | None = None
    """What of its lesson is open to the viewer; None too where the lesson was deleted."""
    files: list[FileView] | None = None
    """What else was handed out with it; None where it was not asked for."""


COLUMNS: dict[str, Any] = {
    "id": Homework.id,
    "group_id": Homework.group_id,
    "text": Homework.text,
    "file": Homework.file,
    "homework_type": Homework.homework_type,
    "created_by": Homework.created_by,
    "created_at": Homework.created_at,
    "updated_at": Homework.updated_at,
    "title": Homework.title,
    "description": Homework.description,
    "instructions": Homework.instructions,
    "due_date": Homework.due_date,
    "max_score": Homework.max_score,
    "is_published": Homework.is_published,
    "metadata": Homework.details,
    "oral_assignment": Homework.oral_assignment,
    "course_id": Homework.course_id,
    "lesson_id": Homework.lesson_id,
}
_HOMEWORK = select_into(HomeworkView, **COLUMNS)
_IN_ORDER = _HOMEWORK.order_by(Homework.id)
_OWN = ListQuery(_IN_ORDER, keys=access.keys_of_own())
_OF_OWN_GROUP = ListQuery(_IN_ORDER, keys=access.keys_of_group_homework())


@cache
def _known_to_staff(visibility: Visibility) -> ListQuery[HomeworkView]:
    return ListQuery(_IN_ORDER.where(access.is_known_to_staff(visibility)))


@cache
def _one(visibility: Visibility, *, is_teacher: bool) -> PreparedSelection[HomeworkView]:
    known = access.is_known(visibility, is_teacher=is_teacher)
    return PreparedSelection(_HOMEWORK.where(Homework.id == bindparam("homework_id"), known))


@signed_in
def homework(tx: Tx, actor: Actor, page: Page) -> RowStream[HomeworkView]:
    """The homework that the actor may know of, by id: a student's is that of their group and courses, and what is assigned to them."""
    query = _known_to_staff(visibility_of(actor)) if actor.is_teacher else _OWN
    return paginate(tx, query, page, viewer(actor), enrich=lambda views: with_lessons(tx, actor, views))


@signed_in
def own_homework(tx: Tx, actor: Actor, page: Page) -> RowStream[HomeworkView]:
    """The homework of the student's own group, by id.

    Raises:
        Forbidden: the actor is no student.
    """
    if actor.is_teacher:
        raise Forbidden("not_a_student")
    return paginate(tx, _OF_OWN_GROUP, page, viewer(actor))


@signed_in
def homework_by_id(tx: Tx, actor: Actor, homework_id: int, *, with_files: bool = False) -> HomeworkView:
    """One piece of homework.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    query = _one(visibility_of(actor), is_teacher=actor.is_teacher)
    (found,) = with_lessons(tx, actor, [tx.fetch_one(query, viewer(actor, homework_id=homework_id))])
    return _with_files(tx, [found])[0] if with_files else found


@internal
def with_lessons(tx: Tx, actor: Actor, views: list[HomeworkView]) -> list[HomeworkView]:
    """Homework with its lessons, each with what of it is open to the viewer."""
    lesson_ids = sorted({view.lesson_id for view in views if view.lesson_id is not None})
    known = {lesson.id: lesson for lesson in some_lessons(tx, actor, lesson_ids)}
    for view in views:
        view.lesson = known.get(view.lesson_id) if view.lesson_id is not None else None
    return views


def _with_files(tx: Tx, views: list[HomeworkView]) -> list[HomeworkView]:
    files = handed_out(tx, [view.id for view in views])
    for view in views:
        view.files = files.get(view.id, [])
    return views


class LessonFilter(Struct, frozen=True):
    """Which of a lesson's homework is wanted."""

    status: Status | None = None
    due_soon: int | None = None
    """Due within so many days from now."""


_STATES: dict[Status, tuple[Status, ...]] = {
    "assigned": ("assigned",),
    "submitted": ("submitted", "pending"),
    "pending": ("pending",),
    "graded": ("graded",),
}
"""A recording that waits to be graded was handed in too."""


def _is_in_state(status: Status, *, is_teacher: bool) -> ColumnElement[bool]:
    """Homework that stands so for the viewer, or to staff for somebody. A student who did nothing yet has it to do."""
    theirs = select(Assignment.id).where(Assignment.homework_id == Homework.id)
    own = theirs if is_teacher else theirs.where(Assignment.user_id == VIEWER)
    found = exists(own.where(Assignment.status.in_(_STATES[status])))
    return or_(found, ~exists(own)) if status == "assigned" and not is_teacher else found


@cache
def _of_lesson(visibility: Visibility, status: Status | None, *, is_teacher: bool, is_due_soon: bool) -> ListQuery[HomeworkView]:
    wanted: list[ColumnElement[bool]] = [Homework.lesson_id == bindparam("lesson_id")]
    if status is not None:
        wanted.append(_is_in_state(status, is_teacher=is_teacher))
    if is_due_soon:
        now, until = bindparam("now", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime())
        wanted.append(and_(Homework.due_date >= now, Homework.due_date <= until))
    return ListQuery(_IN_ORDER, keys=_keys(visibility, wanted, is_teacher=is_teacher))


def _keys(visibility: Visibility, wanted: list[ColumnElement[bool]], *, is_teacher: bool) -> Select[int]:
    if not is_teacher:
        return access.keys_of_own(*wanted)
    return select(Homework.id).where(access.is_known_to_staff(visibility), *wanted).order_by(Homework.id)


@signed_in
def homework_of_lesson(
    tx: Tx, actor: Actor, lesson_id: int, page: Page, wanted: LessonFilter, *, with_files: bool = False
) -> RowStream[HomeworkView]:
    """The homework of a lesson that the actor may know of, by id.

    Raises:
        NotFound: there is no such lesson, as far as the actor may know.
    """
    lesson(tx, actor, lesson_id)
    query = _of_lesson(visibility_of(actor), wanted.status, is_teacher=actor.is_teacher, is_due_soon=wanted.due_soon is not None)
    values = viewer(actor, lesson_id=lesson_id)
    if wanted.due_soon is not None:
        values |= {"now": tx.now, "until": tx.now + timedelta(days=wanted.due_soon)}

    def enrich(views: list[HomeworkView]) -> list[HomeworkView]:
        return _with_files(tx, with_lessons(tx, actor, views)) if with_files else with_lessons(tx, actor, views)

    return paginate(tx, query, page, values, enrich=enrich)
