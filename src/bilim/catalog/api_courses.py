"""Courses in the marketplace's words: sections with lessons, and what learners made of them."""

from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from litestar import get
from msgspec import Struct

from bilim.catalog import queries
from bilim.catalog.queries import CourseView, LessonView
from bilim.db.engine import Tx
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import PUBLIC, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, Listed, page
from bilim.study import queries as study
from bilim.study.queries import Figures


class Ref(Struct):
    """A small object."""

    id: int
    title: str


class Instructor(Struct):
    """Who teaches a course."""

    id: int
    full_name: str


class CourseOut(Struct, kw_only=True):
    """A course in a list."""

    id: int
    title: str
    description: str | None
    short_description: str | None
    category: Ref | None
    level: str
    language: str | None
    price: Decimal
    discount_price: Decimal
    thumbnail_url: str | None
    instructor: Instructor | None
    is_published: bool
    is_featured: bool
    estimated_duration: int
    tags: list[str]
    sections_count: int
    lessons_count: int
    students_count: int
    rating_average: float | None
    reviews_count: int
    created_at: datetime
    updated_at: datetime


class SectionLesson(Struct):
    """A lesson of a section; content and video are null where it is closed to the caller."""

    id: int
    title: str
    order: int
    is_preview: bool
    premium_only: bool
    is_open: bool
    content: str | None
    video_url: str | None


class SectionOut(Struct):
    """A section with its lessons."""

    id: int
    title: str
    order: int
    lessons: list[SectionLesson]


class CourseDetail(CourseOut, kw_only=True):
    """A course with all it consists of."""

    requirements: list[str]
    learning_outcomes: list[str]
    sections: list[SectionOut]


C = TypeVar("C", bound=CourseOut)


@get("/api/courses", opt=PUBLIC, tags=["marketplace"])
@work
def list_courses(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CourseOut]:
    """Courses with their figures."""
    found = queries.courses(tx, actor, page(skip, limit))
    figures = study.figures(tx, [view.id for view in found])
    return Listed([_course_out(CourseOut, view, figures[view.id]) for view in found], found.total, found.page)


@get("/api/courses/{id:int}", opt=PUBLIC, tags=["marketplace"])
@work
def read_course(tx: Tx, actor: Actor | None, id: PathId) -> CourseDetail:
    """One course with its sections and lessons."""
    view = queries.course(tx, actor, id)
    sections = {section.id: SectionOut(section.id, section.title, section.order, []) for section in queries.sections_of(tx, [view.id])}
    for lesson in queries.lessons_of(tx, actor, [view.id]):
        sections[lesson.section_id].lessons.append(_section_lesson(lesson))
    return _course_out(
        CourseDetail,
        view,
        study.figures(tx, [view.id])[view.id],
        requirements=view.requirements,
        learning_outcomes=view.learning_outcomes,
        sections=list(sections.values()),
    )


def _section_lesson(view: LessonView) -> SectionLesson:
    return SectionLesson(view.id, view.title, view.order, view.is_preview, view.premium_only, view.is_open, view.content, view.video_url)


def _course_out(kind: type[C], view: CourseView, figures: Figures, **more: object) -> C:
    return kind(
        id=view.id,
        title=view.title,
        description=view.description,
        short_description=view.short_description,
        category=Ref(view.category_id, view.category) if view.category_id is not None and view.category is not None else None,
        level=view.difficulty_level,
        language=view.language,
        price=view.price,
        discount_price=view.discount_price,
        thumbnail_url=view.thumbnail_url,
        instructor=Instructor(view.instructor_id, view.instructor_name or "") if view.instructor_id is not None else None,
        is_published=view.is_published,
        is_featured=view.is_featured,
        estimated_duration=view.estimated_duration,
        tags=view.tags,
        sections_count=figures.sections_count,
        lessons_count=figures.lessons_count,
        students_count=figures.students_count,
        rating_average=figures.rating_average,
        reviews_count=figures.reviews_count,
        created_at=view.created_at,
        updated_at=view.updated_at,
        **more,
    )


ROUTES = [list_courses, read_course]
