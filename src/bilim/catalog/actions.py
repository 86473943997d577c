"""Writes of courses, sections, lessons and words."""

from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import case, delete, func, select, update

from bilim.accounts.models import User
from bilim.catalog import access, indexing, publication
from bilim.catalog.inputs import (
    CourseChanges,
    CourseInput,
    CourseLessonInput,
    LessonAdded,
    LessonChanges,
    PriceFell,
    SectionInput,
    SectionLessonInput,
    WordChanges,
    WordInput,
)
from bilim.catalog.models import Category, Course, Lesson, PriceDrop, Section, Word
from bilim.catalog.rules import DEFAULT_LEVEL, CourseTerms
from bilim.db.engine import Tx
from bilim.files.claims import claim, release
from bilim.files.kinds import StagedFile
from bilim.kit import text
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid, NotFound, Problem, unknown
from bilim.kit.fields import MAX_COUNT
from bilim.kit.inputs import sent_fields, value_or
from bilim.kit.money import charged, to_tiyin

UPLOADS = "/uploads/"
PICTURES = f"{UPLOADS}public/images/"
"""Where the pictures that we drew are served from."""

_AS_SENT = ("title", "difficulty_level", "description", "short_description", "thumbnail_url", "language")
_WHEN_NULL: dict[str, Any] = {
    "estimated_duration": 0,
    "tags": [],
    "requirements": [],
    "learning_outcomes": [],
}


@requires(Role.TEACHER)
def create_course(
    tx: Tx,
    actor: Actor,
    course: CourseInput,
    terms: CourseTerms,
    picture: StagedFile | UnsetType | None = UNSET,
    *,
    is_whole: bool = True,
) -> int:
    """Make a course and return its id. Its instructor is the actor; an admin may name another teacher, and may feature it.

    Args:
        course: what it is made of. Where an admin must approve it first, `is_published` submits it.
        terms: how courses are published.
        picture: its thumbnail, drawn and staged (`files.images.draw`), in place of a `thumbnail_url`.
        is_whole: False where the caller adds to it, then indexes it and calls `set_published`.

    Raises:
        Invalid: an instructor who is no teacher, or a category that is not there.
    """
    columns = {"difficulty_level": DEFAULT_LEVEL, "instructor_id": actor.id, **course_columns(tx, actor, course), **_drawn(tx, picture)}
    course_id = tx.insert(Course, **columns, created_at=tx.now, updated_at=tx.now)
    if is_whole:
        set_published(tx, actor, course_id, course, terms)
        indexing.index_course(tx, course_id)
    return course_id


@requires(Role.TEACHER)
def change_course(
    tx: Tx,
    actor: Actor,
    course_id: int,
    changes: CourseChanges,
    terms: CourseTerms,
    picture: StagedFile | UnsetType | None = UNSET,
    *,
    is_whole: bool = True,
) -> None:
    """Change a course; see `create_course`. A picture that it no longer shows is deleted; a price that falls is noted.

    Raises:
        NotFound, Forbidden: see `access.require_editor`.
        Invalid: see `create_course`.
    """
    access.editable_course(tx, actor, course_id)
    columns = {**course_columns(tx, actor, changes), **_drawn(tx, picture)}
    if "thumbnail_url" in columns:
        _release_picture(tx, course_id, columns["thumbnail_url"])
    price = _charged(tx, course_id)
    published_title = case((Course.is_published, Course.title), else_=Course.published_title)  # both as they were before this change
    tx.execute(update(Course).where(Course.id == course_id).values(**columns, published_title=published_title, updated_at=tx.now))
    if is_whole:
        set_published(tx, actor, course_id, changes, terms)
        indexing.index_course(tx, course_id)
    if columns.keys() & {"price", "discount_price"}:
        _note_price(tx, course_id, price)


@internal
def set_published(tx: Tx, actor: Actor, course_id: int, course: CourseChanges, terms: CourseTerms) -> None:
    """Do what an input's `is_published` says: publish a course, submit it where an admin must approve it first, or withdraw it.

    One that is published, or submitted, stays so; the caller has locked it.
    """
    if course.is_published is UNSET:
        return
    if not course.is_published:
        publication.withdraw(tx, actor, course_id)
    elif not tx.scalar(select(Course.is_published).where(Course.id == course_id)):
        if publication.may_publish(actor, terms):
            publication.publish(tx, actor, course_id)
        else:
            publication.submit(tx, actor, course_id)


def _charged(tx: Tx, course_id: int) -> int:
    """What a buyer of a course pays, in tiyin."""
    return charged(*tx.first(select(Course.price, Course.discount_price).where(Course.id == course_id)))


def _note_price(tx: Tx, course_id: int, earlier: int) -> None:
    """Note that a course, which the transaction has locked, costs less than before, if it does."""
    price = _charged(tx, course_id)
    if price < earlier:
        tx.enqueue(PriceFell(tx.insert(PriceDrop, course_id=course_id, earlier_price=earlier, price=price, created_at=tx.now)))


@requires(Role.TEACHER)
def delete_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Delete a course and its files. One with history (somebody joined, bought or finished it) is hidden instead (CONTRACT section 2).

    Raises:
        NotFound, Forbidden: see `access.require_editor`.
    """
    access.editable_course(tx, actor, course_id)
    indexing.forget_course(tx, course_id)
    _release_picture(tx, course_id, None)
    for file in tx.scalars(select(Lesson.file).where(Lesson.course_id == course_id, Lesson.file.is_not(None))):
        release(tx, file)
    if not tx.delete_unless_referenced(Course, course_id):
        tx.execute(update(Course).where(Course.id == course_id).values(deleted_at=tx.now, thumbnail_url=None))
        tx.execute(update(Lesson).where(Lesson.course_id == course_id).values(file=None))


create_any_course = requires(Role.ADMIN)(create_course)
change_any_course = requires(Role.ADMIN)(change_course)
delete_any_course = requires(Role.ADMIN)(delete_course)
"""The same, for admins alone."""


@internal
def course_columns(tx: Tx, actor: Actor, course: CourseChanges) -> dict[str, Any]:
    """An input as columns, without `is_published` and what the actor may not set. A category of a new name is made.

    Raises:
        Invalid: an instructor who is no teacher, or a category that is not there.
    """
    columns = sent_fields(course, *_AS_SENT)
    columns |= {name: value_or(value, _WHEN_NULL[name]) for name, value in sent_fields(course, *_WHEN_NULL).items()}
    columns |= {name: to_tiyin(value) if value else 0 for name, value in sent_fields(course, "price", "discount_price").items()}
    if course.category is not UNSET:
        columns["category_id"] = _category_id(tx, course.category)
    if actor.is_admin:
        columns |= {name: bool(value) for name, value in sent_fields(course, "is_featured").items()}
        if instructor_id := value_or(course.instructor_id, None):
            columns["instructor_id"] = _instructor(tx, instructor_id)
    return columns


def _category_id(tx: Tx, category: int | str | None) -> int | None:
    """The id of a category: a known one's, or one of that name, made where there is none yet; None for an empty name."""
    if isinstance(category, int):
        if tx.scalar(select(Category.id).where(Category.id == category)) is None:
            raise unknown("category", category)
        return category
    name = text.tidy(category or "")
    if not name:
        return None
    key = text.fold(name)
    tx.execute(tx.inserting(Category).values(name=name, name_key=key).on_conflict_do_nothing(index_elements=[Category.name_key]))
    return tx.scalar(select(Category.id).where(Category.name_key == key))


def _instructor(tx: Tx, user_id: int) -> int:
    role = tx.scalar(select(User.role).where(User.id == user_id, User.deleted_at.is_(None), User.is_active))
    if role is None or not Role(role).includes(Role.TEACHER):
        raise Invalid(instructor_id=Problem("unknown_teacher", {"id": user_id}))
    return user_id


def _drawn(tx: Tx, picture: StagedFile | UnsetType | None) -> dict[str, Any]:
    """The column of a course's picture, where one was sent or taken away."""
    if picture is UNSET:
        return {}
    return {"thumbnail_url": f"{UPLOADS}{claim(tx, picture)}" if isinstance(picture, StagedFile) else None}


def _release_picture(tx: Tx, course_id: int, new_url: str | None) -> None:
    """Delete the stored picture of a course that will show another, unless a course shows it still: addresses can be copied."""
    url = tx.scalar(select(Course.thumbnail_url).where(Course.id == course_id))
    if not url or url == new_url or not url.startswith(PICTURES):
        return
    if tx.scalar(select(Course.id).where(Course.thumbnail_url == url, Course.id != course_id).limit(1)) is None:
        release(tx, url.removeprefix(UPLOADS))


@requires(Role.TEACHER)
def create_section(tx: Tx, actor: Actor, section: SectionInput) -> int:
    """Add a section to a course and return its id.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    _edit_named_course(tx, actor, section.course_id)
    position = value_or(section.position, None)
    if position is None:
        last = tx.scalar(select(func.max(Section.position)).where(Section.course_id == section.course_id))
        position = 0 if last is None else min(last + 1, MAX_COUNT)  # equal places stand by id
    section_id = tx.insert(Section, course_id=section.course_id, title=section.title, position=position)
    indexing.index_course(tx, section.course_id)
    return section_id


@requires(Role.TEACHER)
def create_lesson(tx: Tx, actor: Actor, lesson: CourseLessonInput) -> int:
    """Add a lesson to a course's first section, which is made where there is none; return the lesson's id.

    Raises:
        Invalid: no such course, as far as the actor may know.
        Forbidden: somebody else's course.
    """
    _edit_named_course(tx, actor, lesson.course_id)
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


def _edit_named_course(tx: Tx, actor: Actor, course_id: int) -> None:
    """Let the actor change a course that an input names."""
    try:
        access.editable_course(tx, actor, course_id)
    except NotFound:
        raise unknown("course_id", course_id) from None


@requires(Role.TEACHER)
def create_word(tx: Tx, actor: Actor, word: WordInput) -> int:
    """Add a word to a lesson and return its id.

    Raises:
        Invalid: no such lesson, as far as the actor may know.
        Forbidden: somebody else's lesson.
    """
    try:
        access.editable_lesson(tx, actor, word.lesson_id)
    except NotFound:
        raise unknown("lesson_id", word.lesson_id) from None
    word_id = tx.insert(Word, **sent_fields(word))
    indexing.index_word(tx, word_id)
    return word_id


@requires(Role.TEACHER)
def change_word(tx: Tx, actor: Actor, word_id: int, changes: WordChanges) -> None:
    """Change a word.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    _edit_word(tx, actor, word_id)
    if columns := sent_fields(changes, "word", "translation", "ipa_pronunciation"):
        tx.execute(update(Word).where(Word.id == word_id).values(**columns))
        indexing.index_word(tx, word_id)


@requires(Role.TEACHER)
def delete_word(tx: Tx, actor: Actor, word_id: int) -> None:
    """Delete a word.

    Raises:
        NotFound, Forbidden: see `access.editable_lesson`.
    """
    _edit_word(tx, actor, word_id)
    indexing.forget_word(tx, word_id)
    tx.execute(delete(Word).where(Word.id == word_id))


def _edit_word(tx: Tx, actor: Actor, word_id: int) -> None:
    access.editable_lesson(tx, actor, select(Word.lesson_id).where(Word.id == word_id).scalar_subquery())
