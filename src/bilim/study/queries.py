"""Reads of what people study: progress, enrolments, certificates, and the figures of courses."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, func, literal, select, union_all

from bilim.catalog import access, lesson_queries
from bilim.catalog.access import Visibility, viewer, visibility
from bilim.catalog.lesson_queries import IN_ORDER, LessonView
from bilim.catalog.models import Course, Lesson, Section
from bilim.db.engine import Query, Tx
from bilim.db.prepared import Prepared
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Listed, Page
from bilim.study.models import Certificate, Completion, Enrollment, Review


class Progress(Struct):
    """That somebody finished a lesson."""

    id: int
    user_id: int
    lesson_id: int
    completed_at: datetime
    updated_at: datetime


class Figures(Struct):
    """What a course consists of and what learners made of it."""

    sections_count: int = 0
    lessons_count: int = 0
    students_count: int = 0
    reviews_count: int = 0
    rating_average: float | None = None


class EnrolledCourse(Struct):
    """An enrolment with how far it got."""

    id: int
    course_id: int
    course_title: str
    enrolled_at: datetime
    studied_at: datetime
    total_lessons: int
    completed_lessons: int


class LessonProgress(Struct):
    """A lesson of a course, and when somebody finished it."""

    id: int
    title: str
    completed_at: datetime | None


class CertificateRow(Struct):
    """A certificate as issued."""

    id: int
    user_id: int
    course_id: int | None
    holder: str
    title: str
    course_name: str
    level_completed: str | None
    description: str | None
    verification_code: str
    issue_date: datetime
    is_valid: bool


_PROGRESS = select(Completion.id, Completion.user_id, Completion.lesson_id, Completion.completed_at, Completion.updated_at)
_OWN_PROGRESS = _PROGRESS.where(Completion.user_id == bindparam("user_id"))
_ONE_PROGRESS = Prepared(_OWN_PROGRESS.where(Completion.lesson_id == bindparam("lesson_id")))
_LAST_PROGRESS = _OWN_PROGRESS.order_by(Completion.completed_at.desc(), Completion.id.desc()).limit(1)


def progress(tx: Tx, user_id: int, page: Page) -> Listed[Progress]:
    """Everything that somebody finished, by id."""
    return tx.listed(_PROGRESS.where(Completion.user_id == user_id).order_by(Completion.id), Progress, page)


def completion(tx: Tx, user_id: int, lesson_id: int) -> Progress:
    """That somebody finished a lesson.

    Raises:
        NotFound: they did not.
    """
    return tx.one(_ONE_PROGRESS, Progress, {"user_id": user_id, "lesson_id": lesson_id})


def last_progress(tx: Tx, user_id: int) -> Progress | None:
    """What somebody finished last."""
    return tx.row(_LAST_PROGRESS, Progress, {"user_id": user_id})


def _figures() -> Prepared:
    """Four counts a course in one statement: what is counted, the course, how many, their sum."""
    ids = bindparam("course_ids", expanding=True)
    nothing = literal(0)
    counts = (
        select(literal(0), Section.course_id, func.count(), nothing).where(Section.course_id.in_(ids)).group_by(Section.course_id),
        select(literal(1), Lesson.course_id, func.count(), nothing)
        .where(Lesson.course_id.in_(ids), Lesson.deleted_at.is_(None))
        .group_by(Lesson.course_id),
        select(literal(2), Enrollment.course_id, func.count(), nothing).where(Enrollment.course_id.in_(ids)).group_by(Enrollment.course_id),
        select(literal(3), Review.course_id, func.count(), func.sum(Review.rating))
        .where(Review.course_id.in_(ids))
        .group_by(Review.course_id),
    )
    return Prepared(union_all(*counts))


_FIGURES = _figures()


def figures(tx: Tx, course_ids: list[int]) -> dict[int, Figures]:
    """The figures of courses, by course id."""
    found = {course_id: Figures() for course_id in course_ids}
    if not course_ids:
        return found
    for what, course_id, count, total in tx.all(_FIGURES, {"course_ids": course_ids}):
        mine = found[course_id]
        match what:
            case 0:
                mine.sections_count = count
            case 1:
                mine.lessons_count = count
            case 2:
                mine.students_count = count
            case _:
                mine.reviews_count, mine.rating_average = count, round(int(total) / count, 2)
    return found


def _lessons_in_course() -> Any:
    return (
        select(func.count())
        .select_from(Lesson)
        .where(Lesson.course_id == Enrollment.course_id, Lesson.deleted_at.is_(None))
        .correlate(Enrollment)
        .scalar_subquery()
    )


def _finished_in_course() -> Any:
    return (
        select(func.count())
        .select_from(Lesson)
        .join(Completion, and_(Completion.lesson_id == Lesson.id, Completion.user_id == Enrollment.user_id))
        .where(Lesson.course_id == Enrollment.course_id, Lesson.deleted_at.is_(None))
        .correlate(Enrollment)
        .scalar_subquery()
    )


_ENROLLMENT = select(
    Enrollment.id,
    Enrollment.course_id,
    Course.title,
    Enrollment.created_at,
    Enrollment.studied_at,
    _lessons_in_course(),
    _finished_in_course(),
).join(Course, Course.id == Enrollment.course_id)


def enrollments(tx: Tx, user_id: int, page: Page) -> Listed[EnrolledCourse]:
    """The courses that somebody joined, by enrolment."""
    return tx.listed(_ENROLLMENT.where(Enrollment.user_id == user_id).order_by(Enrollment.id), EnrolledCourse, page)


def enrollment(tx: Tx, user_id: int, course_id: int) -> EnrolledCourse:
    """One enrolment.

    Raises:
        NotFound: they did not join that course.
    """
    return tx.one(_ENROLLMENT.where(Enrollment.user_id == user_id, Enrollment.course_id == course_id), EnrolledCourse)


_COURSE_PROGRESS = Prepared(
    select(Lesson.id, Lesson.title, Completion.completed_at)
    .join(Section, Section.id == Lesson.section_id)
    .outerjoin(Completion, and_(Completion.lesson_id == Lesson.id, Completion.user_id == bindparam("user_id")))
    .where(Lesson.course_id == bindparam("course_id"), Lesson.deleted_at.is_(None))
    .order_by(*IN_ORDER)
)


def course_progress(tx: Tx, user_id: int, course_id: int) -> list[LessonProgress]:
    """The lessons of a course in their order, and when somebody finished each."""
    return tx.rows(_COURSE_PROGRESS, LessonProgress, {"user_id": user_id, "course_id": course_id})


_LEFT = Prepared(
    select(func.count())
    .select_from(Lesson)
    .outerjoin(Completion, and_(Completion.lesson_id == Lesson.id, Completion.user_id == bindparam("user_id")))
    .where(Lesson.course_id == bindparam("course_id"), Lesson.deleted_at.is_(None), Completion.id.is_(None))
)


def lessons_left(tx: Tx, user_id: int, course_id: int) -> int:
    """How many lessons of a course somebody has not finished."""
    return tx.scalar(_LEFT, {"user_id": user_id, "course_id": course_id})


@cache
def _unfinished(sees: Visibility) -> Query:
    """Open lessons that the viewer has not finished, in the order of study."""
    finished = select(Completion.id).where(Completion.lesson_id == Lesson.id, Completion.user_id == access.VIEWER)
    return (
        select(Lesson.id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Section, Section.id == Lesson.section_id)
        .where(Lesson.deleted_at.is_(None), access.is_visible(sees), access.is_open(sees), ~finished.exists())
        .order_by(*IN_ORDER)
        .limit(1)
    )


@cache
def _next_of_current(sees: Visibility) -> Query:
    return (
        _unfinished(sees)
        .join(Enrollment, and_(Enrollment.course_id == Course.id, Enrollment.user_id == access.VIEWER))
        .order_by(None)
        .order_by(Enrollment.studied_at.desc(), Enrollment.id.desc(), *IN_ORDER)
    )


@cache
def _next_of_any(sees: Visibility) -> Query:
    return _unfinished(sees).where(Course.is_published).order_by(None).order_by(Course.is_featured.desc(), Course.id, *IN_ORDER)


def lesson_to_continue(tx: Tx, actor: Actor) -> LessonView | None:
    """The first open lesson left of the course that was studied or joined last; None where nothing was begun or all is finished."""
    found = tx.scalar(_next_of_current(visibility(actor)), viewer(actor))
    return lesson_queries.lesson(tx, actor, found) if found is not None else None


def next_lesson(tx: Tx, actor: Actor) -> LessonView:
    """The lesson to go on with: the first open one of the course last studied or joined, else one to begin with (CONTRACT section 8).

    Raises:
        NotFound: there is nothing left to study.
    """
    sees, values = visibility(actor), viewer(actor)
    found = tx.scalar(_next_of_current(sees), values) or tx.scalar(_next_of_any(sees), values)
    if found is None:
        raise NotFound
    return lesson_queries.lesson(tx, actor, found)


_CERTIFICATE = select(
    Certificate.id,
    Certificate.user_id,
    Certificate.course_id,
    Certificate.holder,
    Certificate.title,
    Certificate.course_name,
    Certificate.level_completed,
    Certificate.description,
    Certificate.verification_code,
    Certificate.issue_date,
    Certificate.is_valid,
)


def certificates(tx: Tx, user_id: int, page: Page) -> Listed[CertificateRow]:
    """Somebody's certificates, by id."""
    return tx.listed(_CERTIFICATE.where(Certificate.user_id == user_id).order_by(Certificate.id), CertificateRow, page)


def certificate(tx: Tx, *conditions: Any) -> CertificateRow:
    """The certificate that meets the conditions.

    Raises:
        NotFound: there is none.
    """
    return tx.one(_CERTIFICATE.where(*conditions), CertificateRow)


def certificate_id(tx: Tx, user_id: int, course_id: int) -> int | None:
    """The id of somebody's certificate of a course, where it was issued."""
    return tx.scalar(select(Certificate.id).where(Certificate.user_id == user_id, Certificate.course_id == course_id))


def percent(completed: int, total: int) -> int:
    """How much of a course is finished, in whole percent; 100 only when all is."""
    return completed * 100 // total if total else 0


def count_completed(lessons: Iterable[LessonProgress]) -> int:
    """How many of the lessons are finished."""
    return sum(lesson.completed_at is not None for lesson in lessons)
