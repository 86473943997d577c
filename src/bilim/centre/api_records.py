"""Attendance, scores and work logs in the centre's words."""

from typing import Annotated, Literal

from litestar import delete, get, patch, post, put
from msgspec import UNSET, Meta, Struct, UnsetType

from bilim.centre import record_actions, record_queries
from bilim.centre.record_queries import AttendanceView, ScoreView, WorkLogView
from bilim.db.engine import Tx
from bilim.http.access import needs
from bilim.http.errors import ERROR_KEY
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import WithStatus, work
from bilim.kit.actors import Actor, Role
from bilim.kit.fields import Id
from bilim.kit.paging import Flow, page
from bilim.kit.patch import sent_fields

STAFF = needs(Role.TEACHER)
ADMINS = needs(Role.ADMIN)

Status = Literal["keldi", "kechikdi", "kelmadi"]
"""Came, came late, did not come."""
Points = Annotated[int, Meta(ge=0, le=100)]


class Mark(Struct):
    """Whether a student came."""

    student: Id
    group: Id
    status: Status


class MarkChanges(Struct):
    """Changes of a record of attendance."""

    student: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    status: Status | UnsetType = UNSET


class MarkGroup(Struct):
    """The group whose attendance is taken."""

    group_id: Id


class ScoreIn(Struct):
    """Points for a student."""

    student: Id
    group: Id
    score: Points


class ScoreChanges(Struct):
    """Changes of a score."""

    student: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    score: Points | UnsetType = UNSET


@get("/api/v1/attendance", tags=["attendance"])
@work
def list_attendance(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> Flow[AttendanceView]:
    """All attendance; a student sees their own."""
    return record_queries.attendance(tx, actor, page(skip, limit))


@post("/api/v1/attendance", opt=STAFF, tags=["attendance"])
@work
def mark_attendance(tx: Tx, actor: Actor, data: Mark) -> AttendanceView:
    """Record whether a student came today."""
    record_id = record_actions.mark(tx, actor, student_id=data.student, group_id=data.group, status=data.status)
    return record_queries.attendance_record(tx, actor, record_id)


@post("/api/v1/attendance/bulk_create", opt=STAFF | ERROR_KEY | {"answers": {"200": "All were recorded before"}}, tags=["attendance"])
@work
def open_register(tx: Tx, actor: Actor, data: MarkGroup) -> list[AttendanceView]:
    """Take a whole group's attendance: everyone is absent until marked. 200 where all were recorded before."""
    made = record_actions.open_register(tx, actor, data.group_id)
    today = record_queries.attendance_on(tx, data.group_id, tx.today)
    return WithStatus(today, 201 if made else 200)  # type: ignore[return-value]


@get("/api/v1/attendance/{id:int}", tags=["attendance"])
@work
def read_attendance(tx: Tx, actor: Actor, id: PathId) -> AttendanceView:
    """One record."""
    return record_queries.attendance_record(tx, actor, id)


@put("/api/v1/attendance/{id:int}", opt=STAFF, tags=["attendance"])
@work
def replace_attendance(tx: Tx, actor: Actor, id: PathId, data: Mark) -> AttendanceView:
    """Change a record."""
    record_actions.change_attendance(tx, id, sent_fields(data))
    return record_queries.attendance_record(tx, actor, id)


@patch("/api/v1/attendance/{id:int}", opt=STAFF, tags=["attendance"])
@work
def change_attendance(tx: Tx, actor: Actor, id: PathId, data: MarkChanges) -> AttendanceView:
    """Change a record, such as from `kelmadi` to `keldi`."""
    record_actions.change_attendance(tx, id, sent_fields(data))
    return record_queries.attendance_record(tx, actor, id)


@delete("/api/v1/attendance/{id:int}", opt=ADMINS, tags=["attendance"])
@work
def delete_attendance(tx: Tx, id: PathId) -> None:
    """Delete a record."""
    record_actions.delete_attendance(tx, id)


@get("/api/v1/scores", tags=["scores"])
@work
def list_scores(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> Flow[ScoreView]:
    """All scores; a student sees their own."""
    return record_queries.scores(tx, actor, page(skip, limit))


@post("/api/v1/scores", opt=STAFF, tags=["scores"])
@work
def give_score(tx: Tx, actor: Actor, data: ScoreIn) -> ScoreView:
    """Give a student points."""
    score_id = record_actions.give_score(tx, actor, student_id=data.student, group_id=data.group, score=data.score)
    return record_queries.score(tx, actor, score_id)


@get("/api/v1/scores/{id:int}", tags=["scores"])
@work
def read_score(tx: Tx, actor: Actor, id: PathId) -> ScoreView:
    """One score."""
    return record_queries.score(tx, actor, id)


@put("/api/v1/scores/{id:int}", opt=STAFF, tags=["scores"])
@work
def replace_score(tx: Tx, actor: Actor, id: PathId, data: ScoreIn) -> ScoreView:
    """Change a score."""
    record_actions.change_score(tx, id, sent_fields(data))
    return record_queries.score(tx, actor, id)


@patch("/api/v1/scores/{id:int}", opt=STAFF, tags=["scores"])
@work
def change_score(tx: Tx, actor: Actor, id: PathId, data: ScoreChanges) -> ScoreView:
    """Change a score."""
    record_actions.change_score(tx, id, sent_fields(data))
    return record_queries.score(tx, actor, id)


@delete("/api/v1/scores/{id:int}", opt=ADMINS, tags=["scores"])
@work
def delete_score(tx: Tx, id: PathId) -> None:
    """Delete a score."""
    record_actions.delete_score(tx, id)


@get("/api/v1/work-logs", opt=STAFF, tags=["work logs"])
@work
def list_work_logs(tx: Tx, skip: Skip = 0, limit: AnyLimit = None) -> Flow[WorkLogView]:
    """The days on which employees worked."""
    return record_queries.work_logs(tx, page(skip, limit))


@get("/api/v1/work-logs/{id:int}", opt=STAFF, tags=["work logs"])
@work
def read_work_log(tx: Tx, id: PathId) -> WorkLogView:
    """One work log."""
    return record_queries.work_log(tx, id)


ROUTES = [
    list_attendance,
    mark_attendance,
    open_register,
    read_attendance,
    replace_attendance,
    change_attendance,
    delete_attendance,
    list_scores,
    give_score,
    read_score,
    replace_score,
    change_score,
    delete_score,
    list_work_logs,
    read_work_log,
]
