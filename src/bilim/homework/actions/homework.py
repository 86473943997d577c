"""Setting, changing and deleting homework. Uploads are claimed in the same transaction, and deleted after the one that releases them."""

from typing import Any

from msgspec import UNSET
from sqlalchemy import delete, exists, func, select, update

from bilim.catalog import access as catalog
from bilim.catalog.models import Lesson
from bilim.db.engine import Tx
from bilim.files.claims import claim, release
from bilim.groups import access as groups
from bilim.homework import access, rules
from bilim.homework.access import HeldHomework
from bilim.homework.actions import files
from bilim.homework.inputs import HomeworkAssigned, HomeworkChanges, HomeworkInput
from bilim.homework.models import MAX_SCORE, Assignment, Homework
from bilim.journal import actions as journal
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import FieldProblems, Invalid, NotFound, Problem, unknown
from bilim.kit.inputs import sent_fields, value_or

_CLEARED_BY_NULL = ("description", "instructions", "text", "due_date", "oral_assignment", "lesson_id")
_KEPT_AT_NULL = ("title", "homework_type", "max_score", "is_published")


@requires(Role.TEACHER)
def set_homework(tx: Tx, actor: Actor, homework: HomeworkInput) -> int:
    """Set homework for a group or for a course and return its id. A group's is published unless it says otherwise, a course's is a draft.

    Raises:
        Invalid: no active group; no such course or lesson of it, as far as the actor may know; a group's has neither a text nor a file.
        Forbidden: somebody else's course.
    """
    columns: dict[str, Any] = {"homework_type": "written", "max_score": MAX_SCORE, **_columns(tx, homework)}
    if group_id := value_or(homework.group_id, None):
        groups.require_known(tx, group_id=group_id)
        _require_content(columns.get("text"), homework.file)
        columns = {"is_published": True, **columns, "group_id": group_id}
    else:
        course_id = value_or(homework.course_id, 0)
        _edit_course(tx, actor, course_id)
        _require_lesson(tx, course_id, columns.get("lesson_id"))
        columns = {"is_published": False, **columns, "course_id": course_id}
    if homework.file:
        columns["file"] = claim(tx, homework.file)
    homework_id = tx.insert(Homework, **columns, created_by=actor.id, created_at=tx.now, updated_at=tx.now)
    files.hand_out(tx, homework_id, value_or(homework.files, []))
    if columns["is_published"]:
        tx.enqueue(HomeworkAssigned(homework_id))
    if group_id:
        journal.note_presence(tx, actor)
    return homework_id


@requires(Role.TEACHER)
def change_homework(tx: Tx, actor: Actor, homework_id: int, changes: HomeworkChanges) -> None:
    """Change homework: fields left out stay, and a group closed since may be sent back. `files` replace all earlier ones.

    Raises:
        NotFound, Forbidden: see `access.lock_editable`.
        Invalid: see `set_homework`; a group's that is to be a course's, or the other way round; fewer points than somebody has.
    """
    held = access.lock_editable(tx, actor, homework_id)
    columns = _columns(tx, changes)
    if held.group_id is not None:
        columns |= _of_group(tx, held, changes, columns)
    else:
        _require_of_course(tx, held, changes, columns)
    if "max_score" in columns:
        _require_scores_within(tx, homework_id, columns["max_score"])
    if changes.file:
        columns["file"] = claim(tx, changes.file)
        release(tx, held.file)
    if handed_out := value_or(changes.files, []):
        files.take_back(tx, homework_id)
        files.hand_out(tx, homework_id, handed_out)
    tx.execute(update(Homework).where(Homework.id == homework_id).values(**columns, updated_at=tx.now))
    if columns.get("is_published"):
        tx.enqueue(HomeworkAssigned(homework_id))


@requires(Role.TEACHER)
def delete_homework(tx: Tx, actor: Actor, homework_id: int) -> None:
    """Delete homework, and after the commit its files. Where somebody handed something in it is hidden instead (CONTRACT section 2).

    Raises:
        NotFound, Forbidden: see `access.lock_editable`.
    """
    held = access.lock_editable(tx, actor, homework_id)
    submitted = select(Assignment.id).where(Assignment.homework_id == homework_id, Assignment.submitted_at.is_not(None))
    if tx.scalar(select(exists(submitted))):
        tx.execute(update(Homework).where(Homework.id == homework_id).values(deleted_at=tx.now))
        return
    files.take_back(tx, homework_id)
    release(tx, held.file)
    tx.execute(delete(Assignment).where(Assignment.homework_id == homework_id))
    tx.execute(delete(Homework).where(Homework.id == homework_id))


def _columns(tx: Tx, changes: HomeworkChanges) -> dict[str, Any]:
    """What was sent, except whose homework it is and files."""
    columns = sent_fields(changes, *_CLEARED_BY_NULL)
    columns |= {name: value for name, value in sent_fields(changes, *_KEPT_AT_NULL).items() if value is not None}
    for name in ("description", "instructions", "text"):
        if name in columns:
            columns[name] = (columns[name] or "").strip() or None
    if due := columns.get("due_date"):
        columns["due_date"] = rules.in_zone(due, tx.local_now.tzinfo)
    return columns if changes.metadata is UNSET else {**columns, "details": changes.metadata}


def _of_group(tx: Tx, held: HeldHomework, changes: HomeworkChanges, columns: dict[str, Any]) -> dict[str, Any]:
    """The group that a group's homework moves to."""
    if value_or(changes.course_id, None):
        raise Invalid(non_field_errors="group_or_course")
    if columns.get("lesson_id"):
        raise Invalid(lesson_id="lesson_of_course")
    if changes.group_id is None:
        raise Invalid(group_id="null")
    group_id = value_or(changes.group_id, held.group_id)
    if group_id != held.group_id:
        groups.require_known(tx, group_id=group_id)
    _require_content(columns.get("text", held.text), changes.file or held.file)
    return {"group_id": group_id}


def _require_of_course(tx: Tx, held: HeldHomework, changes: HomeworkChanges, columns: dict[str, Any]) -> None:
    """Check what a course's homework is to be: it stays with its course."""
    if value_or(changes.group_id, None):
        raise Invalid(non_field_errors="group_or_course")
    wrong: FieldProblems = {}
    if value_or(changes.course_id, held.course_id) != held.course_id:
        wrong["course_id"] = [Problem("stays_with_course")]
    kind, said = columns.get("homework_type", held.homework_type), columns.get("oral_assignment", held.oral_assignment)
    if kind == "oral" and not said:
        wrong["oral_assignment"] = [Problem("required")]
    if wrong:
        raise Invalid(wrong)
    if (lesson_id := columns.get("lesson_id")) != held.lesson_id:
        _require_lesson(tx, held.course_id, lesson_id)


def _require_content(text: str | None, file: object) -> None:
    if not text and not file:
        raise Invalid(non_field_errors="text_or_file")


def _edit_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Let the actor set homework for a course that an input names; its row is locked, so that it is not deleted meanwhile."""
    try:
        catalog.editable_course(tx, actor, course_id)
    except NotFound:
        raise unknown("course_id", course_id) from None


def _require_lesson(tx: Tx, course_id: int | None, lesson_id: int | None) -> None:
    """Check that a lesson belongs to a course. Its row is locked, so that it is not deleted meanwhile."""
    if lesson_id is None:
        return
    known = select(Lesson.id).where(Lesson.id == lesson_id, Lesson.course_id == course_id, Lesson.deleted_at.is_(None))
    if tx.scalar(known.with_for_update(key_share=True)) is None:
        raise unknown("lesson_id", lesson_id)


def _require_scores_within(tx: Tx, homework_id: int, max_score: int) -> None:
    """Check that nobody has more points than are to be had. The homework is locked, so that nobody is given more meanwhile."""
    given = tx.scalar(select(func.max(Assignment.score)).where(Assignment.homework_id == homework_id))
    if given is not None and given > max_score:
        raise Invalid(max_score=Problem("too_small", {"bound": given}))
