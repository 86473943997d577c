"""Homework by lesson, what students have to do and have handed in, and files."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from bilim.db.engine import Tx
from bilim.files.store import Store
from bilim.homework.api_learning.shapes import AssignmentOut, HomeworkOut, SubmissionOut, assignment_out, homework_out, submission_out
from bilim.homework.queries import assignments, files, homework
from bilim.homework.queries.homework import LessonFilter
from bilim.homework.rules import Status
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.responses import Download, RawResponse
from bilim.http.urls import Urls
from bilim.http.work import RUN_IN_LOOP, work
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page

WithFiles = Annotated[bool, QueryParameter(description="Answer `files` too.")]
StatusFilter = Annotated[Status | None, QueryParameter(description="Only what stands so for the caller; to staff, for somebody.")]
DueSoon = Annotated[int | None, QueryParameter(ge=0, le=3650, description="Only what is due within so many days.")]


@get("/api/v1/homework/lesson/{lesson_id:int}", opt=may(homework.homework_of_lesson), tags=["homework"])
@work
def list_homework_of_lesson(
    tx: Tx,
    actor: Actor,
    urls: Urls,
    lesson_id: PathId,
    status: StatusFilter = None,
    due_soon: DueSoon = None,
    include_files: WithFiles = False,  # noqa: FBT002 - a query parameter
    skip: Skip = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> RowStream[HomeworkOut]:
    """The homework of a lesson."""
    wanted = LessonFilter(status, due_soon)
    found = homework.homework_of_lesson(tx, actor, lesson_id, page(skip, limit), wanted, with_files=include_files)
    return found.map(lambda view: homework_out(view, urls))


@get("/api/v1/homework/user/me", opt=may(assignments.own_assignments) | RUN_IN_LOOP, tags=["homework"])
@work
def list_own_assignments(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[AssignmentOut]:
    """What was assigned to the caller or handed in by them."""
    return assignments.own_assignments(tx, actor, page(skip, limit)).map(lambda view: assignment_out(view, urls))


@get("/api/v1/homework/submissions/me", opt=may(assignments.own_submissions) | RUN_IN_LOOP, tags=["homework"])
@work
def list_own_submissions(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[SubmissionOut]:
    """What the caller handed in, without the homework itself."""
    return assignments.own_submissions(tx, actor, page(skip, limit)).map(lambda view: submission_out(view, urls))


@get("/api/v1/homework/{id:int}/submissions", opt=may(assignments.submissions), tags=["homework"])
@work
def list_submissions(
    tx: Tx, actor: Actor, urls: Urls, id: PathId, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT
) -> RowStream[SubmissionOut]:
    """What was assigned and handed in of homework that the caller grades."""
    return assignments.submissions(tx, actor, id, page(skip, limit)).map(lambda view: submission_out(view, urls))


@get("/api/v1/homework/files/{file_id:int}/download", opt=may(files.file), tags=["homework"])
@work
def download_file(tx: Tx, actor: Actor, store: Store, file_id: PathId) -> RawResponse:
    """A file of homework or of a submission, for those whom it concerns."""
    found = files.file(tx, actor, file_id)
    path = store.path(found.name)
    if not path.is_file():
        raise NotFound
    return Download(path, found.filename)


ROUTES = [list_homework_of_lesson, list_own_assignments, list_own_submissions, list_submissions, download_file]
