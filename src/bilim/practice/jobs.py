"""Reminding learners of words that are due: in batches, and again without harm."""

from typing import Any

from bilim.db.engine import Database
from bilim.jobs.batches import write_batches
from bilim.jobs.handling import Handler, Try
from bilim.practice.actions import reminders
from bilim.practice.inputs import FindDueWords


def handlers(db: Database) -> list[Handler[Any]]:
    """How this slice's jobs are run."""

    def find_due_words(_job: FindDueWords, _try: Try) -> None:
        write_batches(db, reminders.BATCH, reminders.remind_some)

    return [Handler(FindDueWords, find_due_words)]
