"""All courses, drafts too, in the learning surface's words: for admins."""

from litestar import delete, get, post, put

from bilim.catalog import actions
from bilim.catalog.api_learning import CourseBody
from bilim.catalog.queries import courses
from bilim.catalog.queries.courses import CourseView
from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page


@get("/api/v1/admin/courses", opt=may(courses.every_course), tags=["admin"])
@work
def list_every_course(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[CourseView]:
    """All courses with their lessons."""
    return courses.every_course(tx, actor, page(skip, limit))


@post("/api/v1/admin/courses", opt=may(actions.create_any_course), tags=["admin"])
@work
def create_any_course(tx: Tx, actor: Actor, terms: CourseTerms, data: CourseBody) -> CourseView:
    """Make a course for any teacher."""
    return courses.course(tx, actor, actions.create_any_course(tx, actor, data, terms))


@put("/api/v1/admin/courses/{course_id:int}", opt=may(actions.change_any_course), tags=["admin"])
@work
def change_any_course(tx: Tx, actor: Actor, terms: CourseTerms, course_id: PathId, data: CourseBody) -> CourseView:
    """Change any course."""
    actions.change_any_course(tx, actor, course_id, data, terms)
    return courses.course(tx, actor, course_id)


@delete("/api/v1/admin/courses/{course_id:int}", status_code=200, opt=may(actions.delete_any_course), tags=["admin"])
@work
def delete_any_course(tx: Tx, actor: Actor, course_id: PathId) -> CourseView:
    """Delete any course and answer what it was."""
    deleted = courses.course(tx, actor, course_id)
    actions.delete_any_course(tx, actor, course_id)
    return deleted


ROUTES = [list_every_course, create_any_course, change_any_course, delete_any_course]
