"""All courses, drafts too, in the learning surface's words: for admins."""

from litestar import delete, get, post, put

from bilim.catalog import actions, queries
from bilim.catalog.api_learning import CourseIn, whole_course
from bilim.catalog.queries import CourseView
from bilim.db.engine import Tx
from bilim.http.access import needs
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor, Role
from bilim.kit.paging import DEFAULT_LIMIT, page
from bilim.kit.patch import sent_fields

ADMINS = needs(Role.ADMIN)


@get("/api/v1/admin/courses", opt=ADMINS, tags=["admin"])
@work
def list_all_courses(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[CourseView]:
    """All courses with their lessons."""
    found = queries.courses(tx, actor, page(skip, limit))
    queries.with_lessons(tx, actor, found)
    return found


@post("/api/v1/admin/courses", opt=ADMINS, tags=["admin"])
@work
def create_any_course(tx: Tx, actor: Actor, data: CourseIn) -> CourseView:
    """Make a course for any teacher."""
    return queries.course(tx, actor, actions.create_course(tx, actor, sent_fields(data)))


@put("/api/v1/admin/courses/{course_id:int}", opt=ADMINS, tags=["admin"])
@work
def change_any_course(tx: Tx, actor: Actor, course_id: PathId, data: CourseIn) -> CourseView:
    """Change any course."""
    actions.change_course(tx, actor, course_id, sent_fields(data))
    return whole_course(tx, actor, course_id)


@delete("/api/v1/admin/courses/{course_id:int}", status_code=200, opt=ADMINS, tags=["admin"])
@work
def delete_any_course(tx: Tx, actor: Actor, course_id: PathId) -> CourseView:
    """Delete any course and answer what it was."""
    deleted = whole_course(tx, actor, course_id)
    actions.delete_course(tx, actor, course_id)
    return deleted


ROUTES = [list_all_courses, create_any_course, change_any_course, delete_any_course]
