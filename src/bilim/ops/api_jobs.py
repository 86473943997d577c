"""The outbox as admins see it: what waits and runs, what was given up, and to try that once more."""

from typing import Annotated, Literal

from litestar import get, post
from litestar.params import QueryParameter

from bilim.db import outbox
from bilim.db.engine import Tx
from bilim.http.access import needs
from bilim.http.parameters import Limit, PathId, Skip
from bilim.http.work import work
from bilim.kit.actors import Role
from bilim.kit.errors import Conflict
from bilim.kit.paging import DEFAULT_LIMIT, page
from bilim.ops import queries
from bilim.ops.queries import JobOut

ADMINS = needs(Role.ADMIN)

State = Annotated[Literal["waiting", "running", "dead"] | None, QueryParameter(name="state", description="Only jobs in this state.")]
"""The parameter `state`, a name that Litestar keeps for itself."""


@get("/api/v1/admin/jobs", opt=ADMINS, tags=["admin"])
@work
def list_jobs(tx: Tx, only: State = None, skip: Skip = 0, limit: Limit = DEFAULT_LIMIT) -> list[JobOut]:
    """Jobs that wait, run or were given up, newest first."""
    return queries.jobs(tx, only, page(skip, limit))


@post("/api/v1/admin/jobs/{id:int}/retry", status_code=200, opt=ADMINS, tags=["admin"])
@work
def retry_job(tx: Tx, id: PathId) -> JobOut:
    """Let a job that was given up be tried anew, as often as a new one."""
    is_requeued = outbox.requeue(tx, id)
    job = queries.job(tx, id)
    if not is_requeued:
        raise Conflict("Only a job that was given up can be tried anew.")
    return job


ROUTES = [list_jobs, retry_job]
