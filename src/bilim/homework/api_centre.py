"""Homework: one resource for groups' and courses', with the fields of both documents (CONTRACT section 2)."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import QueryParameter

from bilim.db.engine import Tx
from bilim.homework.actions import homework as actions
from bilim.homework.api_learning.reading import WithFiles
from bilim.homework.api_learning.shapes import HomeworkOut, homework_out
from bilim.homework.inputs import HomeworkChanges, HomeworkInput
from bilim.homework.queries import assignments
from bilim.homework.queries import homework as queries
from bilim.homework.rules import MAX_FILES
from bilim.http.access import may
from bilim.http.multipart import upload_limit
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.urls import Urls
from bilim.http.work import RUN_IN_LOOP, change, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.paging import RowStream, page

_UPLOADS = upload_limit(MAX_FILES + 1)
WithSubmissions = Annotated[bool, QueryParameter(description="Answer the first hundred `submissions` too, to those who grade them.")]


@renamed(group_id="group")
class HomeworkChangesBody(HomeworkChanges):
    """Changes of homework: what is left out stays; an empty text is none, files are only ever replaced."""


@renamed(group_id="group")
class HomeworkBody(HomeworkInput):
    """Homework of a group (a text, an uploaded file, or both) or of a course; in a PUT what is left out of these stays."""


def _written(tx: Tx, actor: Actor, urls: Urls, homework_id: int, data: HomeworkChanges) -> HomeworkOut:
    """Homework as it was just written, with its files where some were sent."""
    return homework_out(queries.homework_by_id(tx, actor, homework_id, with_files=bool(data.files)), urls)


@get("/api/v1/homework", opt=may(queries.homework) | RUN_IN_LOOP, tags=["homework"])
@work
def list_homework(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[HomeworkOut]:
    """All homework; a student sees that of their group and courses, and what is assigned to them."""
    return queries.homework(tx, actor, page(skip, limit)).map(lambda view: homework_out(view, urls))


@get("/api/v1/homework/my-homework", opt=may(queries.own_homework) | RUN_IN_LOOP, tags=["homework"])
@work
def list_own_homework(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[HomeworkOut]:
    """The homework of the student's own group."""
    return queries.own_homework(tx, actor, page(skip, limit)).map(lambda view: homework_out(view, urls))


@post("/api/v1/homework", opt=may(actions.set_homework), request_max_body_size=_UPLOADS, tags=["homework"])
@work
def set_homework(tx: Tx, actor: Actor, urls: Urls, data: HomeworkBody) -> HomeworkOut:
    """Set homework for a group or for a course."""
    return _written(tx, actor, urls, actions.set_homework(tx, actor, data), data)


@get("/api/v1/homework/{id:int}", opt=may(queries.homework_by_id) | RUN_IN_LOOP, tags=["homework"])
@work
def read_homework(
    tx: Tx,
    actor: Actor,
    urls: Urls,
    id: PathId,
    include_submissions: WithSubmissions = False,  # noqa: FBT002 - a query parameter
    include_files: WithFiles = False,  # noqa: FBT002 - a query parameter
) -> HomeworkOut:
    """One piece of homework."""
    view = queries.homework_by_id(tx, actor, id, with_files=include_files)
    return homework_out(view, urls, assignments.first_submissions(tx, actor, id) if include_submissions else None)


@change(
    "/api/v1/homework/{id:int}",
    whole=HomeworkBody,
    opt=may(actions.change_homework),
    request_max_body_size=_UPLOADS,
    tags=["homework"],
)
def change_homework(tx: Tx, actor: Actor, urls: Urls, id: PathId, data: HomeworkChangesBody) -> HomeworkOut:
    """Change homework: what is left out stays."""
    actions.change_homework(tx, actor, id, data)
    return _written(tx, actor, urls, id, data)


@delete("/api/v1/homework/{id:int}", opt=may(actions.delete_homework), tags=["homework"])
@work
def delete_homework(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete homework."""
    actions.delete_homework(tx, actor, id)


ROUTES = [list_homework, list_own_homework, set_homework, read_homework, *change_homework, delete_homework]
