"""Closing sessions on time, and marking results again after a key was changed. Both work in batches, and again without harm."""

from typing import Any

from bilim.db.engine import Database
from bilim.jobs.batches import write_batches
from bilim.jobs.handling import Handler, Try
from bilim.mock.actions import closing, keys
from bilim.mock.inputs import CloseMockSessions, RemarkMockTest


def handlers(db: Database) -> list[Handler[Any]]:
    """How this slice's jobs are run."""

    def close_sessions(_job: CloseMockSessions, _try: Try) -> None:
        write_batches(db, closing.BATCH, closing.close_due)

    def remark(job: RemarkMockTest, _try: Try) -> None:
        is_more = True
        while is_more:
            with db.write() as tx:
                is_more = keys.remark_batch(tx, job.key_id)

    return [Handler(CloseMockSessions, close_sessions), Handler(RemarkMockTest, remark)]
