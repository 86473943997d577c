"""Writes of interactive lessons: admins' work."""

from typing import Any

from msgspec import UNSET
from sqlalchemy import select, update

from bilim.catalog.models import Course
from bilim.db.engine import Tx
from bilim.interactive.access import IS_THERE
from bilim.interactive.inputs import InteractiveLessonChanges, InteractiveLessonInput
from bilim.interactive.models import InteractiveLesson
from bilim.interactive.queries.avatars import is_avatar
from bilim.interactive.rules.content import DEFAULT_DIFFICULTY
from bilim.kit.access import requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid, NotFound, unknown_id
from bilim.kit.inputs import sent_fields, value_or

_AS_SENT = ("title", "position", "description", "video_url", "course_id", "avatar_id")
_WHEN_NULL: dict[str, Any] = {
    "difficulty": DEFAULT_DIFFICULTY,
    "is_premium": False,
    "is_active": True,
    "content": {},
    "tags": [],
    "estimated_duration": 0,
}


@requires(Role.ADMIN)
def create_interactive_lesson(tx: Tx, _actor: Actor, lesson: InteractiveLessonInput) -> int:
    """Make an interactive lesson and return its id.

    Raises:
        Invalid: an avatar or a course that is not there.
    """
    _require_known(tx, lesson)
    return tx.insert(InteractiveLesson, **_WHEN_NULL | _columns(lesson), created_at=tx.now, updated_at=tx.now)


@requires(Role.ADMIN)
def change_interactive_lesson(tx: Tx, _actor: Actor, lesson_id: int, changes: InteractiveLessonChanges) -> None:
    """Change an interactive lesson.

    Raises:
        NotFound: no such lesson.
        Invalid: see `create_interactive_lesson`.
    """
    _lock(tx, lesson_id)
    _require_known(tx, changes)
    columns = _columns(changes)
    tx.execute(update(InteractiveLesson).where(InteractiveLesson.id == lesson_id).values(**columns, updated_at=tx.now))


@requires(Role.ADMIN)
def delete_interactive_lesson(tx: Tx, _actor: Actor, lesson_id: int) -> None:
    """Delete an interactive lesson; one with history is hidden, and the history stays.

    Raises:
        NotFound: no such lesson.
    """
    _lock(tx, lesson_id)
    if not tx.delete_unless_referenced(InteractiveLesson, lesson_id):
        tx.execute(update(InteractiveLesson).where(InteractiveLesson.id == lesson_id).values(deleted_at=tx.now))


def _columns(lesson: InteractiveLessonChanges) -> dict[str, Any]:
    columns = sent_fields(lesson, *_AS_SENT)
    return columns | {name: value_or(value, _WHEN_NULL[name]) for name, value in sent_fields(lesson, *_WHEN_NULL).items()}


def _lock(tx: Tx, lesson_id: int) -> None:
    there = select(InteractiveLesson.id).outerjoin(Course, Course.id == InteractiveLesson.course_id)
    if tx.scalar(there.where(InteractiveLesson.id == lesson_id, IS_THERE).with_for_update(of=InteractiveLesson)) is None:
        raise NotFound


def _require_known(tx: Tx, lesson: InteractiveLessonChanges) -> None:
    """Check the ids that a lesson names.

    Raises:
        Invalid: naming each that is not there.
    """
    course_id, avatar_id = value_or(lesson.course_id, None), lesson.avatar_id
    strange = {}
    if avatar_id is not UNSET and not is_avatar(avatar_id):
        strange["avatar_id"] = unknown_id(avatar_id)
    if course_id is not None and tx.scalar(select(Course.id).where(Course.id == course_id, Course.deleted_at.is_(None))) is None:
        strange["course_id"] = unknown_id(course_id)
    if strange:
        raise Invalid(**strange)
