"""Categories, sections and lessons in the marketplace's words."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import QueryParameter
from msgspec import UNSET, Struct

from bilim.catalog import access, actions, lesson_queries, queries
from bilim.catalog.lesson_queries import LessonView
from bilim.catalog.queries import CourseRef, SectionInCourse
from bilim.db.engine import Tx
from bilim.files.kinds import StagedFile
from bilim.http.access import PUBLIC, needs
from bilim.http.parameters import Limit, Skip
from bilim.http.uploads import UPLOAD_LIMIT, store_file
from bilim.http.work import work
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Count, Id, Omittable, Text, Title, Url
from bilim.kit.paging import DEFAULT_LIMIT, Listed, page
from bilim.kit.patch import sent_fields

Http = Request[Any, Any, Any]
AUTHORS = needs(Role.TEACHER)
OfCourse = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only of this course.")]
OfSection = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only of this section.")]


class CategoryOut(Struct):
    """A category."""

    id: int
    title: str
    courses_count: int


class SectionIn(Struct):
    """A new section; without an order it stands behind the others."""

    course: Id
    title: Title
    order: Omittable[Count] = UNSET


class SectionOut(Struct):
    """A section of a course."""

    id: int
    course: CourseRef
    title: str
    order: int
    lessons_count: int


class LessonIn(Struct):
    """A new lesson of a section; `file` is an uploaded file."""

    section: Id
    title: Title
    content: Omittable[Text] = UNSET
    video_url: Omittable[Url] = UNSET
    order: Omittable[Count] = UNSET
    is_preview: Omittable[bool] = UNSET
    premium_only: Omittable[bool] = UNSET
    file: Omittable[StagedFile] = UNSET


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


@get("/api/categories", opt=PUBLIC, tags=["marketplace"])
@work
def list_categories(tx: Tx, actor: Actor | None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CategoryOut]:
    """The categories of courses."""
    found = queries.categories(tx, actor, page(skip, limit))
    return Listed([CategoryOut(view.id, view.name, view.courses_count) for view in found], found.total, found.page)


@get("/api/sections", opt=PUBLIC, tags=["marketplace"])
@work
def list_sections(tx: Tx, actor: Actor | None, course: OfCourse = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[SectionOut]:
    """Sections of all courses, or of one in its order."""
    found = queries.sections(tx, actor, page(skip, limit), course)
    return Listed([_section_out(view) for view in found], found.total, found.page)


@post("/api/sections", opt=AUTHORS, tags=["marketplace"])
@work
def create_section(tx: Tx, actor: Actor, data: SectionIn) -> SectionOut:
    """Add a section to a course."""
    order = data.order if isinstance(data.order, int) else None
    return _section_out(queries.section(tx, actor, actions.create_section(tx, actor, data.course, data.title, order)))


def _section_out(view: SectionInCourse) -> SectionOut:
    return SectionOut(view.id, CourseRef(view.course_id, view.course_title), view.title, view.order, view.lessons_count)


@get("/api/lessons", opt=PUBLIC, tags=["marketplace"])
@work
def list_lessons(
    tx: Tx,
    actor: Actor | None,
    request: Http,
    course: OfCourse = None,
    section: OfSection = None,
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> list[LessonOut]:
    """Lessons of all courses, of one, or of a section."""
    found = lesson_queries.lessons_in(tx, actor, page(skip, limit), course, section)
    return Listed(_lessons_out(tx, actor, request, found), found.total, found.page)


@post("/api/lessons", opt=AUTHORS, request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
def create_lesson(tx: Tx, actor: Actor, request: Http, data: LessonIn) -> LessonOut:
    """Add a lesson to a section."""
    access.editable_section(tx, actor, data.section)  # before a file is stored for somebody who may not
    values = sent_fields(data)
    if data.file:
        values["file"] = store_file(data.file, request, "lessons", "file")
    lesson = lesson_queries.lesson(tx, actor, actions.create_lesson_in_section(tx, actor, data.section, values))
    return _lessons_out(tx, actor, request, [lesson])[0]


def _lessons_out(tx: Tx, actor: Actor | None, request: Http, views: list[LessonView]) -> list[LessonOut]:
    files = lesson_queries.files_of(tx, actor, [view.id for view in views])
    return [_lesson_out(request, view, files.get(view.id)) for view in views]


def _lesson_out(request: Http, view: LessonView, file: str | None) -> LessonOut:
    state = request.app.state
    return LessonOut(
        view.id,
        view.section_id,
        view.course_id,
        view.title,
        view.content,
        view.video_url,
        state.settings.public_url + state.signer.sign(f"/uploads/{file}") if file else None,
        view.order,
        view.is_preview,
        view.premium_only,
        view.is_open,
    )


ROUTES = [list_categories, list_sections, create_section, list_lessons, create_lesson]
