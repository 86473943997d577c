"""Categories, sections and lessons in the marketplace's words."""

from typing import Annotated

from litestar import get, post
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.catalog import actions
from bilim.catalog.inputs import SectionInput, SectionLessonInput
from bilim.catalog.queries import lessons, sections
from bilim.catalog.queries.lessons import LessonWithFile
from bilim.catalog.queries.sections import CategoryView, SectionView
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.multipart import UPLOAD_LIMIT
from bilim.http.parameters import Limit, Skip
from bilim.http.urls import Urls
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page

OfCourse = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only of this course.")]
OfSection = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only of this section.")]


class CategoryOut(Struct):
    """A category."""

    id: int
    title: str
    courses_count: int


@renamed(course_id="course", position="order")
class SectionBody(SectionInput, kw_only=True):
    """A new section of a course. Appended by default."""


@renamed(section_id="section", position="order")
class LessonInSectionBody(SectionLessonInput, kw_only=True):
    """A new lesson of a section; `file` is an uploaded file."""


class LessonOut(Struct):
    """A lesson; content, video and file are null where it is closed to the caller. `file` is a signed address."""

    id: int
    section: int
    course: int
    title: str
    content: str | None
    video_url: str | None
    file: str | None
    order: int
    is_preview: bool
    premium_only: bool
    is_open: bool


@get("/api/categories", opt=may(sections.categories), tags=["marketplace"])
@work
def list_categories(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CategoryOut]:
    """The categories of courses."""
    return sections.categories(tx, actor, page(skip, limit)).map(_category_out)


def _category_out(view: CategoryView) -> CategoryOut:
    return CategoryOut(view.id, view.name, view.courses_count)


@get("/api/sections", opt=may(sections.sections), tags=["marketplace"])
@work
def list_sections(
    tx: Tx, actor: Actor | None, course: OfCourse = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[SectionView]:
    """Sections of all courses, or of one in its order."""
    return sections.sections(tx, actor, page(skip, limit), course)


@post("/api/sections", opt=may(actions.create_section), tags=["marketplace"])
@work
def create_section(tx: Tx, actor: Actor, data: SectionBody) -> SectionView:
    """Add a section to a course."""
    return sections.section(tx, actor, actions.create_section(tx, actor, data))


@get("/api/lessons", opt=may(lessons.lessons_with_files), tags=["marketplace"])
@work
def list_lessons(
    tx: Tx,
    actor: Actor | None,
    urls: Urls,
    course: OfCourse = None,
    section: OfSection = None,
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> RowStream[LessonOut]:
    """Lessons of all courses, of one, or of a section."""
    return lessons.lessons_with_files(tx, actor, page(skip, limit), course, section).map(lambda view: _lesson_out(urls, view))


@post("/api/lessons", opt=may(actions.create_lesson_in_section), request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
def create_lesson(tx: Tx, actor: Actor, urls: Urls, data: LessonInSectionBody) -> LessonOut:
    """Add a lesson to a section."""
    return _lesson_out(urls, lessons.lesson_with_file(tx, actor, actions.create_lesson_in_section(tx, actor, data)))


def _lesson_out(urls: Urls, view: LessonWithFile) -> LessonOut:
    return LessonOut(
        id=view.id,
        section=view.section_id,
        course=view.course_id,
        title=view.title,
        content=view.content,
        video_url=view.video_url,
        file=urls.signed(f"/uploads/{view.file}") if view.file else None,
        order=view.position,
        is_preview=view.is_preview,
        premium_only=view.premium_only,
        is_open=view.is_open,
    )


ROUTES = [list_categories, list_sections, create_section, list_lessons, create_lesson]
