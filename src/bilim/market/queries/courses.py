"""The marketplace's courses: each with its figures."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct, field
from sqlalchemy import and_, bindparam, case, func, select

from bilim.accounts.models import User
from bilim.catalog.access import Visibility, is_open, is_visible, viewer, visibility_of, where_open
from bilim.catalog.indexing import Kind
from bilim.catalog.models import Category, Course, Lesson, Section
from bilim.catalog.queries.lessons import IN_ORDER
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import Selection, convert, nested_or_none, select_into, uzs
from bilim.kit.access import internal, public
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name
from bilim.market.inputs import CourseFilter, Ordering
from bilim.market.queries.finding import find
from bilim.study.models import CourseRating, Enrollment
from bilim.study.rules import STARS, average_of, distribution_of


class CategoryRef(Struct):
    """A category, small."""

    id: int
    title: str


class InstructorRef(Struct):
    """Who teaches a course."""

    id: int
    full_name: str


class CourseCard(Struct):
    """A course in a list. Prices are UZS; `thumbnail` is an address of the web or a path of this server."""

    id: int
    title: str
    description: str | None
    short_description: str | None
    category: CategoryRef | None
    level: str
    language: str | None
    price: Decimal
    discount_price: Decimal
    thumbnail: str | None
    instructor: InstructorRef | None
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
    """A lesson of a section; content and video are null where it is closed to the viewer."""

    id: int
    title: str
    order: int
    is_preview: bool
    premium_only: bool
    is_open: bool
    content: str | None
    video_url: str | None


class SectionWithLessons(Struct):
    """A section with its lessons."""

    id: int
    title: str
    order: int
    lessons: list[SectionLesson] = field(default_factory=list[SectionLesson])


class CourseDetail(CourseCard):
    """A course with all it consists of."""

    requirements: list[str]
    learning_outcomes: list[str]
    rating_distribution: dict[str, int]
    """How many reviews have 1, 2, 3, 4 and 5 stars."""
    sections: list[SectionWithLessons] = field(default_factory=list[SectionWithLessons])


def _counted(table: Any, *conditions: Any) -> Any:
    """The number of rows of a table that belong to the course."""
    return select(func.count()).select_from(table).where(table.course_id == Course.id, *conditions).correlate(Course).scalar_subquery()


_STARS = [func.coalesce(getattr(CourseRating, f"stars_{stars}"), 0) for stars in STARS]
_CARD: dict[str, Any] = {
    "id": Course.id,
    "title": Course.title,
    "description": Course.description,
    "short_description": Course.short_description,
    "category": nested_or_none(CategoryRef, id=Category.id, title=Category.name),
    "level": Course.difficulty_level,
    "language": Course.language,
    "price": uzs(Course.price),
    "discount_price": uzs(Course.discount_price),
    "thumbnail": Course.thumbnail_url,
    "instructor": nested_or_none(InstructorRef, id=User.id, full_name=convert(join_name, User.first_name, User.last_name)),
    "is_published": Course.is_published,
    "is_featured": Course.is_featured,
    "estimated_duration": Course.estimated_duration,
    "tags": Course.tags,
    "sections_count": _counted(Section),
    "lessons_count": _counted(Lesson, Lesson.deleted_at.is_(None)),
    "students_count": _counted(Enrollment),
    "rating_average": convert(average_of, *_STARS),
    "reviews_count": sum(_STARS[1:], _STARS[0]),
    "created_at": Course.created_at,
    "updated_at": Course.updated_at,
}


def _joined(selection: Selection[Any]) -> Selection[Any]:
    return (
        selection.outerjoin(Category, Category.id == Course.category_id)
        .outerjoin(User, User.id == Course.instructor_id)
        .outerjoin(CourseRating, CourseRating.course_id == Course.id)
    )


@cache
def _cards(visibility: Visibility) -> ListQuery[CourseCard]:
    visible = is_visible(visibility)
    count = select(func.count()).select_from(Course).where(visible)
    keys = select(Course.id).where(visible).order_by(Course.id)
    return ListQuery(_joined(select_into(CourseCard, **_CARD)).order_by(Course.id), count, keys)


@cache
def _cards_by_id(visibility: Visibility) -> PreparedSelection[CourseCard]:
    wanted = Course.id.in_(bindparam("course_ids", expanding=True))
    return PreparedSelection(_joined(select_into(CourseCard, **_CARD)).where(wanted, is_visible(visibility)))


@cache
def _one_course(visibility: Visibility) -> PreparedSelection[CourseDetail]:
    detail = select_into(
        CourseDetail,
        **_CARD,
        requirements=Course.requirements,
        learning_outcomes=Course.learning_outcomes,
        rating_distribution=convert(distribution_of, *_STARS),
    )
    return PreparedSelection(_joined(detail).where(Course.id == bindparam("course_id"), is_visible(visibility)))


class _Part(Struct):
    """A section beside one of its lessons, or beside none where it has none."""

    section_id: int
    title: str
    order: int
    lesson: SectionLesson | None


@cache
def _parts(visibility: Visibility) -> PreparedSelection[_Part]:
    opened = is_open(visibility)
    lesson = nested_or_none(
        SectionLesson,
        id=Lesson.id,
        title=Lesson.title,
        order=Lesson.position,
        is_preview=Lesson.is_preview,
        premium_only=Lesson.premium_only,
        is_open=case((opened, True), else_=False),
        content=where_open(opened, Lesson.content),
        video_url=where_open(opened, Lesson.video_url),
    )
    return PreparedSelection(
        select_into(_Part, section_id=Section.id, title=Section.title, order=Section.position, lesson=lesson)
        .join(Course, Course.id == Section.course_id)
        .outerjoin(Lesson, and_(Lesson.section_id == Section.id, Lesson.deleted_at.is_(None)))
        .where(Section.course_id == bindparam("course_id"))
        .order_by(*IN_ORDER)
    )


@public
def courses(tx: Tx, actor: Actor | None, page: Page) -> RowStream[CourseCard]:
    """The courses that the viewer may see, by id."""
    return paginate(tx, _cards(visibility_of(actor)), page, viewer(actor))


@public
def filtered_courses(
    tx: Tx, actor: Actor | None, page: Page, wanted: CourseFilter, ordering: Ordering | None = None
) -> RowStream[CourseCard]:
    """The courses that the viewer may see and that are as wanted; best first where words are looked for, else by id.

    Raises:
        Invalid: a category that is not there, as far as the viewer may know.
    """
    if wanted == CourseFilter() and ordering in {None, "id", "relevance"}:
        return courses(tx, actor, page)
    ordering = ordering or ("relevance" if wanted.search else "id")
    finding = find(tx, actor, wanted, ordering, page, [Kind.COURSE])
    cards = some_courses(tx, actor, [found.object_id for found in finding.page])
    return RowStream(iter([cards]), finding.total, page)


@internal
def some_courses(tx: Tx, actor: Actor | None, course_ids: list[int]) -> list[CourseCard]:
    """Courses in the order of their ids here; those that the viewer may not know of are left out."""
    if not course_ids:
        return []
    found = {card.id: card for card in tx.fetch_all(_cards_by_id(visibility_of(actor)), viewer(actor, course_ids=course_ids))}
    return [found[course_id] for course_id in course_ids if course_id in found]


@public
def course(tx: Tx, actor: Actor | None, course_id: int) -> CourseDetail:
    """One course with its sections and lessons.

    Raises:
        NotFound: no such course, or one that the viewer may not know of.
    """
    visibility, values = visibility_of(actor), viewer(actor, course_id=course_id)
    found = tx.fetch_one(_one_course(visibility), values)
    for part in tx.fetch_all(_parts(visibility), values):
        if not found.sections or found.sections[-1].id != part.section_id:
            found.sections.append(SectionWithLessons(part.section_id, part.title, part.order))
        if part.lesson:
            found.sections[-1].lessons.append(part.lesson)
    return found
