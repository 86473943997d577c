"""Homework: one resource for groups' and courses', with the fields of both documents (CONTRACT section 2)."""

from datetime import datetime
from typing import Any

from litestar import delete, get, post
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.homework import actions, queries
from bilim.homework.inputs import HomeworkChanges, HomeworkInput
from bilim.homework.queries import HomeworkView
from bilim.http.access import may
from bilim.http.multipart import UPLOAD_LIMIT
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.urls import Urls
from bilim.http.work import change, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.paging import RowStream, page


@renamed(group_id="group")
class HomeworkChangesBody(HomeworkChanges):
    """Changes of homework: what is left out stays; an empty text is none, a file is only ever replaced."""


@renamed(group_id="group")
class HomeworkBody(HomeworkInput):
    """Homework of a group: a text, an uploaded file, or both; in a PUT what is left out of these stays."""


class HomeworkOut(Struct):
    """Homework. What belongs to courses' is null in groups', and the other way round; `file` is a signed address."""

    id: int
    group: int | None
    text: str | None
    file: str | None
    homework_type: str
    created_by: int
    created_at: datetime
    updated_at: datetime
    title: str | None = None
    description: str | None = None
    instructions: str | None = None
    due_date: datetime | None = None
    max_score: int | None = None
    is_published: bool | None = None
    metadata: dict[str, Any] | None = None
    course_id: int | None = None
    lesson_id: int | None = None
    lesson: dict[str, Any] | None = None


def _out(view: HomeworkView, urls: Urls) -> HomeworkOut:
    return HomeworkOut(
        id=view.id,
        group=view.group_id,
        text=view.text,
        file=urls.signed(f"/media/{view.file}") if view.file else None,
        homework_type=view.homework_type,
        created_by=view.created_by,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


@get("/api/v1/homework", opt=may(queries.homework), tags=["homework"])
@work
def list_homework(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[HomeworkOut]:
    """All homework; a student sees that of their group."""
    return queries.homework(tx, actor, page(skip, limit)).map(lambda view: _out(view, urls))


@get("/api/v1/homework/my-homework", opt=may(queries.own_homework), tags=["homework"])
@work
def list_own_homework(tx: Tx, actor: Actor, urls: Urls, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[HomeworkOut]:
    """The homework of the student's own group."""
    return queries.own_homework(tx, actor, page(skip, limit)).map(lambda view: _out(view, urls))


@post("/api/v1/homework", opt=may(actions.set_homework), request_max_body_size=UPLOAD_LIMIT, tags=["homework"])
@work
def set_homework(tx: Tx, actor: Actor, urls: Urls, data: HomeworkBody) -> HomeworkOut:
    """Set a group homework."""
    return _out(queries.homework_by_id(tx, actor, actions.set_homework(tx, actor, data)), urls)


@get("/api/v1/homework/{id:int}", opt=may(queries.homework_by_id), tags=["homework"])
@work
def read_homework(tx: Tx, actor: Actor, urls: Urls, id: PathId) -> HomeworkOut:
    """One piece of homework."""
    return _out(queries.homework_by_id(tx, actor, id), urls)


@change(
    "/api/v1/homework/{id:int}",
    whole=HomeworkBody,
    opt=may(actions.change_homework),
    request_max_body_size=UPLOAD_LIMIT,
    tags=["homework"],
)
def change_homework(tx: Tx, actor: Actor, urls: Urls, id: PathId, data: HomeworkChangesBody) -> HomeworkOut:
    """Change homework: what is left out stays."""
    actions.change_homework(tx, actor, id, data)
    return _out(queries.homework_by_id(tx, actor, id), urls)


@delete("/api/v1/homework/{id:int}", opt=may(actions.delete_homework), tags=["homework"])
@work
def delete_homework(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete homework."""
    actions.delete_homework(tx, actor, id)


ROUTES = [list_homework, list_own_homework, set_homework, read_homework, *change_homework, delete_homework]
