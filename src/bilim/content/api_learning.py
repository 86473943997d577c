"""Teaching material in the learning surface's words: for staff."""

from datetime import datetime
from typing import Annotated

from litestar import get, post
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.catalog.actions import UPLOADS
from bilim.catalog.rules import CourseTerms
from bilim.content import flows
from bilim.content.actions.courses import import_content
from bilim.content.actions.report import ImportReport
from bilim.content.inputs import CourseImportInput
from bilim.content.queries.export import ExportedCourse, exported_courses
from bilim.content.queries.faults import FaultView, faults
from bilim.content.queries.lessons import ContentLesson, content_lessons
from bilim.content.queries.media import MediaLink, MediaView, media
from bilim.content.rules import MAX_FILE_BYTES, Kind, kind_of
from bilim.db.engine import Tx
from bilim.files.store import Store
from bilim.http.access import may
from bilim.http.answers import WithStatus
from bilim.http.files import PUBLIC_FOLDERS
from bilim.http.parameters import Limit, Skip
from bilim.http.pools import Pools
from bilim.http.urls import Urls
from bilim.http.work import READS_LONG, Units, work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.texts import text

OfCourse = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only this course.")]
_BODY_LIMIT = MAX_FILE_BYTES + 64 * 1024
_MADE_NOTHING = {"answers": {"200": "A dry run, or nothing was new"}}


class FaultOut(Struct):
    """Something about a course, or about one of its lessons: an `error` meets learners, a `warning` could be better."""

    level: str
    code: str
    message: str
    course_id: int
    course_title: str
    lesson_id: int | None
    lesson_title: str | None


class MediaOut(Struct):
    """A stored file; `url` is from the server's root, signed where the file is private. `links` are what shows it."""

    name: str
    kind: Kind
    size: int | None
    url: str
    created_at: datetime
    links: list[MediaLink]


@get("/api/v1/content/lessons", opt=may(content_lessons), tags=["content"])
@work
def list_content_lessons(
    tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT, course_id: OfCourse = None
) -> RowStream[ContentLesson]:
    """The lessons of one's own courses, to admins of all, with all that is written in them."""

    def with_address(lesson: ContentLesson) -> ContentLesson:
        lesson.file = urls.signed_path(UPLOADS + lesson.file) if lesson.file else None
        return lesson

    return content_lessons(tx, actor, page(skip, limit), course_id).map(with_address)


@get("/api/v1/content/lessons-json", opt=may(exported_courses) | READS_LONG, tags=["content"])
@work
def export_content(
    tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT, course_id: OfCourse = None
) -> RowStream[ExportedCourse]:
    """One's own courses, to admins all, in the shape in which they are imported."""
    return exported_courses(tx, actor, page(skip, limit), course_id)


@get("/api/v1/content/lessons/validate", opt=may(faults) | READS_LONG, tags=["content"])
@work
def list_faults(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[FaultOut]:
    """What is wrong or missing in one's own courses, to admins in all."""
    return faults(tx, actor, page(skip, limit)).map(_fault_out)


@get("/api/v1/content/media", opt=may(media), tags=["content"])
@work
def list_media(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[MediaOut]:
    """The files of one's own courses, to admins of all: pictures of courses, files of lessons."""
    return media(tx, actor, page(skip, limit)).map(lambda view: _media_out(view, urls))


@post(
    "/api/v1/content/lessons/import",
    opt=may(import_content) | _MADE_NOTHING,
    request_max_body_size=_BODY_LIMIT,
    tags=["content"],
)
@work
async def import_lessons(
    units: Units, pools: Pools, store: Store, terms: CourseTerms, actor: Actor, data: CourseImportInput
) -> WithStatus[ImportReport]:
    """Make and change courses with their lessons, all of it or nothing."""
    report = await flows.import_sent(units, pools, store, terms, actor, data)
    made = report.created
    is_new = not report.dry_run and bool(made.courses or made.sections or made.lessons or made.words)
    return WithStatus(report, 201 if is_new else 200)


def _fault_out(view: FaultView) -> FaultOut:
    about = (view.course_id, view.course_title, view.lesson_id, view.lesson_title)
    return FaultOut(view.level, view.code.removeprefix("fault_"), text(view.code, {}), *about)


def _media_out(view: MediaView, urls: Urls) -> MediaOut:
    is_public = view.name.partition("/")[0] in PUBLIC_FOLDERS
    address = UPLOADS + view.name
    return MediaOut(
        name=view.name,
        kind=kind_of(view.name),
        size=view.size,
        url=address if is_public else urls.signed_path(address),
        created_at=view.created_at,
        links=view.links,
    )


ROUTES = [list_content_lessons, export_content, list_faults, list_media, import_lessons]
