"""Writes of homework. An uploaded file is claimed in the same transaction, and deleted after the one that releases it."""

from typing import Any

from sqlalchemy import delete, update

from bilim.db.engine import Tx
from bilim.files.claims import claim, release
from bilim.groups import access as groups
from bilim.homework import access
from bilim.homework.inputs import HomeworkChanges, HomeworkInput
from bilim.homework.models import Homework
from bilim.journal import actions as journal
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid
from bilim.kit.inputs import sent_fields


@requires(Role.TEACHER)
def set_homework(tx: Tx, actor: Actor, homework: HomeworkInput) -> int:
    """Set a group homework; its id.

    Raises:
        Invalid: no active group; or neither a text nor a file.
    """
    columns = _columns(homework)
    groups.require_known(tx, group_id=columns["group_id"])
    _require_content(columns.get("text"), homework.file)
    if homework.file:
        columns["file"] = claim(tx, homework.file)
    columns.setdefault("homework_type", "written")
    homework_id = tx.insert(Homework, **columns, created_by=actor.id, created_at=tx.now, updated_at=tx.now)
    journal.note_presence(tx, actor)
    return homework_id


@requires(Role.TEACHER)
def change_homework(tx: Tx, actor: Actor, homework_id: int, changes: HomeworkChanges) -> None:
    """Change homework: fields left out stay, and a group closed since may be sent back.

    Raises:
        NotFound, Forbidden: see `access.lock_editable`.
        Invalid: see `set_homework`.
    """
    held = access.lock_editable(tx, actor, homework_id)
    columns = _columns(changes)
    if columns.get("group_id", held.group_id) != held.group_id:
        groups.require_known(tx, group_id=columns["group_id"])
    _require_content(columns.get("text", held.text), changes.file or held.file)
    if changes.file:
        columns["file"] = claim(tx, changes.file)
        release(tx, held.file)
    tx.execute(update(Homework).where(Homework.id == homework_id).values(**columns, updated_at=tx.now))


@requires(Role.TEACHER)
def delete_homework(tx: Tx, actor: Actor, homework_id: int) -> None:
    """Delete homework, and after the commit its file.

    Raises:
        NotFound, Forbidden: see `access.lock_editable`.
    """
    held = access.lock_editable(tx, actor, homework_id)
    tx.execute(delete(Homework).where(Homework.id == homework_id))
    release(tx, held.file)


def _columns(changes: HomeworkChanges | HomeworkInput) -> dict[str, Any]:
    """What was sent, except the file; null clears the text alone."""
    sent = sent_fields(changes, "group_id", "text", "homework_type")
    columns = {name: value for name, value in sent.items() if value is not None or name == "text"}
    if "text" in columns:
        columns["text"] = (columns["text"] or "").strip() or None
    return columns


def _require_content(text: str | None, file: object) -> None:
    if not text and not file:
        raise Invalid(non_field_errors="text_or_file")
