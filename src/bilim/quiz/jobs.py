"""Closing attempts on time. In batches, and again without harm."""

from typing import Any

from bilim.db.engine import Database
from bilim.jobs.batches import write_batches
from bilim.jobs.handling import Handler, Try
from bilim.quiz.actions import closing
from bilim.quiz.inputs import CloseTestAttempts


def handlers(db: Database) -> list[Handler[Any]]:
    """How this slice's job is run."""

    def close_attempts(_job: CloseTestAttempts, _try: Try) -> None:
        write_batches(db, closing.BATCH, closing.close_due)

    return [Handler(CloseTestAttempts, close_attempts)]
