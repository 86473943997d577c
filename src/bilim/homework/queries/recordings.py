"""Recordings that wait to be graded automatically."""

from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam

from bilim.db.engine import Tx
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import select_into
from bilim.homework.models import Assignment, Homework, HomeworkFile
from bilim.kit.access import internal


class WaitingRecording(Struct):
    """A recording, what was to be said in it, and how many points that is worth."""

    file: str
    oral_assignment: Any
    max_score: int


_WAITING = PreparedSelection(
    select_into(WaitingRecording, file=HomeworkFile.name, oral_assignment=Homework.oral_assignment, max_score=Homework.max_score)
    .select_from(Assignment)
    .join(Homework, Homework.id == Assignment.homework_id)
    .join(HomeworkFile, HomeworkFile.assignment_id == Assignment.id)
    .where(
        Assignment.id == bindparam("assignment_id"),
        Assignment.status == "pending",
        Assignment.revision == bindparam("revision"),
        HomeworkFile.is_recording,
    )
)


@internal
def waiting_recording(tx: Tx, assignment_id: int, revision: int) -> WaitingRecording | None:
    """A recording that still waits, or None: a teacher graded it, or a newer one took its place."""
    return tx.fetch_first(_WAITING, {"assignment_id": assignment_id, "revision": revision})
