"""Subjects in the centre's words. Groups and students are answered with their figures: see `centre.api_centre`."""

from litestar import delete, get, post

from bilim.db.engine import Tx
from bilim.groups import actions, queries
from bilim.groups.inputs import SubjectChanges, SubjectInput
from bilim.groups.queries import SubjectView
from bilim.http.access import may
from bilim.http.parameters import AnyLimit, PathId, Skip
from bilim.http.work import change, work
from bilim.kit.actors import Actor
from bilim.kit.paging import RowStream, page


@get("/api/v1/subjects", opt=may(queries.subjects), tags=["subjects"])
@work
def list_subjects(tx: Tx, actor: Actor, skip: Skip = 0, limit: AnyLimit = None) -> RowStream[SubjectView]:
    """All subjects."""
    return queries.subjects(tx, actor, page(skip, limit))


@post("/api/v1/subjects", opt=may(actions.create_subject), tags=["subjects"])
@work
def create_subject(tx: Tx, actor: Actor, data: SubjectInput) -> SubjectView:
    """Make a subject."""
    return queries.subject(tx, actor, actions.create_subject(tx, actor, data))


@get("/api/v1/subjects/{id:int}", opt=may(queries.subject), tags=["subjects"])
@work
def read_subject(tx: Tx, actor: Actor, id: PathId) -> SubjectView:
    """One subject."""
    return queries.subject(tx, actor, id)


@change("/api/v1/subjects/{id:int}", whole=SubjectInput, opt=may(actions.change_subject), tags=["subjects"])
def change_subject(tx: Tx, actor: Actor, id: PathId, data: SubjectChanges) -> SubjectView:
    """Change a subject."""
    actions.change_subject(tx, actor, id, data)
    return queries.subject(tx, actor, id)


@delete("/api/v1/subjects/{id:int}", opt=may(actions.delete_subject), tags=["subjects"])
@work
def delete_subject(tx: Tx, actor: Actor, id: PathId) -> None:
    """Delete a subject."""
    actions.delete_subject(tx, actor, id)


ROUTES = [list_subjects, create_subject, read_subject, *change_subject, delete_subject]
