"""Assigning homework, handing it in, grading it."""

from typing import Any

from litestar import post

from bilim.db.engine import Tx
from bilim.homework.actions import assigning
from bilim.homework.actions import submissions as actions
from bilim.homework.api_learning.shapes import AssignmentOut, assignment_out
from bilim.homework.inputs import AssignInput, HomeworkGradeInput, HomeworkSubmissionInput, OralSubmissionInput
from bilim.homework.queries import assignments
from bilim.homework.rules import MAX_FILES
from bilim.http.access import may
from bilim.http.answers import WithStatus
from bilim.http.multipart import UPLOAD_LIMIT, upload_limit
from bilim.http.parameters import PathId
from bilim.http.urls import Urls
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.inputs import required

_HAVE_IT: dict[str, Any] = {"answers": {"200": "It was assigned before"}}


@required("feedback")
class GradeForm(HomeworkGradeInput, kw_only=True):
    """A grade with feedback, which may be empty."""


def _one(tx: Tx, actor: Actor, urls: Urls, assignment_id: int) -> AssignmentOut:
    return assignment_out(assignments.assignments(tx, actor, [assignment_id])[0], urls)


@post("/api/v1/homework/{id:int}/assign", opt=may(assigning.assign_homework) | _HAVE_IT, tags=["homework"])
@work
def assign_homework(tx: Tx, actor: Actor, urls: Urls, id: PathId, data: AssignInput) -> WithStatus[list[AssignmentOut]]:
    """Assign homework to people; 200 where all of them have it."""
    ids, is_new = assigning.assign_homework(tx, actor, id, data)
    return WithStatus([assignment_out(view, urls) for view in assignments.assignments(tx, actor, ids)], 201 if is_new else 200)


@post("/api/v1/homework/{id:int}/assign/{user_id:int}", opt=may(assigning.assign_to_one) | _HAVE_IT, tags=["homework"])
@work
def assign_to_one(tx: Tx, actor: Actor, urls: Urls, id: PathId, user_id: PathId) -> WithStatus[AssignmentOut]:
    """Assign homework to somebody; 200 where they have it."""
    assignment_id, is_new = assigning.assign_to_one(tx, actor, id, user_id)
    return WithStatus(_one(tx, actor, urls, assignment_id), 201 if is_new else 200)


@post(
    "/api/v1/homework/{id:int}/submit",
    opt=may(actions.submit_homework),
    request_max_body_size=upload_limit(MAX_FILES),
    tags=["homework"],
)
@work
def submit_homework(tx: Tx, actor: Actor, urls: Urls, id: PathId, data: HomeworkSubmissionInput) -> AssignmentOut:
    """Hand in a text, files, or both, in place of what was handed in before."""
    return _one(tx, actor, urls, actions.submit_homework(tx, actor, id, data))


@post("/api/v1/homework/{id:int}/submit-oral", opt=may(actions.submit_recording), request_max_body_size=UPLOAD_LIMIT, tags=["homework"])
@work
def submit_recording(tx: Tx, actor: Actor, urls: Urls, id: PathId, data: OralSubmissionInput) -> AssignmentOut:
    """Hand in a recording, in place of what was handed in before. It is `pending` until it is graded."""
    return _one(tx, actor, urls, actions.submit_recording(tx, actor, id, data))


@post("/api/v1/homework/submissions/{id:int}/grade", status_code=200, opt=may(actions.grade_submission), tags=["homework"])
@work
def grade_submission(tx: Tx, actor: Actor, urls: Urls, id: PathId, data: HomeworkGradeInput) -> AssignmentOut:
    """Grade what was handed in."""
    actions.grade_submission(tx, actor, id, data)
    return _one(tx, actor, urls, id)


@post("/api/v1/homework/grade/{id:int}", status_code=200, opt=may(actions.grade_submission), tags=["homework"])
@work
def grade_user_homework(tx: Tx, actor: Actor, urls: Urls, id: PathId, data: GradeForm) -> AssignmentOut:
    """Grade what was handed in, by the reference's address: an assignment and its submission have one id."""
    actions.grade_submission(tx, actor, id, data)
    return _one(tx, actor, urls, id)


ROUTES = [
    assign_homework,
    assign_to_one,
    submit_homework,
    submit_recording,
    grade_submission,
    grade_user_homework,
]
