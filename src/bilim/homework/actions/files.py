"""Files of homework and of submissions, inside the transactions of other actions."""

from sqlalchemy import ColumnElement, bindparam, delete, select

from bilim.db.engine import Tx
from bilim.db.prepared import Prepared
from bilim.files.claims import claim, release
from bilim.files.kinds import StagedFile
from bilim.homework.models import HomeworkFile
from bilim.homework.rules import readable_filename
from bilim.kit.access import internal


@internal
def hand_out(tx: Tx, homework_id: int, uploads: list[StagedFile]) -> None:
    """Add uploaded files to homework."""
    _insert(tx, homework_id, None, uploads, is_recording=False)


@internal
def hand_in(tx: Tx, homework_id: int, assignment_id: int, uploads: list[StagedFile], *, is_recording: bool) -> None:
    """Add uploaded files to a submission."""
    _insert(tx, homework_id, assignment_id, uploads, is_recording=is_recording)


@internal
def take_back(tx: Tx, homework_id: int) -> None:
    """Take away what was handed out with homework."""
    _delete(tx, HomeworkFile.homework_id == homework_id, HomeworkFile.assignment_id.is_(None))


_OF_SUBMISSION = Prepared(select(HomeworkFile.id).where(HomeworkFile.assignment_id == bindparam("assignment_id")))


@internal
def withdraw(tx: Tx, assignment_id: int) -> None:
    """Take away what was handed in before."""
    if tx.scalar(_OF_SUBMISSION, {"assignment_id": assignment_id}) is not None:
        _delete(tx, HomeworkFile.assignment_id == assignment_id)


def _insert(tx: Tx, homework_id: int, assignment_id: int | None, uploads: list[StagedFile], *, is_recording: bool) -> None:
    for upload in uploads:
        tx.insert(
            HomeworkFile,
            homework_id=homework_id,
            assignment_id=assignment_id,
            name=claim(tx, upload),
            filename=readable_filename(upload.filename),
            size=upload.size,
            is_recording=is_recording,
            created_at=tx.now,
        )


def _delete(tx: Tx, *which: ColumnElement[bool]) -> None:
    names = tx.scalars(select(HomeworkFile.name).where(*which))
    tx.execute(delete(HomeworkFile).where(*which))
    for name in names:
        release(tx, name)
