"""Reads of what people study: finished lessons, joined courses, and the lesson to go on with."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import and_, bindparam, case, exists, func, or_, select

from bilim.catalog.access import VIEWER, Visibility, is_open, is_visible, viewer, visibility_of
from bilim.catalog.models import Course, Lesson, Section
from bilim.catalog.queries import lessons
from bilim.catalog.queries.courses import TITLE_FOR_LEARNERS, CourseRef
from bilim.catalog.queries.lessons import IN_ORDER, LessonView
from bilim.db.engine import Query, Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import Prepared, PreparedSelection
from bilim.db.select_into import nested, select_into
from bilim.kit.access import signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream
from bilim.study.models import Certificate, Completion, Enrollment


class CompletionView(Struct):
    """That somebody finished a lesson."""

    id: int
    user_id: int
    lesson_id: int
    completed_at: datetime
    updated_at: datetime


class EnrollmentView(Struct):
    """A joined course, and how far the person got."""

    id: int
    course: CourseRef
    enrolled_at: datetime
    studied_at: datetime
    total_lessons: int
    completed_lessons: int


class LessonProgress(Struct):
    """A lesson of a course, and when somebody finished it."""

    id: int
    title: str
    completed_at: datetime | None


class CourseProgress(Struct):
    """How far somebody got in a course."""

    course: CourseRef
    is_visible: bool
    """Whether they may know what it consists of at present: not of a course that was withdrawn."""
    certificate_id: int | None
    total_lessons: int = 0
    completed_lessons: int = 0
    lessons: list[LessonProgress] = field(default_factory=list[LessonProgress])


_COMPLETION = select_into(
    CompletionView,
    id=Completion.id,
    user_id=Completion.user_id,
    lesson_id=Completion.lesson_id,
    completed_at=Completion.completed_at,
    updated_at=Completion.updated_at,
).where(Completion.user_id == bindparam("user_id"))
_COMPLETIONS = ListQuery(_COMPLETION.order_by(Completion.id))
_LAST_COMPLETION = PreparedSelection(_COMPLETION.order_by(Completion.completed_at.desc(), Completion.id.desc()).limit(1))


@signed_in
def completions(tx: Tx, actor: Actor, page: Page) -> RowStream[CompletionView]:
    """Everything that the actor finished, by id."""
    return paginate(tx, _COMPLETIONS, page, {"user_id": actor.id})


@signed_in
def last_completion(tx: Tx, actor: Actor) -> CompletionView | None:
    """What the actor finished last."""
    return tx.fetch_first(_LAST_COMPLETION, {"user_id": actor.id})


def _lessons_in_course() -> Any:
    """The lessons of a course and those that the person finished before they were taken out: nobody falls back by a new version."""
    own = and_(Completion.lesson_id == Lesson.id, Completion.user_id == Enrollment.user_id)
    there = (Lesson.course_id == Enrollment.course_id, or_(Lesson.deleted_at.is_(None), Completion.id.is_not(None)))
    return select(func.count()).select_from(Lesson).outerjoin(Completion, own).where(*there).correlate(Enrollment).scalar_subquery()


def _finished_in_course() -> Any:
    own = and_(Completion.lesson_id == Lesson.id, Completion.user_id == Enrollment.user_id)
    there = Lesson.course_id == Enrollment.course_id
    return select(func.count()).select_from(Lesson).join(Completion, own).where(there).correlate(Enrollment).scalar_subquery()


_ENROLLMENT = (
    select_into(
        EnrollmentView,
        id=Enrollment.id,
        course=nested(CourseRef, id=Enrollment.course_id, title=TITLE_FOR_LEARNERS),
        enrolled_at=Enrollment.created_at,
        studied_at=Enrollment.studied_at,
        total_lessons=_lessons_in_course(),
        completed_lessons=_finished_in_course(),
    )
    .join(Course, Course.id == Enrollment.course_id)
    .where(Enrollment.user_id == bindparam("user_id"))
)
_ENROLLMENTS = ListQuery(_ENROLLMENT.order_by(Enrollment.id))
_ONE_ENROLLMENT = PreparedSelection(_ENROLLMENT.where(Enrollment.course_id == bindparam("course_id")))


@signed_in
def enrollments(tx: Tx, actor: Actor, page: Page) -> RowStream[EnrollmentView]:
    """The courses that the actor joined, by enrolment; withdrawn ones under the title they had while published."""
    return paginate(tx, _ENROLLMENTS, page, {"user_id": actor.id})


@signed_in
def enrollment(tx: Tx, actor: Actor, course_id: int) -> EnrollmentView:
    """The actor's enrolment in a course.

    Raises:
        NotFound: they did not join it.
    """
    return tx.fetch_one(_ONE_ENROLLMENT, {"user_id": actor.id, "course_id": course_id})


@cache
def _course_studied(visibility: Visibility) -> PreparedSelection[CourseProgress]:
    visible = is_visible(visibility)
    joined = exists(select(Enrollment.id).where(Enrollment.course_id == Course.id, Enrollment.user_id == VIEWER))
    certificate = select(Certificate.id).where(Certificate.course_id == Course.id, Certificate.user_id == VIEWER)
    return PreparedSelection(
        select_into(
            CourseProgress,
            course=nested(CourseRef, id=Course.id, title=TITLE_FOR_LEARNERS),
            is_visible=case((visible, True), else_=False),
            certificate_id=certificate.correlate(Course).scalar_subquery(),
        ).where(Course.id == bindparam("course_id"), Course.deleted_at.is_(None), or_(visible, joined))
    )


class _Studied(Struct):
    """A lesson of a course; one that was taken out counts for those who finished it, and is not shown."""

    lesson: LessonProgress
    is_there: bool


_LESSONS_STUDIED = PreparedSelection(
    select_into(
        _Studied,
        lesson=nested(LessonProgress, id=Lesson.id, title=Lesson.title, completed_at=Completion.completed_at),
        is_there=case((Lesson.deleted_at.is_(None), True), else_=False),
    )
    .join(Section, Section.id == Lesson.section_id)
    .outerjoin(Completion, and_(Completion.lesson_id == Lesson.id, Completion.user_id == VIEWER))
    .where(Lesson.course_id == bindparam("course_id"), or_(Lesson.deleted_at.is_(None), Completion.id.is_not(None)))
    .order_by(*IN_ORDER)
)


@signed_in
def course_progress(tx: Tx, actor: Actor, course_id: int) -> CourseProgress:
    """How far the actor got in a course that they may see, or have joined, with its lessons in their order.

    A course that was withdrawn since shows its title of before and how much is finished, but not its lessons.

    Raises:
        NotFound: no such course, as far as the actor may know.
    """
    values = viewer(actor, course_id=course_id)
    found = tx.fetch_one(_course_studied(visibility_of(actor)), values)
    studied = tx.fetch_all(_LESSONS_STUDIED, values)
    found.total_lessons, found.completed_lessons = len(studied), sum(each.lesson.completed_at is not None for each in studied)
    found.lessons = [each.lesson for each in studied if each.is_there] if found.is_visible else []
    return found


@cache
def _unfinished(visibility: Visibility) -> Query:
    """Open lessons that the viewer has not finished, in the order of study."""
    finished = select(Completion.id).where(Completion.lesson_id == Lesson.id, Completion.user_id == VIEWER)
    return (
        select(Lesson.id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Section, Section.id == Lesson.section_id)
        .where(Lesson.deleted_at.is_(None), is_visible(visibility), is_open(visibility), ~finished.exists())
        .limit(1)
    )


@cache
def _next_of_current(visibility: Visibility) -> Prepared:
    own = and_(Enrollment.course_id == Course.id, Enrollment.user_id == VIEWER)
    latest = (Enrollment.studied_at.desc(), Enrollment.id.desc())
    return Prepared(_unfinished(visibility).join(Enrollment, own).order_by(*latest, *IN_ORDER))


@cache
def _next_of_any(visibility: Visibility) -> Prepared:
    return Prepared(_unfinished(visibility).where(Course.is_published).order_by(Course.is_featured.desc(), Course.id, *IN_ORDER))


@signed_in
def lesson_to_continue(tx: Tx, actor: Actor) -> LessonView | None:
    """The first open lesson left of the course that was studied or joined last; None where nothing was begun or all is finished."""
    found = tx.scalar(_next_of_current(visibility_of(actor)), viewer(actor))
    return lessons.lesson(tx, actor, found) if found is not None else None


@signed_in
def next_lesson(tx: Tx, actor: Actor) -> LessonView:
    """The lesson to go on with: the first open one of the course last studied or joined, else one to begin with (CONTRACT section 8).

    A featured course is begun before others, then the oldest.

    Raises:
        NotFound: there is nothing left to study.
    """
    visibility, values = visibility_of(actor), viewer(actor)
    found = tx.scalar(_next_of_current(visibility), values) or tx.scalar(_next_of_any(visibility), values)
    if found is None:
        raise NotFound
    return lessons.lesson(tx, actor, found)
