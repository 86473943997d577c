"""Jobs of the database's own upkeep."""

from typing import Any, ClassVar

from bilim.db import rate_limits
from bilim.db.engine import Database
from bilim.jobs.handling import Handler, Try
from bilim.kit.jobs import Job


class ForgetRateLimits(Job):
    """Delete the rows of rate limits whose time is past."""

    kind: ClassVar[str] = "rate-limits.forget"
    runs_after_restore: ClassVar[bool] = True


def handlers(db: Database) -> list[Handler[Any]]:
    """The handlers of these jobs."""

    def forget_rate_limits(_job: ForgetRateLimits, _try: Try) -> None:
        with db.write() as tx:
            rate_limits.forget_past(tx)

    return [Handler(ForgetRateLimits, forget_rate_limits)]
