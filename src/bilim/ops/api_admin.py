"""The outbox for admins: jobs that wait, run or were given up, and retrying the last."""

from typing import Annotated, Literal

from litestar import get, post
from litestar.params import QueryParameter

from bilim.db.engine import Tx
from bilim.http.access import may
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Actor
from bilim.kit.paging import DEFAULT_LIMIT, RowStream, page
from bilim.ops import actions, queries
from bilim.ops.queries import JobView

State = Annotated[Literal["waiting", "running", "dead"] | None, QueryParameter(name="state", description="Only jobs in this state.")]
"""The parameter `state`, a name that Litestar reserves."""


@get("/api/v1/admin/jobs", opt=may(queries.jobs), tags=["admin"])
@work
def list_jobs(tx: Tx, actor: Actor, only: State = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> RowStream[JobView]:
    """Jobs that wait, run or were given up, newest first."""
    return queries.jobs(tx, actor, only, page(skip, limit))


@post("/api/v1/admin/jobs/{id:int}/retry", status_code=200, opt=may(actions.retry_job), tags=["admin"])
@work
def retry_job(tx: Tx, actor: Actor, id: PathId) -> JobView:
    """Retry a job that was given up, with all its tries."""
    return actions.retry_job(tx, actor, id)


ROUTES = [list_jobs, retry_job]
