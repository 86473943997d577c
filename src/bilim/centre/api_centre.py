"""Groups and students with their figures, in the centre's words."""

from datetime import datetime, time
from typing import Annotated

from litestar import delete, get, post
from litestar.params import QueryParameter
from msgspec import Struct

from bilim.accounts.passwords import Hashing
from bilim.centre import queries
from bilim.centre.queries import GroupView, RatedGroup, RatedStudent, StudentView
from bilim.db.engine import Tx
from bilim.groups import actions
from bilim.groups.inputs import GroupChanges, GroupInput, StudentChanges, StudentInput, WholeStudent
from bilim.http.access import may
from bilim.http.errors import ERROR_KEY
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import Units, change, work
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.paging import RowStream, page

OfGroup = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only of this group.")]


@renamed(subject_id="subject")
class GroupBody(GroupInput, kw_only=True):
    """A group. `days` are such as `Mon,Wed,Fri`, times `HH:MM:SS` or `HH:MM`, `monthly_price` UZS."""


@renamed(subject_id="subject")
class GroupChangesBody(GroupChanges, kw_only=True):
    """Changes of a group: fields left out stay, null clears what may be empty."""


class GroupOut(Struct):
    """A group with its figures; `monthly_price` is UZS with two digits."""

    id: int
    name: str
    description: str | None
    subject: int
    subject_name: str
    is_active: bool
    days: str | None
    start_time: time | None
    end_time: time | None
    monthly_price: str | None
    created_at: datetime
    group_total_score: int
    students_count: int
    homework_count: int


@renamed(group_id="group")
class StudentBody(StudentInput, kw_only=True):
    """A new student. `group` is an active group's id."""


@renamed(group_id="group")
class WholeStudentBody(WholeStudent, kw_only=True):
    """A student as a PUT sends them: the password may be left out."""


@renamed(group_id="group")
class StudentChangesBody(StudentChanges, kw_only=True):
    """Changes of a student: fields left out stay; `group` null takes the student out of theirs."""


def group_out(view: GroupView) -> GroupOut:
    """A group as JSON."""
    return GroupOut(
        id=view.id,
        name=view.name,
        description=view.description,
        subject=view.subject_id,
        subject_name=view.subject_name,
        is_active=view.is_active,
        days=view.days,
        start_time=view.start_time,
        end_time=view.end_time,
        monthly_price=None if view.monthly_price is None else f"{view.monthly_price:.2f}",
        created_at=view.created_at,
        group_total_score=view.total_score,
        students_count=view.students_count,
        homework_count=view.homework_count,
    )


@get("/api/v1/groups", opt=may(queries.groups), tags=["groups"])
@work
def list_groups(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[GroupOut]:
    """All groups."""
    return queries.groups(tx, actor, page(skip, limit)).map(group_out)


@get("/api/v1/groups/rating", opt=may(queries.rated_groups), tags=["groups"])
@work
def rate_groups(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[RatedGroup]:
    """The active groups by their scores, the best first."""
    return queries.rated_groups(tx, actor, page(skip, limit))


@post("/api/v1/groups", opt=may(actions.create_group), tags=["groups"])
@work
def create_group(tx: Tx, actor: Actor, data: GroupBody) -> GroupOut:
    """Make a group."""
    return group_out(queries.group(tx, actor, actions.create_group(tx, actor, data)))


@get("/api/v1/groups/{id:int}", opt=may(queries.group), tags=["groups"])
@work
def read_group(tx: Tx, actor: Actor, id: PathId) -> GroupOut:
    """One group."""
    return group_out(queries.group(tx, actor, id))


@change("/api/v1/groups/{id:int}", whole=GroupBody, opt=may(actions.change_group), tags=["groups"])
def change_group(tx: Tx, actor: Actor, id: PathId, data: GroupChangesBody) -> GroupOut:
    """Change a group: fields left out stay."""
    actions.change_group(tx, actor, id, data)
    return group_out(queries.group(tx, actor, id))


@delete("/api/v1/groups/{id:int}", opt=may(actions.delete_group), tags=["groups"])
@work
def delete_group(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a group."""
    actions.delete_group(tx, actor, id)


@get("/api/v1/students", opt=may(queries.students), tags=["students"])
@work
def list_students(tx: Tx, actor: Actor, group_id: OfGroup = None, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[StudentView]:
    """The centre's students; a student sees themselves."""
    return queries.students(tx, actor, group_id, page(skip, limit))


@get("/api/v1/students/rating", opt=may(queries.rated_students) | ERROR_KEY, tags=["students"])
@work
def rate_students(tx: Tx, actor: Actor, group_id: OfGroup = None, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[RatedStudent]:
    """A group's students by their scores in it, the best first."""
    return queries.rated_students(tx, actor, group_id, page(skip, limit))


@post("/api/v1/students", opt=may(actions.create_student), tags=["students"])
@work
async def create_student(units: Units, actor: Actor, hashing: Hashing, data: StudentBody) -> StudentView:
    """Make a student."""
    student_id = await units.write(actions.create_student, actor, data, await hashing.hash(data.password))
    return await units.read(queries.student, actor, student_id)


@get("/api/v1/students/{id:int}", opt=may(queries.student), tags=["students"])
@work
def read_student(tx: Tx, actor: Actor, id: PathId) -> StudentView:
    """One student; a student reads only themselves."""
    return queries.student(tx, actor, id)


@change("/api/v1/students/{id:int}", whole=WholeStudentBody, opt=may(actions.change_student), tags=["students"])
async def change_student(units: Units, actor: Actor, hashing: Hashing, id: PathId, data: StudentChangesBody) -> StudentView:
    """Change a student: fields left out stay."""
    await units.write(actions.change_student, actor, id, data, await hashing.hash_sent(data.password))
    return await units.read(queries.student, actor, id)


@delete("/api/v1/students/{id:int}", opt=may(actions.delete_student), tags=["students"])
@work
def delete_student(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a student."""
    actions.delete_student(tx, actor, id)


ROUTES = [
    list_groups,
    rate_groups,
    create_group,
    read_group,
    *change_group,
    delete_group,
    list_students,
    rate_students,
    create_student,
    read_student,
    *change_student,
    delete_student,
]
