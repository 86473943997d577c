"""Courses in the marketplace's words: sections with lessons, and what learners made of them."""

from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from litestar import delete, get, post, put
from litestar.params import QueryParameter

from bilim.catalog import access, actions
from bilim.catalog.indexing import Kind
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Tx
from bilim.files import images
from bilim.files.kinds import StagedFile
from bilim.files.store import Store
from bilim.http.access import may
from bilim.http.answers import WithTotal
from bilim.http.multipart import UPLOAD_LIMIT
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.pools import Pools
from bilim.http.urls import Urls
from bilim.http.work import RUN_IN_LOOP, Units, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import Omittable, renamed
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.market.inputs import CourseFilter, Ordering, PicturedCourseInput
from bilim.market.queries import courses as queries
from bilim.market.queries import results
from bilim.market.queries.courses import CourseCard, CourseDetail
from bilim.market.queries.results import SearchAnswer

MAX_RESULTS = 50
Words = Annotated[
    str | None, QueryParameter(max_length=200, description="Words to look for, in any order and script; of more than 8 the first.")
]
KindFilter = Annotated[Literal["course", "lesson", "word"] | None, QueryParameter(description="Only these.")]
CategoryFilter = Annotated[str | None, QueryParameter(max_length=100, description="Only of this category: its id or name.")]
LevelFilter = Annotated[str | None, QueryParameter(max_length=50, description="Only of courses of this level.")]
LanguageFilter = Annotated[str | None, QueryParameter(max_length=50, description="Only of courses in this language.")]
MinRating = Annotated[Decimal | None, QueryParameter(description="Only of courses with reviews and at least this average, 0 to 5.")]
MinPrice = Annotated[Decimal | None, QueryParameter(description="Only of courses that cost at least so much, UZS.")]
MaxPrice = Annotated[Decimal | None, QueryParameter(description="Only of courses that cost at most so much, UZS.")]
Free = Annotated[bool | None, QueryParameter(description="Only of free courses, or only of priced ones.")]
Sorted = Annotated[Ordering | None, QueryParameter(description="By default best first where words are looked for, else by id.")]
ResultLimit = Annotated[int, QueryParameter(ge=0, description="Results to answer; above 50 counts as 50.")]

C = TypeVar("C", bound=CourseCard)


@renamed(difficulty_level="level")
class CourseInMarketBody(PicturedCourseInput, kw_only=True):
    """A course. `category` is an id, or the name of one; `thumbnail` an uploaded image; `is_featured` counts only from an admin."""


@get("/api/courses", opt=may(queries.filtered_courses), tags=["marketplace"])
@work
def list_courses(
    tx: Tx,
    actor: Actor | None,
    urls: Urls,
    search: Words = None,
    category: CategoryFilter = None,
    level: LevelFilter = None,
    language: LanguageFilter = None,
    min_rating: MinRating = None,
    min_price: MinPrice = None,
    max_price: MaxPrice = None,
    free: Free = None,
    ordering: Sorted = None,
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> RowStream[CourseCard]:
    """Courses with their figures: all of them by id, or those that are looked for, best first unless another order is asked for."""
    wanted = CourseFilter(
        search=search,
        category=category,
        level=level,
        language=language,
        min_rating=min_rating,
        min_price=min_price,
        max_price=max_price,
        free=free,
    )
    return queries.filtered_courses(tx, actor, page(skip, limit), wanted, ordering).map(lambda card: _addressed(urls, card))


@get("/api/search", opt=may(results.search), tags=["marketplace"])
@work
def search_all(
    tx: Tx,
    actor: Actor | None,
    q: Words = None,
    search: Words = None,
    kind: KindFilter = None,
    category: CategoryFilter = None,
    level: LevelFilter = None,
    language: LanguageFilter = None,
    min_rating: MinRating = None,
    min_price: MinPrice = None,
    max_price: MaxPrice = None,
    free: Free = None,
    skip: Skip = 0,
    limit: ResultLimit = 20,
) -> WithTotal[SearchAnswer]:
    """Courses, lessons and words that have all the words in any order and any script, slips forgiven; without words all courses.

    The words are `q`, or `search` as in the list of courses. A lesson's content and words are searched where the lesson is open to the
    caller. The facets tell how many results each choice of a filter would show. Words that nearly every text has, such as `va` or `the`,
    are not looked for.
    """
    wanted = CourseFilter(
        search=search if q is None else q,
        category=category,
        level=level,
        language=language,
        min_rating=min_rating,
        min_price=min_price,
        max_price=max_price,
        free=free,
    )
    part = page(skip, min(limit, MAX_RESULTS))
    found = results.search(tx, actor, part, wanted, None if kind is None else Kind[kind.upper()])
    return WithTotal(found, found.total, part)


@get("/api/courses/{id:int}", opt=may(queries.course) | RUN_IN_LOOP, tags=["marketplace"])
@work
def read_course(tx: Tx, actor: Actor | None, urls: Urls, id: PathId) -> CourseDetail:
    """One course with its sections and lessons."""
    return _addressed(urls, queries.course(tx, actor, id))


@post("/api/courses", opt=may(actions.create_course), request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
async def create_course(
    units: Units, actor: Actor, urls: Urls, pools: Pools, store: Store, terms: CourseTerms, data: CourseInMarketBody
) -> CourseDetail:
    """Make a course; the caller is its instructor."""
    picture = await _drawn(pools, store, data.thumbnail)
    course_id = await units.write(actions.create_course, actor, data, terms, picture)
    return _addressed(urls, await units.read(queries.course, actor, course_id))


@put("/api/courses/{id:int}", opt=may(actions.change_course), request_max_body_size=UPLOAD_LIMIT, tags=["marketplace"])
@work
async def change_course(
    units: Units, actor: Actor, urls: Urls, pools: Pools, store: Store, terms: CourseTerms, id: PathId, data: CourseInMarketBody
) -> CourseDetail:
    """Change a course: what is left out stays."""
    await units.read(access.require_editor, actor, id)
    picture = await _drawn(pools, store, data.thumbnail)
    await units.write(actions.change_course, actor, id, data, terms, picture)
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


ROUTES = [list_courses, search_all, read_course, create_course, change_course, delete_course]
