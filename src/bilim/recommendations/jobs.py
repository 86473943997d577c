"""Counting every night. A run that breaks off leaves what it counted so far, and the next one counts anew."""

from typing import Any

from bilim.db.engine import Database
from bilim.jobs.handling import Handler, Try
from bilim.recommendations import actions
from bilim.recommendations.inputs import CountNextLessons


def handlers(db: Database) -> list[Handler[Any]]:
    """How this slice's jobs are run."""

    def count(_job: CountNextLessons, _try: Try) -> None:
        last: int | None = 0
        while last is not None:
            with db.write() as tx:
                last = actions.count_next_lessons(tx, last)
        with db.read() as tx:
            popular = actions.find_popular_lessons(tx)
        with db.write() as tx:
            actions.store_popular_lessons(tx, popular)

    return [Handler(CountNextLessons, count)]
