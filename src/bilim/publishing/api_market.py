"""The states and versions of courses in the marketplace's words."""

from litestar import get, post

from bilim.catalog.rules import CourseTerms
from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.publishing import actions, queries
from bilim.publishing.inputs import Rejection
from bilim.publishing.queries import CourseState, SubmissionView, VersionDetail, VersionView


@get("/api/courses/submissions", opt=may(queries.submissions), tags=["publishing"])
@work
def list_submissions(tx: Tx, actor: Actor, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[SubmissionView]:
    """The courses that wait for an admin, the longest waiting first."""
    return queries.submissions(tx, actor, page(skip, limit))


@get("/api/courses/{id:int}/state", opt=may(queries.course_state), tags=["publishing"])
@work
def read_state(tx: Tx, actor: Actor, id: PathId) -> CourseState:
    """Whether a course is a draft, in review or published, and whether it changed since."""
    return queries.course_state(tx, actor, id)


@post("/api/courses/{id:int}/submit", status_code=200, opt=may(actions.submit_course), tags=["publishing"])
@work
def submit_course(tx: Tx, actor: Actor, terms: CourseTerms, id: PathId) -> CourseState:
    """Publish a course or a new version of it; where courses are reviewed, ask an admin to."""
    actions.submit_course(tx, actor, id, terms)
    return queries.course_state(tx, actor, id)


@post("/api/courses/{id:int}/approve", status_code=200, opt=may(actions.approve_course), tags=["publishing"])
@work
def approve_course(tx: Tx, actor: Actor, id: PathId) -> CourseState:
    """Publish a submitted course."""
    actions.approve_course(tx, actor, id)
    return queries.course_state(tx, actor, id)


@post("/api/courses/{id:int}/reject", status_code=200, opt=may(actions.reject_course), tags=["publishing"])
@work
def reject_course(tx: Tx, actor: Actor, id: PathId, data: Rejection) -> CourseState:
    """Hand a submitted course back to its author, with the reason."""
    actions.reject_course(tx, actor, id, data)
    return queries.course_state(tx, actor, id)


@post("/api/courses/{id:int}/withdraw", status_code=200, opt=may(actions.withdraw_course), tags=["publishing"])
@work
def withdraw_course(tx: Tx, actor: Actor, id: PathId) -> CourseState:
    """Take back a submission, or take a published course away from learners."""
    actions.withdraw_course(tx, actor, id)
    return queries.course_state(tx, actor, id)


@get("/api/courses/{id:int}/versions", opt=may(queries.versions), tags=["publishing"])
@work
def list_versions(tx: Tx, actor: Actor, id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[VersionView]:
    """The versions of a course, the latest first."""
    return queries.versions(tx, actor, id, page(skip, limit))


@get("/api/courses/{id:int}/versions/{number:int}", opt=may(queries.version), tags=["publishing"])
@work
def read_version(tx: Tx, actor: Actor, id: PathId, number: PathId) -> VersionDetail:
    """One version of a course, with its sections and lessons."""
    return queries.version(tx, actor, id, number)


ROUTES = [
    list_submissions,
    read_state,
    submit_course,
    approve_course,
    reject_course,
    withdraw_course,
    list_versions,
    read_version,
]
