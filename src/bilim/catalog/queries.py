"""Reads of courses, their sections and categories; of lessons and words see `lesson_queries`."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import bindparam, func, select

from bilim.accounts.models import User
from bilim.catalog import access, lesson_queries
from bilim.catalog.access import Visibility, viewer, visibility
from bilim.catalog.lesson_queries import LessonView
from bilim.catalog.models import Category, Course, Lesson, Section
from bilim.db.engine import Query, Tx, paged
from bilim.db.prepared import Prepared
from bilim.kit import text
from bilim.kit.actors import Actor
from bilim.kit.money import to_uzs
from bilim.kit.paging import Listed, Page


class CourseView(Struct):
    """A course; prices are UZS."""

    id: int
    title: str
    description: str | None
    difficulty_level: str
    short_description: str | None
    thumbnail_url: str | None
    is_published: bool
    is_featured: bool
    estimated_duration: int
    language: str | None
    price: Decimal
    discount_price: Decimal
    category: str | None
    category_id: int | None
    tags: list[str]
    requirements: list[str]
    learning_outcomes: list[str]
    instructor_id: int | None
    instructor_name: str | None
    created_at: datetime
    updated_at: datetime
    lessons: list[LessonView] = field(default_factory=list[LessonView])


class SectionView(Struct):
    """A section of a course."""

    id: int
    title: str
    order: int
    course_id: int


_COURSE = (
    select(
        Course.id,
        Course.title,
        Course.description,
        Course.difficulty_level,
        Course.short_description,
        Course.thumbnail_url,
        Course.is_published,
        Course.is_featured,
        Course.estimated_duration,
        Course.language,
        Course.price,
        Course.discount_price,
        Category.name,
        Course.category_id,
        Course.tags,
        Course.requirements,
        Course.learning_outcomes,
        Course.instructor_id,
        User.first_name,
        User.last_name,
        Course.created_at,
        Course.updated_at,
    )
    .outerjoin(Category, Category.id == Course.category_id)
    .outerjoin(User, User.id == Course.instructor_id)
)
_PRICE, _DISCOUNT = 10, 11
_NAMES = slice(18, 20)
"""Where `_COURSE` has the prices, and the instructor's two names that become one."""
_SECTIONS = Prepared(
    select(Section.id, Section.title, Section.position, Section.course_id)
    .where(Section.course_id.in_(bindparam("course_ids", expanding=True)))
    .order_by(Section.course_id, Section.position, Section.id)
)


def _as_course(*row: Any) -> CourseView:
    columns = list(row)
    columns[_PRICE], columns[_DISCOUNT] = to_uzs(row[_PRICE]), to_uzs(row[_DISCOUNT])
    first, last = row[_NAMES]
    columns[_NAMES] = [text.join_name(first, last) if first is not None else None]
    return CourseView(*columns)


@cache
def _visible_ids(sees: Visibility) -> Query:
    return select(Course.id).where(access.is_visible(sees)).order_by(Course.id)


@cache
def _page_of_ids(sees: Visibility) -> Prepared:
    return Prepared(_visible_ids(sees).offset(bindparam("skip")).limit(bindparam("limit")))


@cache
def _counted_courses(sees: Visibility) -> Prepared:
    return Prepared(select(func.count()).select_from(Course).where(access.is_visible(sees)))


@cache
def _one_course(sees: Visibility) -> Prepared:
    return Prepared(_COURSE.where(Course.id == bindparam("course_id"), access.is_visible(sees)))


_COURSES_BY_ID = Prepared(_COURSE.where(Course.id.in_(bindparam("course_ids", expanding=True))).order_by(Course.id))


def courses(tx: Tx, actor: Actor | None, page: Page) -> Listed[CourseView]:
    """The courses that the viewer may see, without lessons. The page's ids are found first, so that far pages cost no joins."""
    sees, values = visibility(actor), viewer(actor)
    ids = tx.scalars(_page_of_ids(sees), {**values, "skip": page.skip, "limit": page.limit or 0})
    rows = tx.rows(_COURSES_BY_ID, _as_course, {"course_ids": ids}) if ids else []
    return Listed(rows, tx.scalar(_counted_courses(sees), values), page)


def course(tx: Tx, actor: Actor | None, course_id: int) -> CourseView:
    """One course, without its lessons.

    Raises:
        NotFound: no such course, or one that the viewer may not know of.
    """
    return tx.one(_one_course(visibility(actor)), _as_course, {**viewer(actor), "course_id": course_id})


def with_lessons(tx: Tx, actor: Actor | None, views: list[CourseView]) -> None:
    """Give courses that the viewer may see their lessons and words, in two queries however many there are."""
    by_id = {view.id: view for view in views}
    lessons = lesson_queries.lessons_of(tx, actor, list(by_id)) if by_id else []
    lesson_queries.with_words(tx, lessons)
    for lesson in lessons:
        by_id[lesson.course_id].lessons.append(lesson)


def sections_of(tx: Tx, course_ids: list[int]) -> list[SectionView]:
    """The sections of courses, in their order."""
    return tx.rows(_SECTIONS, SectionView, {"course_ids": course_ids})


class CourseRef(Struct):
    """A course, small."""

    id: int
    title: str


class CategoryView(Struct):
    """A category, and in how many of the courses that the viewer may see."""

    id: int
    name: str
    courses_count: int


@cache
def _categories(sees: Visibility) -> Query:
    counted = select(func.count()).select_from(Course).where(Course.category_id == Category.id, access.is_visible(sees))
    return select(Category.id, Category.name, counted.correlate(Category).scalar_subquery()).order_by(Category.id)


def categories(tx: Tx, actor: Actor | None, page: Page) -> Listed[CategoryView]:
    """All categories, by id."""
    counted = select(func.count()).select_from(Category)
    rows = tx.rows(paged(_categories(visibility(actor)), page), CategoryView, viewer(actor))
    return Listed(rows, tx.scalar(counted), page)


class SectionInCourse(Struct):
    """A section with the name of its course."""

    id: int
    course_id: int
    course_title: str
    title: str
    order: int
    lessons_count: int


@cache
def _sections(sees: Visibility) -> Query:
    counted = select(func.count()).select_from(Lesson).where(Lesson.section_id == Section.id, Lesson.deleted_at.is_(None))
    return (
        select(Section.id, Section.course_id, Course.title, Section.title, Section.position, counted.correlate(Section).scalar_subquery())
        .join(Course, Course.id == Section.course_id)
        .where(access.is_visible(sees))
    )


def sections(tx: Tx, actor: Actor | None, page: Page, course_id: int | None) -> Listed[SectionInCourse]:
    """Sections of the courses that the viewer may see, or of one of them in its order."""
    query, values = _sections(visibility(actor)), viewer(actor)
    if course_id is None:
        query = query.order_by(Section.id)
    else:
        query = query.where(Section.course_id == course_id).order_by(Section.position, Section.id)
    total = tx.scalar(select(func.count()).select_from(query.order_by(None).subquery()), values)
    return Listed(tx.rows(paged(query, page), SectionInCourse, values), total, page)


def section(tx: Tx, actor: Actor | None, section_id: int) -> SectionInCourse:
    """One section.

    Raises:
        NotFound: no such section, or one of a course that the viewer may not know of.
    """
    return tx.one(_sections(visibility(actor)).where(Section.id == section_id), SectionInCourse, viewer(actor))
