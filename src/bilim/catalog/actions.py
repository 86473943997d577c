"""Writes of courses, lessons and words."""

from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select, update

from bilim.accounts.models import User
from bilim.catalog import access
from bilim.catalog.models import Category, Course, Lesson, Section, Word
from bilim.db.engine import Tx
from bilim.kit import text
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid, NotFound, unknown
from bilim.kit.fields import MAX_COUNT
from bilim.kit.money import to_tiyin

_TEXTS = ("title", "difficulty_level", "description", "short_description", "thumbnail_url", "language")
_LISTS = ("tags", "requirements", "learning_outcomes")


def create_course(tx: Tx, actor: Actor, values: dict[str, Any]) -> int:
    """Make a course. Its instructor is the actor; an admin may name another teacher, and may feature it.

    Args:
        values: the fields of a course as sent, in UZS and with the category's name.

    Raises:
        Invalid: an instructor who is no teacher.
    """
    columns = {"instructor_id": actor.id, **_course_columns(tx, actor, values)}
    return tx.insert(Course, **columns, created_at=tx.now, updated_at=tx.now)


def change_course(tx: Tx, actor: Actor, course_id: int, values: dict[str, Any]) -> None:
    """Change a course: fields left out stay.

    Raises:
        NotFound, Forbidden: see `access.editable_course`.
        Invalid: see `create_course`.
    """
    access.editable_course(tx, actor, course_id)
    tx.execute(update(Course).where(Course.id == course_id).values(**_course_columns(tx, actor, values), updated_at=tx.now))


def delete_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Delete a course. One with history (somebody joined, bought or finished it) is hidden instead (CONTRACT section 2).

    Raises:
        NotFound, Forbidden: see `access.editable_course`.
    """
    access.editable_course(tx, actor, course_id)
    if not tx.delete_unless_referenced(Course, course_id):
        tx.execute(update(Course).where(Course.id == course_id).values(deleted_at=tx.now))


def _course_columns(tx: Tx, actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """A body's fields as columns; what the actor may not set is left out."""
    columns = {name: values[name] for name in _TEXTS if name in values}
    columns |= {name: values[name] or [] for name in _LISTS if name in values}
    if "is_published" in values:
        columns["is_published"] = bool(values["is_published"])
    if "estimated_duration" in values:
        columns["estimated_duration"] = values["estimated_duration"] or 0
    columns |= {name: to_tiyin(values[name] or Decimal(0)) for name in ("price", "discount_price") if name in values}
    if "category" in values:
        columns["category_id"] = category_id(tx, values["category"])
    if "category_id" in values:
        columns["category_id"] = _known_category(tx, values["category_id"])
    if actor.is_admin:
        if "is_featured" in values:
            columns["is_featured"] = bool(values["is_featured"])
        if values.get("instructor_id") is not None:
            columns["instructor_id"] = _instructor(tx, values["instructor_id"])
    return columns


def _known_category(tx: Tx, category: int | None) -> int | None:
    if category is not None and tx.scalar(select(Category.id).where(Category.id == category)) is None:
        raise unknown("category", category)
    return category


def _instructor(tx: Tx, user_id: int) -> int:
    role = tx.scalar(select(User.role).where(User.id == user_id, User.deleted_at.is_(None), User.is_active))
    if role is None or not Role(role).includes(Role.TEACHER):
        raise Invalid(instructor_id=f'Invalid pk "{user_id}" - no such teacher.')
    return user_id


def category_id(tx: Tx, name: str | None) -> int | None:
    """The id of a category, made where there is none of that name yet; None for an empty name."""
    name = text.tidy(name or "")
    if not name:
        return None
    key = text.fold(name)
    tx.execute(tx.inserting(Category).values(name=name, name_key=key).on_conflict_do_nothing(index_elements=[Category.name_key]))
    return tx.scalar(select(Category.id).where(Category.name_key == key))


def create_lesson(tx: Tx, actor: Actor, course_id: int, values: dict[str, Any]) -> int:
    """Add a lesson to a course: to its first section, which is made where there is none.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    try:
        access.editable_course(tx, actor, course_id)
    except NotFound:
        raise unknown("course_id", course_id) from None
    return _insert_lesson(tx, course_id, _first_section(tx, course_id), values)


def create_lesson_in_section(tx: Tx, actor: Actor, section_id: int, values: dict[str, Any]) -> int:
    """Add a lesson to a section.

    Raises:
        Invalid: no such section, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    return _insert_lesson(tx, access.editable_section(tx, actor, section_id), section_id, values)


def _insert_lesson(tx: Tx, course_id: int, section_id: int, values: dict[str, Any]) -> int:
    columns = _lesson_columns(values)
    return tx.insert(Lesson, course_id=course_id, section_id=section_id, **columns, created_at=tx.now, updated_at=tx.now)


def change_lesson(tx: Tx, actor: Actor, lesson_id: int, values: dict[str, Any]) -> None:
    """Change a lesson: fields left out stay.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    access.editable_lesson(tx, actor, lesson_id)
    tx.execute(update(Lesson).where(Lesson.id == lesson_id).values(**_lesson_columns(values), updated_at=tx.now))


def delete_lesson(tx: Tx, actor: Actor, lesson_id: int) -> None:
    """Delete a lesson; one that somebody finished is hidden, so that their progress stays true.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    access.editable_lesson(tx, actor, lesson_id)
    if not tx.delete_unless_referenced(Lesson, lesson_id):
        tx.execute(update(Lesson).where(Lesson.id == lesson_id).values(deleted_at=tx.now))


def _lesson_columns(values: dict[str, Any]) -> dict[str, Any]:
    names = {"title": "title", "content": "content", "video_url": "video_url", "order": "position", "file": "file"}
    columns = {column: values[name] for name, column in names.items() if name in values}
    if "content" in columns:
        columns["content"] = columns["content"] or ""
    if "position" in columns:
        columns["position"] = columns["position"] or 0
    columns |= {name: bool(values[name]) for name in ("premium_only", "is_preview") if name in values}
    return columns


def _first_section(tx: Tx, course_id: int) -> int:
    """The first section of a course that the transaction has locked."""
    first = select(Section.id).where(Section.course_id == course_id).order_by(Section.position, Section.id).limit(1)
    found = tx.scalar(first)
    if found is not None:
        return found
    title = tx.scalar(select(Course.title).where(Course.id == course_id))
    return tx.insert(Section, course_id=course_id, title=title, is_implicit=True)


def create_section(tx: Tx, actor: Actor, course_id: int, title: str, order: int | None = None) -> int:
    """Add a section to a course: at its place, or behind the others.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    try:
        access.editable_course(tx, actor, course_id)
    except NotFound:
        raise unknown("course", course_id) from None
    if order is None:
        last = tx.scalar(select(func.max(Section.position)).where(Section.course_id == course_id))
        order = 0 if last is None else min(last + 1, MAX_COUNT)  # equal places stand by id
    return tx.insert(Section, course_id=course_id, title=title, position=order)


def create_word(tx: Tx, actor: Actor, lesson_id: int, values: dict[str, Any]) -> int:
    """Add a word to a lesson.

    Raises:
        Invalid: no such lesson, as far as the actor may know.
        Forbidden: somebody else's lesson.
    """
    try:
        access.editable_lesson(tx, actor, lesson_id)
    except NotFound:
        raise unknown("lesson_id", lesson_id) from None
    return tx.insert(Word, lesson_id=lesson_id, **values)


def change_word(tx: Tx, actor: Actor, word_id: int, values: dict[str, Any]) -> None:
    """Change a word: fields left out stay.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    _editable_word(tx, actor, word_id)
    tx.execute(update(Word).where(Word.id == word_id).values(**values))


def delete_word(tx: Tx, actor: Actor, word_id: int) -> None:
    """Delete a word.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    _editable_word(tx, actor, word_id)
    tx.execute(delete(Word).where(Word.id == word_id))


def _editable_word(tx: Tx, actor: Actor, word_id: int) -> None:
    lesson_id = tx.scalar(select(Word.lesson_id).where(Word.id == word_id))
    if lesson_id is None:
        raise NotFound
    access.editable_lesson(tx, actor, lesson_id)
