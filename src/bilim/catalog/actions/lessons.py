"""Writes of lessons, with the file that each may have."""

from typing import Any

from sqlalchemy import select, update

from bilim.catalog import access, indexing
from bilim.catalog.inputs import CourseLessonInput, LessonAdded, LessonChanges, SectionLessonInput
from bilim.catalog.models import Course, Lesson, Section
from bilim.db.engine import Tx
from bilim.files.claims import claim, release
from bilim.files.kinds import StagedFile
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.inputs import sent_fields, value_or


@requires(Role.TEACHER)
def create_lesson(tx: Tx, actor: Actor, lesson: CourseLessonInput) -> int:
    """Add a lesson to a course's first section, which is made where there is none; return the lesson's id.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    access.editable_named_course(tx, actor, lesson.course_id)
    return _insert_lesson(tx, lesson, lesson.course_id, _first_section(tx, lesson.course_id), None)


@requires(Role.TEACHER)
def create_lesson_in_section(tx: Tx, actor: Actor, lesson: SectionLessonInput) -> int:
    """Add a lesson to a section and return its id; its staged file becomes its own.

    Raises:
        Invalid: no such section, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    course_id = access.editable_section(tx, actor, lesson.section_id)
    file = claim(tx, lesson.file) if isinstance(lesson.file, StagedFile) else None
    return _insert_lesson(tx, lesson, course_id, lesson.section_id, file)


@requires(Role.TEACHER)
def change_lesson(tx: Tx, actor: Actor, lesson_id: int, changes: LessonChanges) -> None:
    """Change a lesson.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    access.editable_lesson(tx, actor, lesson_id)
    tx.execute(update(Lesson).where(Lesson.id == lesson_id).values(**lesson_columns(changes), updated_at=tx.now))
    indexing.index_lesson(tx, lesson_id)


@requires(Role.TEACHER)
def delete_lesson(tx: Tx, actor: Actor, lesson_id: int) -> None:
    """Delete a lesson and its file; one that somebody finished is hidden, so that their progress stays true.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    access.editable_lesson(tx, actor, lesson_id)
    indexing.forget_lesson(tx, lesson_id)
    release(tx, tx.scalar(select(Lesson.file).where(Lesson.id == lesson_id)))
    if not tx.delete_unless_referenced(Lesson, lesson_id):
        tx.execute(update(Lesson).where(Lesson.id == lesson_id).values(deleted_at=tx.now, file=None))


def _insert_lesson(tx: Tx, lesson: LessonChanges, course_id: int, section_id: int, file: str | None) -> int:
    columns = lesson_columns(lesson)
    places: dict[str, Any] = {"course_id": course_id, "section_id": section_id, "file": file}
    lesson_id = tx.insert(Lesson, **columns, **places, created_at=tx.now, updated_at=tx.now)
    indexing.index_lesson(tx, lesson_id)
    tx.enqueue(LessonAdded(lesson_id))
    return lesson_id


@internal
def lesson_columns(lesson: LessonChanges) -> dict[str, Any]:
    """An input as columns."""
    columns = sent_fields(lesson, "title", "video_url")
    defaults: dict[str, Any] = {"content": "", "position": 0, "premium_only": False, "is_preview": False}
    return columns | {name: value_or(value, defaults[name]) for name, value in sent_fields(lesson, *defaults).items()}


def _first_section(tx: Tx, course_id: int) -> int:
    """The first section of a course that the transaction has locked."""
    first = select(Section.id).where(Section.course_id == course_id).order_by(Section.position, Section.id).limit(1)
    found = tx.scalar(first)
    if found is not None:
        return found
    title = tx.scalar(select(Course.title).where(Course.id == course_id))
    return tx.insert(Section, course_id=course_id, title=title, is_implicit=True)
