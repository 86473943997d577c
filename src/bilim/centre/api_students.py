"""Students in the centre's words."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import QueryParameter
from msgspec import UNSET, UnsetType

from bilim.accounts.inputs import CentreUsername, NewPassword, PersonInput, Phone, TelegramId
from bilim.centre import student_actions, student_queries
from bilim.centre.student_queries import RatedStudent, StudentView
from bilim.db.engine import Database, Tx
from bilim.http.access import needs
from bilim.http.errors import ERROR_KEY
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import BadRequest
from bilim.kit.fields import FirstName, FullName, Id
from bilim.kit.inputs import Input, Omittable
from bilim.kit.paging import Flow, page
from bilim.kit.patch import sent_fields

ADMINS = needs(Role.ADMIN)
NO_GROUP = "group_id parametri kerak."

OfGroup = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only of this group.")]


class StudentFields(Input):
    """What may be said of a student. `group` is an active group's id; null takes the student out of theirs."""

    first_name: Omittable[FirstName] = UNSET
    last_name: Omittable[FullName] = UNSET
    phone: Omittable[Phone] = UNSET
    parent_phone: Omittable[Phone] = UNSET
    telegram_id: Omittable[TelegramId] = UNSET
    group: Omittable[Id] = UNSET


class NewStudent(StudentFields, kw_only=True):
    """A new student."""

    username: CentreUsername
    password: NewPassword


class WholeStudent(StudentFields, kw_only=True):
    """A student as a PUT sends them: the password may be left out."""

    username: CentreUsername
    password: NewPassword | UnsetType = UNSET


class StudentChanges(StudentFields, kw_only=True):
    """Changes of a student as a PATCH sends them."""

    username: CentreUsername | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET


@get("/api/v1/students", tags=["students"])
@work
def list_students(tx: Tx, actor: Actor, group_id: OfGroup = None, skip: Skip = 0, limit: AnyLimit = None) -> Flow[StudentView]:
    """The centre's students; a student sees themselves."""
    return student_queries.students(tx, actor, group_id, page(skip, limit))


@get("/api/v1/students/rating", opt=ERROR_KEY, tags=["students"])
@work
def rate_students(tx: Tx, group_id: OfGroup = None, skip: Skip = 0, limit: AnyLimit = None) -> Flow[RatedStudent]:
    """A group's students by their scores in it, the best first."""
    if group_id is None:
        raise BadRequest("group_id_needed")
    return student_queries.rating(tx, group_id, page(skip, limit))


@post("/api/v1/students", opt=ADMINS, tags=["students"])
@work
def create_student(db: Database, actor: Actor, data: NewStudent) -> StudentView:
    """Make a student."""
    new = PersonInput(
        username=data.username,
        password=data.password,
        first_name=data.first_name or "",
        last_name=data.last_name or "",
        phone=data.phone or None,
        parent_phone=data.parent_phone or None,
        telegram_id=data.telegram_id or None,
    )
    return _student(db, actor, student_actions.create_student(db, new, data.group or None))


@get("/api/v1/students/{id:int}", tags=["students"])
@work
def read_student(tx: Tx, actor: Actor, id: PathId) -> StudentView:
    """One student; a student reads only themselves."""
    return student_queries.student(tx, actor, id)


@put("/api/v1/students/{id:int}", opt=ADMINS, tags=["students"])
@work
def replace_student(db: Database, actor: Actor, id: PathId, data: WholeStudent) -> StudentView:
    """Change a student: what is left out stays."""
    student_actions.change_student(db, actor, id, sent_fields(data))
    return _student(db, actor, id)


@patch("/api/v1/students/{id:int}", opt=ADMINS, tags=["students"])
@work
def change_student(db: Database, actor: Actor, id: PathId, data: StudentChanges) -> StudentView:
    """Change a student: what is left out stays."""
    student_actions.change_student(db, actor, id, sent_fields(data))
    return _student(db, actor, id)


@delete("/api/v1/students/{id:int}", opt=ADMINS, tags=["students"])
@work
def delete_student(db: Database, actor: Actor, id: PathId) -> None:
    """Delete a student."""
    student_actions.delete_student(db, actor, id)


def _student(db: Database, actor: Actor, student_id: int) -> StudentView:
    with db.read() as tx:
        return student_queries.student(tx, actor, student_id)


ROUTES = [list_students, rate_students, create_student, read_student, replace_student, change_student, delete_student]
