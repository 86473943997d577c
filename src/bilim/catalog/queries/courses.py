"""Reads of courses."""

from datetime import datetime
from decimal import Decimal
from functools import cache

from msgspec import Struct, field
from sqlalchemy import bindparam, case, func, select

from bilim.accounts.models import User
from bilim.catalog.access import Visibility, is_visible, viewer, visibility_of
from bilim.catalog.models import Category, Course
from bilim.catalog.queries import lessons
from bilim.catalog.queries.lessons import LessonView
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import convert, select_into, uzs
from bilim.kit.access import public, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import Page, RowStream
from bilim.kit.text import join_name

TITLE_FOR_LEARNERS = case((Course.is_published, Course.title), else_=func.coalesce(Course.published_title, Course.title))
"""A course's title as those know it who study it: a withdrawn one's is what it was while it was published."""


class CourseRef(Struct):
    """A course, small."""

    id: int
    title: str


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


_COURSE = (
    select_into(
        CourseView,
        id=Course.id,
        title=Course.title,
        description=Course.description,
        difficulty_level=Course.difficulty_level,
        short_description=Course.short_description,
        thumbnail_url=Course.thumbnail_url,
        is_published=Course.is_published,
        is_featured=Course.is_featured,
        estimated_duration=Course.estimated_duration,
        language=Course.language,
        price=uzs(Course.price),
        discount_price=uzs(Course.discount_price),
        category=Category.name,
        category_id=Course.category_id,
        tags=Course.tags,
        requirements=Course.requirements,
        learning_outcomes=Course.learning_outcomes,
        instructor_id=Course.instructor_id,
        instructor_name=convert(join_name, User.first_name, User.last_name),
        created_at=Course.created_at,
        updated_at=Course.updated_at,
    )
    .outerjoin(Category, Category.id == Course.category_id)
    .outerjoin(User, User.id == Course.instructor_id)
)


@cache
def _courses(visibility: Visibility) -> ListQuery[CourseView]:
    visible = is_visible(visibility)
    count = select(func.count()).select_from(Course).where(visible)
    return ListQuery(_COURSE.order_by(Course.id), count, keys=select(Course.id).where(visible).order_by(Course.id))


@cache
def _one_course(visibility: Visibility) -> PreparedSelection[CourseView]:
    return PreparedSelection(_COURSE.where(Course.id == bindparam("course_id"), is_visible(visibility)))


@public
def all_courses(tx: Tx, actor: Actor | None, page: Page) -> RowStream[CourseView]:
    """The courses that the viewer may see, by id, with their lessons and words."""

    def with_lessons(views: list[CourseView]) -> list[CourseView]:
        return _with_lessons(tx, actor, views)

    return paginate(tx, _courses(visibility_of(actor)), page, viewer(actor), enrich=with_lessons)


every_course = requires(Role.ADMIN)(all_courses)
"""The same, for admins alone."""


@public
def course(tx: Tx, actor: Actor | None, course_id: int) -> CourseView:
    """One course with its lessons and words.

    Raises:
        NotFound: no such course, or one that the viewer may not know of.
    """
    found = tx.fetch_one(_one_course(visibility_of(actor)), viewer(actor, course_id=course_id))
    return _with_lessons(tx, actor, [found])[0]


def _with_lessons(tx: Tx, actor: Actor | None, views: list[CourseView]) -> list[CourseView]:
    """Courses with their lessons and words, in two queries however many there are."""
    by_id = {view.id: view for view in views}
    for lesson in lessons.lessons_of(tx, actor, list(by_id)) if by_id else ():
        by_id[lesson.course_id].lessons.append(lesson)
    return views
