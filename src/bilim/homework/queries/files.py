"""Reads of the files of homework and of submissions."""

from msgspec import Struct
from sqlalchemy import and_, bindparam, case, or_

from bilim.catalog.access import VIEWER, viewer, visibility_of
from bilim.db.engine import Tx
from bilim.db.prepared import PreparedSelection
from bilim.db.select_into import select_into
from bilim.homework import access
from bilim.homework.models import Assignment, Homework, HomeworkFile
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor


class FileView(Struct):
    """A file; `name` is its name in the store, `filename` what its owner called it."""

    id: int
    owner_id: int
    """The homework or the assignment that it belongs to."""
    name: str
    filename: str
    size: int
    is_recording: bool


def _columns(owner: object) -> dict[str, object]:
    return {
        "id": HomeworkFile.id,
        "owner_id": owner,
        "name": HomeworkFile.name,
        "filename": HomeworkFile.filename,
        "size": HomeworkFile.size,
        "is_recording": HomeworkFile.is_recording,
    }


_OWNERS = bindparam("owner_ids", expanding=True)
_HANDED_OUT = PreparedSelection(
    select_into(FileView, **_columns(HomeworkFile.homework_id))
    .where(HomeworkFile.homework_id.in_(_OWNERS), HomeworkFile.assignment_id.is_(None))
    .order_by(HomeworkFile.id)
)
_HANDED_IN = PreparedSelection(
    select_into(FileView, **_columns(HomeworkFile.assignment_id)).where(HomeworkFile.assignment_id.in_(_OWNERS)).order_by(HomeworkFile.id)
)


@internal
def handed_out(tx: Tx, homework_ids: list[int]) -> dict[int, list[FileView]]:
    """The files of homework, by its id."""
    return _by_owner(tx, _HANDED_OUT, homework_ids)


@internal
def handed_in(tx: Tx, assignment_ids: list[int]) -> dict[int, list[FileView]]:
    """The files of submissions, by the assignment's id."""
    return _by_owner(tx, _HANDED_IN, assignment_ids)


def _by_owner(tx: Tx, query: PreparedSelection[FileView], ids: list[int]) -> dict[int, list[FileView]]:
    found: dict[int, list[FileView]] = {}
    for file in tx.fetch_all(query, {"owner_ids": ids}) if ids else []:
        found.setdefault(file.owner_id, []).append(file)
    return found


@signed_in
def file(tx: Tx, actor: Actor, file_id: int) -> FileView:
    """A file that concerns the actor: handed out with homework that they may know of; or handed in by them, or for them to grade.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    known = access.is_known(visibility_of(actor), is_teacher=actor.is_teacher)
    out = and_(HomeworkFile.assignment_id.is_(None), known)
    own = Assignment.user_id == VIEWER
    handed_in = or_(own, and_(known, access.may_manage(visibility_of(actor)))) if actor.is_teacher else own
    owner = case((HomeworkFile.assignment_id.is_(None), HomeworkFile.homework_id), else_=HomeworkFile.assignment_id)
    query = (
        select_into(FileView, **_columns(owner))
        .join(Homework, Homework.id == HomeworkFile.homework_id)
        .outerjoin(Assignment, Assignment.id == HomeworkFile.assignment_id)
        .where(HomeworkFile.id == file_id, or_(out, handed_in))
    )
    return tx.fetch_one(query, viewer(actor))
