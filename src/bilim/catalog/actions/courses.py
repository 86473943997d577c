"""Writes of courses: their columns, their pictures, the price that falls."""

from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import case, select, update

from bilim.accounts.models import User
from bilim.catalog import access, indexing, publication
from bilim.catalog.inputs import CourseChanges, CourseInput, PriceFell
from bilim.catalog.models import Category, Course, Lesson, PriceDrop
from bilim.catalog.rules import DEFAULT_LEVEL, CourseTerms
from bilim.db.engine import Tx
from bilim.files.claims import claim, release
from bilim.files.kinds import StagedFile
from bilim.kit import text
from bilim.kit.access import internal, requires
from bilim.kit.actors import Actor, Role
from bilim.kit.errors import Invalid, Problem, unknown
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
