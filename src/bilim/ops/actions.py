"""Admins' actions on jobs."""

from bilim.db import outbox
from bilim.db.engine import Tx
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Conflict
from bilim.ops import queries
from bilim.ops.queries import JobView


@requires(Role.ADMIN)
def retry_job(tx: Tx, actor: Actor, job_id: int) -> JobView:
    """Retry a job that was given up, with all its tries.

    Raises:
        NotFound: there is none, or it is done.
        Conflict: it was not given up.
    """
    is_requeued = outbox.requeue(tx, job_id)
    job = queries.job(tx, actor, job_id)
    if not is_requeued:
        raise Conflict("job_not_dead")
    return job
