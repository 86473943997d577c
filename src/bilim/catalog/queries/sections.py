"""Reads of categories, and of the sections of courses."""

from functools import cache

from msgspec import Struct
from sqlalchemy import bindparam, func, select, true

from bilim.catalog.access import Visibility, is_visible, viewer, visibility_of
from bilim.catalog.models import Category, Course, Lesson, Section
from bilim.catalog.queries.courses import CourseRef
from bilim.db.engine import Tx
from bilim.db.lists import ListQuery, paginate
from bilim.db.select_into import Selection, nested, select_into
from bilim.kit.access import public
from bilim.kit.actors import Actor
from bilim.kit.paging import Page, RowStream


class CategoryView(Struct):
    """A category, and how many of its courses the viewer may see."""

    id: int
    name: str
    courses_count: int


class SectionView(Struct, rename={"position": "order"}):
    """A section of a course."""

    id: int
    course: CourseRef
    title: str
    position: int
    lessons_count: int


@cache
def _categories(visibility: Visibility, *, shows_empty: bool) -> ListQuery[CategoryView]:
    of_category = select(func.count()).select_from(Course).where(Course.category_id == Category.id)
    published = select(Course.id).where(Course.category_id == Category.id, Course.is_published, Course.deleted_at.is_(None))
    counted = of_category.where(is_visible(visibility)).correlate(Category).scalar_subquery()
    shown = true() if shows_empty else published.correlate(Category).exists()
    return ListQuery(
        select_into(CategoryView, id=Category.id, name=Category.name, courses_count=counted).where(shown).order_by(Category.id),
        select(func.count()).select_from(Category).where(shown),
    )


@public
def categories(tx: Tx, actor: Actor | None, page: Page) -> RowStream[CategoryView]:
    """The categories that have a published course, by id; to the staff all."""
    shows_empty = actor is not None and actor.is_teacher
    return paginate(tx, _categories(visibility_of(actor), shows_empty=shows_empty), page, viewer(actor))


def _selected(visibility: Visibility) -> Selection[SectionView]:
    counted = select(func.count()).select_from(Lesson).where(Lesson.section_id == Section.id, Lesson.deleted_at.is_(None))
    return (
        select_into(
            SectionView,
            id=Section.id,
            course=nested(CourseRef, id=Section.course_id, title=Course.title),
            title=Section.title,
            position=Section.position,
            lessons_count=counted.correlate(Section).scalar_subquery(),
        )
        .join(Course, Course.id == Section.course_id)
        .where(is_visible(visibility))
    )


@cache
def _sections(visibility: Visibility) -> ListQuery[SectionView]:
    return ListQuery(_selected(visibility).order_by(Section.id))


@cache
def _sections_of_course(visibility: Visibility) -> ListQuery[SectionView]:
    of_course = _selected(visibility).where(Section.course_id == bindparam("course_id"))
    return ListQuery(of_course.order_by(Section.position, Section.id))


@cache
def _one_section(visibility: Visibility) -> Selection[SectionView]:
    return _selected(visibility).where(Section.id == bindparam("section_id"))


@public
def sections(tx: Tx, actor: Actor | None, page: Page, course_id: int | None = None) -> RowStream[SectionView]:
    """Sections of the courses that the viewer may see, by id; of one course in its order."""
    if course_id is None:
        return paginate(tx, _sections(visibility_of(actor)), page, viewer(actor))
    return paginate(tx, _sections_of_course(visibility_of(actor)), page, viewer(actor, course_id=course_id))


@public
def section(tx: Tx, actor: Actor | None, section_id: int) -> SectionView:
    """One section.

    Raises:
        NotFound: no such section, or one of a course that the viewer may not know of.
    """
    return tx.fetch_one(_one_section(visibility_of(actor)), viewer(actor, section_id=section_id))
