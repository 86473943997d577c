"""Homework: one resource for groups' and courses', with the fields of both documents (CONTRACT section 2)."""

from datetime import datetime
from typing import Any, Literal

from litestar import Request, delete, get, patch, post, put
from msgspec import UNSET, Struct, UnsetType

from bilim.db.engine import Tx
from bilim.files.kinds import StagedFile
from bilim.homework import access, actions, queries
from bilim.homework.queries import HomeworkRow
from bilim.http.access import needs
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.uploads import UPLOAD_LIMIT, store_file
from bilim.http.work import work
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Forbidden, Invalid
from bilim.kit.fields import Id, Omittable, Text
from bilim.kit.paging import Flow, page
from bilim.kit.patch import sent_fields

Http = Request[Any, Any, Any]
STAFF = needs(Role.TEACHER)
NOT_A_STUDENT = "Not a student"
GROUP_OR_COURSE = "Homework is set for a group or for a course, not for both."
NO_COURSES_YET = "Homework cannot be set for courses yet."

HomeworkType = Literal["written", "oral", "quiz", "project"]


class NewHomework(Struct):
    """New homework of a group: a text, an uploaded file, or both."""

    group: Omittable[Id] = UNSET
    course_id: Omittable[Id] = UNSET
    text: Omittable[Text] = UNSET
    file: Omittable[StagedFile] = UNSET
    homework_type: Omittable[HomeworkType] = UNSET


class WholeHomework(Struct):
    """Homework as a PUT sends it: text and file stay where they are left out."""

    group: Id
    text: Omittable[Text] = UNSET
    file: Omittable[StagedFile] = UNSET
    homework_type: Omittable[HomeworkType] = UNSET


class HomeworkChanges(Struct):
    """Changes of homework: what is left out stays."""

    group: Id | UnsetType = UNSET
    text: Omittable[Text] = UNSET
    file: Omittable[StagedFile] = UNSET
    homework_type: Omittable[HomeworkType] = UNSET


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


class _Shown:
    """Homework as the API shows it, with the addresses of this server."""

    def __init__(self, request: Http) -> None:
        state = request.app.state
        self._sign, self._root = state.signer.sign, state.settings.public_url

    def __call__(self, row: HomeworkRow) -> HomeworkOut:
        return HomeworkOut(
            id=row.id,
            group=row.group_id,
            text=row.text,
            file=self._root + self._sign(f"/media/{row.file}") if row.file else None,
            homework_type=row.homework_type,
            created_by=row.created_by,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


@get("/api/v1/homework", tags=["homework"])
@work
def list_homework(tx: Tx, actor: Actor, request: Http, skip: Skip = 0, limit: AnyLimit = None) -> Flow[HomeworkOut]:
    """All homework; a student sees that of their group."""
    return queries.homework(tx, actor, _Shown(request), page(skip, limit))


@get("/api/v1/homework/my-homework", tags=["homework"])
@work
def list_own_homework(tx: Tx, actor: Actor, request: Http, skip: Skip = 0, limit: AnyLimit = None) -> Flow[HomeworkOut]:
    """The homework of the student's own group."""
    if actor.is_teacher:
        raise Forbidden(NOT_A_STUDENT)
    return queries.homework_of_group_of(tx, actor.id, _Shown(request), page(skip, limit))


@post("/api/v1/homework", opt=STAFF, request_max_body_size=UPLOAD_LIMIT, tags=["homework"])
@work
def set_homework(tx: Tx, actor: Actor, request: Http, data: NewHomework) -> HomeworkOut:
    """Set a group homework."""
    if data.group and data.course_id:
        raise Invalid(non_field_errors=GROUP_OR_COURSE)
    if not data.group:
        raise Invalid(course_id=NO_COURSES_YET) if data.course_id else Invalid(group="required")
    actions.require_group(tx, data.group)  # before a file is stored for a group that is not there
    values = _stored(request, sent_fields(data, "text", "homework_type"), data.file)
    return _Shown(request)(queries.one(tx, actor, actions.set_homework(tx, actor, data.group, values)))


@get("/api/v1/homework/{id:int}", tags=["homework"])
@work
def read_homework(tx: Tx, actor: Actor, request: Http, id: PathId) -> HomeworkOut:
    """One piece of homework."""
    return _Shown(request)(queries.one(tx, actor, id))


@put("/api/v1/homework/{id:int}", opt=STAFF, request_max_body_size=UPLOAD_LIMIT, tags=["homework"])
@work
def replace_homework(tx: Tx, actor: Actor, request: Http, id: PathId, data: WholeHomework) -> HomeworkOut:
    """Change homework: what is left out stays."""
    return _change(tx, actor, request, id, data)


@patch("/api/v1/homework/{id:int}", opt=STAFF, request_max_body_size=UPLOAD_LIMIT, tags=["homework"])
@work
def change_homework(tx: Tx, actor: Actor, request: Http, id: PathId, data: HomeworkChanges) -> HomeworkOut:
    """Change homework: what is left out stays."""
    return _change(tx, actor, request, id, data)


@delete("/api/v1/homework/{id:int}", opt=STAFF, tags=["homework"])
@work
def delete_homework(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete homework."""
    actions.delete_homework(tx, actor, id)


def _change(tx: Tx, actor: Actor, request: Http, homework_id: int, data: WholeHomework | HomeworkChanges) -> HomeworkOut:
    access.editable(tx, actor, homework_id)  # before a file is stored for somebody who may not
    values = _stored(request, sent_fields(data, "group", "text", "homework_type"), data.file)
    actions.change_homework(tx, actor, homework_id, values)
    return _Shown(request)(queries.one(tx, actor, homework_id))


def _stored(request: Http, values: dict[str, Any], file: Any) -> dict[str, Any]:
    """The values of a body, with the name of its file once that is stored."""
    if file:
        values["file"] = store_file(file, request, "homework", "file")
    return values


ROUTES = [
    list_homework,
    list_own_homework,
    set_homework,
    read_homework,
    replace_homework,
    change_homework,
    delete_homework,
]
