"""Attendance, scores and work logs in the centre's words."""

from litestar import delete, get, post

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.answers import WithStatus
from bilim.http.errors import ERROR_KEY
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import change, work
from bilim.journal import actions, queries
from bilim.journal.inputs import MarkChanges, MarkInput, RegisterInput, ScoreChanges, ScoreInput
from bilim.journal.queries import AttendanceView, ScoreView, WorkLogView
from bilim.kit.actors import Actor
from bilim.kit.inputs import renamed
from bilim.kit.paging import RowStream, page


@renamed(student_id="student", group_id="group")
class MarkBody(MarkInput, kw_only=True):
    """Whether a student came."""


@renamed(student_id="student", group_id="group")
class MarkChangesBody(MarkChanges, kw_only=True):
    """Changes of a record of attendance: fields left out stay."""


@renamed(student_id="student", group_id="group")
class ScoreBody(ScoreInput, kw_only=True):
    """Points for a student."""


@renamed(student_id="student", group_id="group")
class ScoreChangesBody(ScoreChanges, kw_only=True):
    """Changes of a score: fields left out stay."""


@get("/api/v1/attendance", opt=may(queries.attendance), tags=["attendance"])
@work
def list_attendance(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[AttendanceView]:
    """All attendance; a student sees their own."""
    return queries.attendance(tx, actor, page(skip, limit))


@post("/api/v1/attendance", opt=may(actions.mark_attendance), tags=["attendance"])
@work
def mark_attendance(tx: Tx, actor: Actor, data: MarkBody) -> AttendanceView:
    """Record whether a student came today."""
    return queries.attendance_record(tx, actor, actions.mark_attendance(tx, actor, data))


@post(
    "/api/v1/attendance/bulk_create",
    opt=may(actions.open_register) | ERROR_KEY | {"answers": {"200": "All were recorded before"}},
    tags=["attendance"],
)
@work
def open_register(tx: Tx, actor: Actor, data: RegisterInput) -> WithStatus[list[AttendanceView]]:
    """Take a whole group's attendance: every student is absent until marked. 200 where all were recorded before."""
    made = actions.open_register(tx, actor, data)
    return WithStatus(queries.attendance_today(tx, actor, data.group_id), 201 if made else 200)


@get("/api/v1/attendance/{id:int}", opt=may(queries.attendance_record), tags=["attendance"])
@work
def read_attendance(tx: Tx, actor: Actor, id: PathId) -> AttendanceView:
    """One record."""
    return queries.attendance_record(tx, actor, id)


@change("/api/v1/attendance/{id:int}", whole=MarkBody, opt=may(actions.change_attendance), tags=["attendance"])
def change_attendance(tx: Tx, actor: Actor, id: PathId, data: MarkChangesBody) -> AttendanceView:
    """Change a record, such as from `kelmadi` to `keldi`."""
    actions.change_attendance(tx, actor, id, data)
    return queries.attendance_record(tx, actor, id)


@delete("/api/v1/attendance/{id:int}", opt=may(actions.delete_attendance), tags=["attendance"])
@work
def delete_attendance(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a record."""
    actions.delete_attendance(tx, actor, id)


@get("/api/v1/scores", opt=may(queries.scores), tags=["scores"])
@work
def list_scores(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[ScoreView]:
    """All scores; a student sees their own."""
    return queries.scores(tx, actor, page(skip, limit))


@post("/api/v1/scores", opt=may(actions.give_score), tags=["scores"])
@work
def give_score(tx: Tx, actor: Actor, data: ScoreBody) -> ScoreView:
    """Give a student points."""
    return queries.score(tx, actor, actions.give_score(tx, actor, data))


@get("/api/v1/scores/{id:int}", opt=may(queries.score), tags=["scores"])
@work
def read_score(tx: Tx, actor: Actor, id: PathId) -> ScoreView:
    """One score."""
    return queries.score(tx, actor, id)


@change("/api/v1/scores/{id:int}", whole=ScoreBody, opt=may(actions.change_score), tags=["scores"])
def change_score(tx: Tx, actor: Actor, id: PathId, data: ScoreChangesBody) -> ScoreView:
    """Change a score."""
    actions.change_score(tx, actor, id, data)
    return queries.score(tx, actor, id)


@delete("/api/v1/scores/{id:int}", opt=may(actions.delete_score), tags=["scores"])
@work
def delete_score(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a score."""
    actions.delete_score(tx, actor, id)


@get("/api/v1/work-logs", opt=may(queries.work_logs), tags=["work logs"])
@work
def list_work_logs(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[WorkLogView]:
    """The days on which employees worked."""
    return queries.work_logs(tx, actor, page(skip, limit))


@get("/api/v1/work-logs/{id:int}", opt=may(queries.work_log), tags=["work logs"])
@work
def read_work_log(tx: Tx, actor: Actor, id: PathId) -> WorkLogView:
    """One work log."""
    return queries.work_log(tx, actor, id)


ROUTES = [
    list_attendance,
    mark_attendance,
    open_register,
    read_attendance,
    *change_attendance,
    delete_attendance,
    list_scores,
    give_score,
    read_score,
    *change_score,
    delete_score,
    list_work_logs,
    read_work_log,
]
