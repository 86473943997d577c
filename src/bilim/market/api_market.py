"""Courses in the marketplace's words: sections with lessons, and what learners made of them."""

from typing import TypeVar

from litestar import delete, get, post, put

from bilim.catalog import access, actions
from bilim.db.engine import Tx
from bilim.files import images
from bilim.files.kinds import StagedFile
from bilim.files.store import Store
from bilim.http.access import may
from bilim.http.multipart import UPLOAD_LIMIT
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.pools import Pools
from bilim.http.urls import Urls
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import Omittable, renamed
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.market import queries
from bilim.market.inputs import PicturedCourseInput
from bilim.market.queries import CourseCard, CourseDetail

C = TypeVar("C", bound=CourseCard)


@renamed(difficulty_level="level")
class CourseInMarketBody(PicturedCourseInput, kw_only=True):
    """A course. `category` is an id, or the name of one; `thumbnail` an uploaded image; `is_featured` counts only from an admin."""


@get("/api/courses", opt=may(queries.courses), tags=["marketplace"])
@work
def list_courses(tx: Tx, actor: Actor | None, urls: Urls, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CourseCard]:
    """Courses with their figures."""
    return queries.courses(tx, actor, page(skip, limit)).map(lambda card: _addressed(urls, card))


@get("/api/courses/{id:int}", opt=may(queries.course) | RUN_IN_LOOP, tags=["marketplace"])
@work
def read_course(tx: Tx, actor: Actor | None, urls: Urls, id: PathId) -> CourseDetail:
    """One course with its sections and lessons."""
    return _addressed(urls, queries.course(tx, actor, id))


@post("/api/courses", opt=may(actions.create_course), request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
async def create_course(units: Units, actor: Actor, urls: Urls, pools: Pools, store: Store, data: CourseInMarketBody) -> CourseDetail:
    """Make a course; the caller is its instructor."""
    picture = await _drawn(pools, store, data.thumbnail)
    course_id = await units.write(actions.create_course, actor, data, picture)
    return _addressed(urls, await units.read(queries.course, actor, course_id))


@put("/api/courses/{id:int}", opt=may(actions.change_course), request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
async def change_course(
    units: Units, actor: Actor, urls: Urls, pools: Pools, store: Store, id: PathId, data: CourseInMarketBody
) -> CourseDetail:
    """Change a course: what is left out stays."""
    await units.read(access.require_editor, actor, id)
    picture = await _drawn(pools, store, data.thumbnail)
    await units.write(actions.change_course, actor, id, data, picture)
    return _addressed(urls, await units.read(queries.course, actor, id))


@delete("/api/courses/{id:int}", opt=may(actions.delete_course), tags=["marketplace"])
@work
def delete_course(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a course."""
    actions.delete_course(tx, actor, id)


async def _drawn(pools: Pools, store: Store, thumbnail: Omittable[StagedFile]) -> Omittable[StagedFile]:
    """An uploaded thumbnail, drawn anew."""
    return await pools.files.run(images.draw, store, thumbnail, "thumbnail") if isinstance(thumbnail, StagedFile) else thumbnail


def _addressed(urls: Urls, card: C) -> C:
    """A course with the absolute address of its picture."""
    card.thumbnail = urls.absolute(card.thumbnail)
    return card


ROUTES = [list_courses, read_course, create_course, change_course, delete_course]
