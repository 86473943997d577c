"""Jobs of the tutor."""

from typing import Any

from bilim.db.engine import Database
from bilim.jobs.handling import Handler
from bilim.tutor.actions import tokens
from bilim.tutor.inputs import SweepTokens


def handlers(db: Database) -> list[Handler[Any]]:
    """The handlers of this slice's jobs."""
    return [Handler(SweepTokens, lambda _job, _try: _sweep(db))]


def _sweep(db: Database) -> None:
    """In short transactions until nothing is left."""
    swept = 1
    while swept:
        with db.write() as tx:
            swept = tokens.sweep(tx)
