"""Rooms that nobody ended, and participants whose process is gone."""

from typing import Any

from bilim.db.engine import Database
from bilim.jobs.handling import Handler, Try
from bilim.rooms.actions import rooms
from bilim.rooms.inputs import SweepRooms


def handlers(db: Database) -> list[Handler[Any]]:
    """How this slice's jobs are run."""

    def sweep(_job: SweepRooms, _try: Try) -> None:
        with db.write() as tx:
            rooms.sweep(tx)

    return [Handler(SweepRooms, sweep)]
