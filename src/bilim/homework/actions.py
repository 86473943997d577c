"""Writes of homework."""

from typing import Any

from sqlalchemy import delete, select, update

from bilim.db.engine import Tx
from bilim.groups.access import require_known
from bilim.homework import access
from bilim.homework.models import Homework
from bilim.journal import actions as journal
from bilim.kit.actors import Actor
from bilim.kit.errors import Invalid
from bilim.kit.jobs import DeleteFile

TEXT_OR_FILE = "Matn (text) yoki fayl (file) kiritilishi shart."

_COLUMNS = {"group": "group_id"}


def set_homework(tx: Tx, actor: Actor, group_id: int, values: dict[str, Any]) -> int:
    """Set a group homework.

    Args:
        values: `text`, `file` (the name of a stored file), `homework_type`.

    Raises:
        Invalid: no active group; or neither a text nor a file.
    """
    require_group(tx, group_id)
    columns = _columns(values)
    _require_content(columns.get("text"), columns.get("file"))
    made = {"homework_type": "written", **columns, "group_id": group_id, "created_by": actor.id}
    homework_id = tx.insert(Homework, **made, created_at=tx.now, updated_at=tx.now)
    journal.note_presence(tx, actor)
    return homework_id


def change_homework(tx: Tx, actor: Actor, homework_id: int, values: dict[str, Any]) -> None:
    """Change homework: fields left out stay.

    Raises:
        NotFound, Forbidden: see `access.editable`.
        Invalid: see `set_homework`.
    """
    access.editable(tx, actor, homework_id)
    columns = _columns(values)
    group_id, text, file = tx.first(select(Homework.group_id, Homework.text, Homework.file).where(Homework.id == homework_id))
    if columns.get("group_id", group_id) != group_id:
        require_group(tx, columns["group_id"])
    _require_content(columns.get("text", text), columns.get("file", file))
    if file and columns.get("file", file) != file:
        tx.enqueue(DeleteFile(file))
    tx.execute(update(Homework).where(Homework.id == homework_id).values(**columns, updated_at=tx.now))


def delete_homework(tx: Tx, actor: Actor, homework_id: int) -> None:
    """Delete homework.

    Raises:
        NotFound, Forbidden: see `access.editable`.
    """
    access.editable(tx, actor, homework_id)
    file = tx.scalar(delete(Homework).where(Homework.id == homework_id).returning(Homework.file))
    if file:
        tx.enqueue(DeleteFile(file))


def require_group(tx: Tx, group_id: int) -> None:
    """Check that an active group exists.

    Raises:
        Invalid: naming the body's field `group`.
    """
    try:
        require_known(tx, group_id=group_id)
    except Invalid as error:
        raise Invalid({"group": error.fields["group_id"]}) from None


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    columns = {_COLUMNS.get(name, name): value for name, value in values.items() if value is not None or name == "text"}
    if "text" in columns:
        columns["text"] = (columns["text"] or "").strip() or None
    return columns


def _require_content(text: str | None, file: str | None) -> None:
    if not text and not file:
        raise Invalid(non_field_errors=TEXT_OR_FILE)
